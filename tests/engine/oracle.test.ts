/** Random streams, out of order, late, restarted: the engine's counts and alerts equal a brute-force recount. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Harness, sloYaml } from './support/harness.ts';
import { Oracle, type OracleEvent, type OracleTier } from './support/oracle.ts';
import { traceRequest } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const LATENESS_SECONDS = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const WINDOWS = {
  '5m': 300,
  '30m': 1800,
  '1h': HOUR,
  '2h': 2 * HOUR,
  '6h': 6 * HOUR,
  '1d': DAY,
  '3d': 3 * DAY,
};

/** 95 % over 30 days: factor × 1/20. */
const TIERS: readonly OracleTier[] = [
  { name: 'page 1h', longSeconds: HOUR, shortSeconds: 300, limit: [72n, 100n] },
  { name: 'page 6h', longSeconds: 6 * HOUR, shortSeconds: 1800, limit: [6n, 20n] },
  { name: 'ticket 1d', longSeconds: DAY, shortSeconds: 2 * HOUR, limit: [3n, 20n] },
  { name: 'ticket 3d', longSeconds: 3 * DAY, shortSeconds: 6 * HOUR, limit: [1n, 20n] },
];

const event = fc.record({
  /** Before now; negative is ahead. Up to twice the lateness and more, in nanoseconds. */
  ageNanos: fc.oneof(
    { weight: 6, arbitrary: fc.bigInt(0n, 30_000_000_000n) },
    { weight: 2, arbitrary: fc.bigInt(0n, 150_000_000_000n) },
    { weight: 1, arbitrary: fc.bigInt(-20_000_000_000n, 0n) },
    { weight: 1, arbitrary: fc.constantFrom(0n, 10_000_000_000n, 60_000_000_000n, 70_000_000_000n) },
  ),
  isBad: fc.boolean(),
});

const round = fc.record({
  /** Mostly seconds, now and then an hour or a day. */
  passedMillis: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 25_000 }) },
    { weight: 2, arbitrary: fc.constantFrom(10_000, 60_000) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 2 * 3_600_000 }) },
  ),
  requests: fc.array(fc.array(event, { minLength: 1, maxLength: 6 }), { maxLength: 3 }),
  /** Every event of the round is good, or none is: streaks make alerts come and go. */
  streak: fc.constantFrom('mixed', 'good', 'bad'),
  restart: fc.constantFrom('no', 'no', 'no', 'after append', 'after meter', 'after evaluation'),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

function eventsOf({ requests, streak }: Round, nowMillis: number): readonly (readonly OracleEvent[])[] {
  const now = BigInt(nowMillis) * 1_000_000n;
  const pulse = [{ ageNanos: 0n, isBad: false }];
  return [...requests, pulse].map((events) =>
    events.map(({ ageNanos, isBad }) => ({
      nanos: now - ageNanos,
      isBad: streak === 'mixed' ? isBad : streak === 'bad',
    })),
  );
}

async function play(rounds: readonly Round[], withRestarts: boolean): Promise<void> {
  const files = { 'slo.yaml': sloYaml({ target: '0.95' }) };
  const harness = await Harness.create({ nowMillis: T0, latenessSeconds: LATENESS_SECONDS, files });
  const oracle = new Oracle(LATENESS_SECONDS, TIERS);
  let evaluated: number | undefined;
  try {
    for (const each of rounds) {
      harness.nowMillis += each.passedMillis;
      const { nowMillis } = harness;
      for (const events of eventsOf(each, nowMillis)) {
        await harness.append(traceRequest(events.map(({ nanos, isBad }) => ({ endNanos: nanos, isBad }))));
        oracle.request(events, nowMillis);
      }
      const restart = withRestarts ? each.restart : 'no';
      if (restart === 'after append') await harness.restart();
      await harness.meter();
      if (restart === 'after meter') await harness.restart();
      while (await harness.engine.evaluate());
      if (restart === 'after evaluation') await harness.restart();
      if (restart !== 'no') await harness.settle();

      const { liveness } = harness.engine.replica.partition(0).counts;
      const first = liveness.traces.timeline.firstSlice() ?? 0;
      const last = Math.floor(nowMillis / 10_000);
      for (let slice = (evaluated ?? first) + 1; slice <= last; slice += 1) oracle.evaluate(slice * 10_000);
      if (nowMillis > last * 10_000) oracle.evaluate(nowMillis);
      evaluated = last;
      expectEqual(harness, oracle);
    }
    if (!withRestarts) expectEqualAlerts(harness, oracle);
  } finally {
    await harness.close();
  }
}

function expectEqual(harness: Harness, oracle: Oracle): void {
  const { nowMillis } = harness;
  const status = harness.status();
  const { good, total } = oracle.counts(30 * DAY, nowMillis);
  expect({ good: status.good, total: status.total, late: status.late }).toEqual({
    good,
    total,
    late: oracle.late,
  });
  expect(status.sli).toBe(total === 0 ? null : good / total);
  for (const { window, good, total } of status.burn) {
    const seconds = WINDOWS[window as keyof typeof WINDOWS];
    expect({ window, good, total }).toEqual({ window, ...oracle.counts(seconds, nowMillis) });
  }
}

function expectEqualAlerts(harness: Harness, oracle: Oracle): void {
  const found = harness.engine.replica.alerts({ limit: 10_000 }).map((alert) => ({
    tier: `${alert.severity} ${alert.longWindow}`,
    startedAt: Date.parse(alert.startedAt),
    endedAt: alert.endedAt === null ? null : Date.parse(alert.endedAt),
  }));
  const order = (a: { tier: string; startedAt: number }, b: { tier: string; startedAt: number }) =>
    a.startedAt - b.startedAt || (a.tier < b.tier ? -1 : 1);
  expect(found.sort(order)).toEqual([...oracle.alerts].sort(order));
}

test('the engine equals the recount for any stream, alerts to the millisecond', async () => {
  const rounds = fc.array(round, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(rounds, (played) => play(played, false)),
    { numRuns: 60 },
  );
}, 120_000);

test('the engine equals the recount whatever step it is restarted after', async () => {
  const rounds = fc.array(round, { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rounds, (played) => play(played, true)),
    { numRuns: 60 },
  );
}, 120_000);
