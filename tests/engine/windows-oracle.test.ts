/**
 * Calendar windows and time slices over random streams, late, out of order, restarted, across a change to daylight
 * saving: equal to a recount of the events, with the calendar as `Intl` tells it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Harness, sloYaml } from './support/harness.ts';
import { Oracle, type OracleEvent } from './support/oracle.ts';
import { traceRequest } from './support/traces.ts';

const LATENESS_SECONDS = 60;
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const ZONE = 'Europe/Berlin';
/** Clocks go from 2:00 to 3:00 two and a half hours later; at that hour the day began an hour and a half before. */
const T0 = Date.parse('2026-03-28T22:30Z');
const SPECS = {
  days: {
    timeWindow: [{ duration: '1d', calendar: { startTime: '2026-01-01 00:00:00', timeZone: ZONE } }],
  },
  slices: {
    budgetingMethod: 'Timeslices',
    objectives: [
      { displayName: 'minutes', target: 0.99, timeSliceTarget: 0.5, timeSliceWindow: '1m' },
      { displayName: 'quarters', target: 0.9, timeSliceTarget: 1, timeSliceWindow: '15m' },
    ],
  },
  ratios: {
    budgetingMethod: 'RatioTimeslices',
    objectives: [{ displayName: 'five', target: 0.99, timeSliceWindow: '5m' }],
  },
};

const round = fc.record({
  passedMillis: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: MINUTE, max: 90 * MINUTE }) },
    { weight: 1, arbitrary: fc.integer({ min: 3_600_000, max: 20 * 3_600_000 }) },
  ),
  events: fc.array(fc.record({ ageMillis: fc.integer({ min: 0, max: 150_000 }), isBad: fc.boolean() }), {
    maxLength: 6,
  }),
  restart: fc.constantFrom(false, false, true),
});

/** The last local midnight at or before an instant. */
function midnight(atMillis: number): number {
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, timeStyle: 'short' });
  let millis = Math.floor(atMillis / QUARTER) * QUARTER;
  while (time.format(millis) !== '00:00') millis -= QUARTER;
  return millis;
}

interface SliceRule {
  readonly millis: number;
  /** A slice is worth this, given its good and total. */
  readonly worth: (good: number, total: number) => number;
  readonly scale: number;
}

/** Every slice that begins at or after `from` and has ended at `atMillis`. */
function recountSlices(oracle: Oracle, fromMillis: number, atMillis: number, rule: SliceRule) {
  let [good, total] = [0, 0];
  const first = Math.floor(fromMillis / rule.millis) * rule.millis;
  for (let start = first; start + rule.millis <= atMillis; start += rule.millis) {
    const inside = oracle.between(start, start + rule.millis);
    if (inside.total === 0) continue;
    good += rule.worth(inside.good, inside.total);
    total += rule.scale;
  }
  return { good, total };
}

function expectEqual(harness: Harness, oracle: Oracle): void {
  const { nowMillis } = harness;
  const days = harness.status('days');
  const from = midnight(nowMillis);
  expect({ from: days.window.from, good: days.good, total: days.total }).toEqual({
    from: new Date(from).toISOString(),
    ...oracle.between(from, Math.ceil(nowMillis / 10_000) * 10_000),
  });
  expect(midnight(Date.parse(String(days.window.periodEnds)))).toBe(
    Date.parse(String(days.window.periodEnds)),
  );
  const second = harness.status('ratios').secondWindow;
  expect({ from: second?.window.from, total: second?.total }).toEqual({
    from: new Date(from).toISOString(),
    total: recountSlices(oracle, from, nowMillis, ratioRule).total,
  });

  // A month before now nothing had happened: the beginning of the window does not matter.
  const long = T0 - 24 * 3_600_000;
  for (const [objective, rule] of Object.entries(RULES)) {
    const status = harness.engine.replica.status('slices', nowMillis, objective);
    expect({ objective, good: status?.good, total: status?.total }).toEqual({
      objective,
      ...recountSlices(oracle, long, nowMillis, rule),
    });
  }
  const ratios = harness.status('ratios');
  expect({ good: ratios.good, total: ratios.total }).toEqual(
    recountSlices(oracle, long, nowMillis, ratioRule),
  );
  expect([ratios.unit, ratios.scale, days.unit, days.scale]).toEqual(['slices', 1_000_000, 'events', 1]);
}

const RULES: Readonly<Record<string, SliceRule>> = {
  minutes: { millis: MINUTE, scale: 1, worth: (good, total) => (2 * good >= total ? 1 : 0) },
  quarters: { millis: QUARTER, scale: 1, worth: (good, total) => (good === total ? 1 : 0) },
};
const ratioRule: SliceRule = { millis: 5 * MINUTE, scale: 1_000_000, worth: millionths };

function millionths(good: number, total: number): number {
  const whole = Math.floor((good * 1_000_000) / total);
  const twice = 2 * (good * 1_000_000 - whole * total);
  return twice > total || (twice === total && whole % 2 === 1) ? whole + 1 : whole;
}

test('calendar windows and time slices equal the recount, over restarts and a change of the clocks', async () => {
  const rounds = fc.array(round, { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rounds, async (played) => {
      const files = Object.fromEntries(
        Object.entries(SPECS).map(([name, spec]) => [
          `${name}.yaml`,
          sloYaml({ name, spec, annotations: { 'valet/second-window': `1d ${ZONE}` } }),
        ]),
      );
      const harness = await Harness.create({ nowMillis: T0, latenessSeconds: LATENESS_SECONDS, files });
      const oracle = new Oracle(LATENESS_SECONDS, []);
      try {
        for (const { passedMillis, events, restart } of played) {
          harness.nowMillis += passedMillis;
          const { nowMillis } = harness;
          const now = BigInt(nowMillis) * 1_000_000n;
          const sent: readonly OracleEvent[] = [{ ageMillis: 0, isBad: false }, ...events].map((each) => ({
            nanos: now - BigInt(each.ageMillis) * 1_000_000n,
            isBad: each.isBad,
          }));
          await harness.append(traceRequest(sent.map(({ nanos, isBad }) => ({ endNanos: nanos, isBad }))));
          oracle.request(sent, nowMillis);
          await harness.meter();
          while (await harness.engine.evaluate());
          if (restart) {
            await harness.engine.checkpoint();
            await harness.restart();
            await harness.settle();
          }
          expectEqual(harness, oracle);
        }
      } finally {
        await harness.close();
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);
