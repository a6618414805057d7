/** Alerts beside burn rates, through a whole engine: minima, hold, budget spent, silence. */
import { afterEach, expect, test } from 'vitest';
import { HEADER_HEARTBEAT, SIGNALS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { Harness, sloYaml } from './support/harness.ts';
import { traceRequest } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

let harness: Harness | undefined;
afterEach(() => harness?.close());

async function open(annotations: Readonly<Record<string, string>>, spec = {}): Promise<Harness> {
  const files = { 'slo.yaml': sloYaml({ target: '0.99', annotations, spec }) };
  harness = await Harness.create({ nowMillis: T0, files });
  return harness;
}

/** So many good and bad events a little later, evaluated. */
async function send(good: number, bad: number): Promise<void> {
  const engine = harness as Harness;
  engine.nowMillis += 100;
  const endNanos = BigInt(engine.nowMillis - 1) * 1_000_000n;
  const spans = Array.from({ length: good + bad }, (_, index) => ({ endNanos, isBad: index < bad }));
  await harness?.append(traceRequest(spans));
  await settle();
}

/** Time passes in steps of 10 s, in which the log is alive. */
async function pass(millis: number): Promise<void> {
  const engine = harness as Harness;
  for (let passed = 0; passed < millis; passed += 10_000) {
    engine.nowMillis += 10_000;
    for (const signal of SIGNALS)
      await engine.log.append(TOPIC_OF_SIGNAL[signal], [
        { value: new Uint8Array(0), headers: { [HEADER_HEARTBEAT]: '1' } },
      ]);
    await settle();
  }
}

async function settle(): Promise<void> {
  await harness?.meter();
  while (await harness?.engine.evaluate());
}

/** Alerts as `kind severity window factor state`, oldest first. */
function alerts(): readonly string[] {
  const found = harness?.engine.replica.alerts({ limit: 100 }) ?? [];
  return found
    .map(({ kind = 'burn', severity, longWindow, factor, state, startedAt }) => ({
      startedAt,
      text: `${kind} ${severity} ${longWindow} ${factor} ${state}`,
    }))
    .sort((a, b) => (a.startedAt + a.text < b.startedAt + b.text ? -1 : 1))
    .map(({ text }) => text);
}

const NO_TIERS = { 'valet/tiers': 'none' };

test('a tier waits for the minimum of events, and says so', async () => {
  const { engine } = await open({ 'valet/min-events': '50' });
  await send(20, 20);
  expect(alerts()).toEqual([]);
  const [tier] = engine.replica.status('shop-availability', T0 + 10_000)?.tiers ?? [];
  expect(tier?.reason).toContain('; 50 events are needed to fire');
  await send(10, 0);
  expect(alerts()).toContain('burn page 1h 14.4 firing');
});

test('an alert is held for as long as the SLO says after its tier is calm', async () => {
  await open({ 'valet/alert-hold': '10m', 'valet/tiers': 'page 1h/5m 14.4' });
  await send(50, 50);
  const [begun] = harness?.engine.replica.alerts({ limit: 1 }) ?? [];
  expect(begun?.endedAt).toBeNull();
  await pass(5 * MINUTE + 10_000);
  const held = harness?.engine.replica.alerts({ limit: 1 })[0];
  expect(held).toMatchObject({ id: begun?.id, endedAt: null, state: 'firing' });
  const calmMillis = Date.parse(held?.calmSince ?? '');
  await send(0, 10);
  // It burns again: the hold begins anew.
  expect(harness?.engine.replica.alerts({ limit: 1 })[0]?.calmSince).toBeUndefined();
  await pass(15 * MINUTE);
  expect(harness?.engine.replica.alerts({ limit: 1 })[0]?.endedAt).toBeNull();
  await pass(2 * MINUTE);
  const over = harness?.engine.replica.alerts({ limit: 9 }) ?? [];
  expect(over).toHaveLength(1);
  expect(Date.parse(over[0]?.endedAt ?? '') - calmMillis).toBeGreaterThan(10 * MINUTE);
  expect(over[0]).not.toHaveProperty('calmSince');
});

test('alerts on the budget begin at their share, one fires, and end well below it', async () => {
  await open({ ...NO_TIERS, 'valet/budget-alerts': '100 50 90' });
  // 1 % of 1000 is 10.
  await send(996, 4);
  expect(alerts()).toEqual([]);
  await send(0, 2);
  expect(alerts()).toEqual(['budget ticket 30d 0.5 firing']);
  await send(994, 0);
  expect(alerts()).toEqual(['budget ticket 30d 0.5 resolved']);
  await send(0, 17);
  expect(alerts().slice(1)).toEqual([
    'budget ticket 30d 0.5 inhibited',
    'budget ticket 30d 0.9 inhibited',
    'budget ticket 30d 1 firing',
  ]);
  const [spent] = harness?.engine.replica.alerts({ limit: 1, openOnly: true }) ?? [];
  expect(spent?.reason).toMatch(/% of the budget of 30d is spent \(23 bad of 2013\); the budget is spent, /);
  // 23 of 23.3: less than all, yet not by five hundredths.
  await send(317, 0);
  expect(alerts()).toContain('budget ticket 30d 1 firing');
  // 23 of 25.
  await send(170, 0);
  expect(alerts().slice(1)).toEqual([
    'budget ticket 30d 0.5 inhibited',
    'budget ticket 30d 0.9 firing',
    'budget ticket 30d 1 resolved',
  ]);
  expect(harness?.status().state).toBe('ok');
});

test('an alert on the budget of a calendar is held against the whole period, and ends with it', async () => {
  await open(
    { ...NO_TIERS, 'valet/budget-alerts': '50' },
    { timeWindow: [{ duration: '1h', calendar: { startTime: '2026-01-01', timeZone: 'UTC' } }] },
  );
  await send(500, 0);
  await pass(30 * MINUTE);
  // Half the hour: 1000 events promise 2000, of which 20 may be bad.
  await send(491, 9);
  expect(alerts()).toEqual([]);
  await send(0, 2);
  expect(alerts()).toEqual(['budget ticket 1h UTC 0.5 firing']);
  await pass(31 * MINUTE);
  expect(alerts()).toEqual(['budget ticket 1h UTC 0.5 resolved']);
});

test('silence raises an alert after its time, and the next event ends it', async () => {
  await open({ ...NO_TIERS, 'valet/no-data-alert': 'page 5m' });
  await pass(10 * MINUTE);
  // Nothing was ever there.
  expect(alerts()).toEqual([]);
  await send(3, 0);
  await pass(5 * MINUTE - 10_000);
  expect(alerts()).toEqual([]);
  await pass(20_000);
  expect(alerts()).toEqual(['no-data page 5m 0 firing']);
  expect(harness?.engine.replica.slos(harness.nowMillis)[0]?.firing).toEqual(['page']);
  await send(1, 0);
  expect(alerts()).toEqual(['no-data page 5m 0 resolved']);
});

test('silence in an exclusion raises none, and events in one are no silence', async () => {
  await open({
    ...NO_TIERS,
    'valet/no-data-alert': '5m',
    'valet/exclusions': '2026-01-01T00:10Z/20m',
  });
  await send(3, 0);
  await pass(2 * MINUTE);
  await send(3, 0);
  await pass(31 * MINUTE);
  // Silent before the exclusion, and then until after it.
  expect(alerts()).toEqual(['no-data ticket 5m 0 firing']);
  const [early] = harness?.engine.replica.alerts({ limit: 1 }) ?? [];
  expect(early?.startedAt).toBe('2026-01-01T00:07:00.200Z');
  await send(1, 0);
  expect(alerts()).toEqual(['no-data ticket 5m 0 resolved']);
  await harness?.write(
    'slo.yaml',
    sloYaml({
      target: '0.99',
      annotations: { ...NO_TIERS, 'valet/no-data-alert': '5m', 'valet/exclusions': '2026-01-01T00:33Z/20m' },
    }),
  );
  await harness?.engine.publishDefinitions();
  await pass(20 * MINUTE);
  expect(alerts()).toEqual(['no-data ticket 5m 0 resolved']);
  await pass(6 * MINUTE);
  expect(alerts()[1]).toBe('no-data ticket 5m 0 firing');
});

test('silence while the pipeline itself was away raises none', async () => {
  await open({ ...NO_TIERS, 'valet/no-data-alert': '5m' });
  await send(3, 0);
  (harness as Harness).nowMillis += 20 * MINUTE;
  await settle();
  expect(alerts()).toEqual([]);
  // It comes back and there is still nothing.
  await pass(4 * MINUTE);
  expect(alerts()).toEqual(['no-data ticket 5m 0 firing']);
});

test('an alert whose SLO does not ask for it any more ends', async () => {
  await open({ ...NO_TIERS, 'valet/budget-alerts': '50', 'valet/no-data-alert': '1m' });
  await send(0, 10);
  await pass(2 * MINUTE);
  expect(alerts()).toEqual(['budget ticket 30d 0.5 firing', 'no-data ticket 1m 0 firing']);
  await harness?.write('slo.yaml', sloYaml({ target: '0.99', annotations: NO_TIERS }));
  await harness?.engine.publishDefinitions();
  await pass(10_000);
  expect(alerts()).toEqual(['budget ticket 30d 0.5 resolved', 'no-data ticket 1m 0 resolved']);
});

test('an alert on a small share of the budget ends too', async () => {
  await open(
    { ...NO_TIERS, 'valet/budget-alerts': '5' },
    { timeWindow: [{ duration: '1h', isRolling: true }] },
  );
  await send(3000, 50);
  expect(alerts()).toEqual(['budget ticket 1h 0.05 firing']);
  await pass(70 * MINUTE);
  await send(3000, 0);
  expect(alerts()).toEqual(['budget ticket 1h 0.05 resolved']);
});

test('a budget alert of an SLO that begins in mid-month is held against what is left of the month', async () => {
  const month = [{ duration: '1M', calendar: { startTime: '2025-12-15', timeZone: 'UTC' } }];
  await open({ ...NO_TIERS, 'valet/budget-alerts': '50 100' }, { timeWindow: month });
  await send(300, 0);
  await pass(10 * MINUTE);
  // 300 events in 10 minutes for 14 days allow some 6,000 bad ones.
  await send(0, 100);
  expect(alerts()).toEqual([]);
  const { state, budget } = harness?.status() ?? {};
  expect(state).toBe('ok');
  expect(budget?.remainingRatio).toBeLessThan(0);
  expect(budget?.periodRemainingRatio).toBeGreaterThan(0.9);
});

test('silence is told though there are exclusions more often than it lasts', async () => {
  const hourly = Array.from({ length: 8 }, (_, hour) => `2026-01-01T0${hour}:00Z/1m RRULE:FREQ=DAILY`);
  await open({ ...NO_TIERS, 'valet/no-data-alert': '2h', 'valet/exclusions': hourly.join('\n') });
  await send(3, 0);
  await pass(119 * MINUTE);
  expect(alerts()).toEqual([]);
  await pass(5 * MINUTE);
  expect(alerts()).toEqual(['no-data ticket 2h 0 firing']);
});

test('an alert on silence goes with the objective it names', async () => {
  const objectives = [
    { displayName: 'a', target: 0.99 },
    { displayName: 'b', target: 0.9 },
  ];
  const annotations = { ...NO_TIERS, 'valet/no-data-alert': 'page 5m' };
  await open(annotations, { objectives });
  await send(3, 0);
  await pass(6 * MINUTE);
  await harness?.write('slo.yaml', sloYaml({ annotations, spec: { objectives: objectives.slice(1) } }));
  await harness?.engine.publishDefinitions();
  await pass(10_000);
  const opened = harness?.engine.replica.alerts({ limit: 9, openOnly: true });
  expect(opened).toMatchObject([{ objective: 'b', kind: 'no-data' }]);
});

test('an alert that is held is counted once', async () => {
  await open({ 'valet/alert-hold': '30m', 'valet/tiers': 'page 1h/5m 14.4' });
  await send(1000, 0);
  for (let incident = 0; incident < 3; incident += 1) {
    await send(0, 1000);
    await pass(8 * MINUTE);
  }
  expect(alerts()).toEqual(['burn page 1h 14.4 firing']);
  expect((await harness?.metrics.alerts.get())?.values.map(({ value }) => value)).toEqual([1]);
});
