/** Exclusions through a whole engine: of the present, of the past, recurring, taken back, over restarts. */
import { afterEach, expect, test } from 'vitest';
import { Harness, sloYaml } from './support/harness.ts';
import { traceRequest } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

let harness: Harness | undefined;
afterEach(() => harness?.close());

function slo(exclusions?: string, spec = {}): string {
  const annotations = exclusions === undefined ? {} : { 'valet/exclusions': exclusions };
  return sloYaml({ target: '0.99', annotations, spec });
}

async function open(text: string): Promise<Harness> {
  harness = await Harness.create({ nowMillis: T0, files: { 'slo.yaml': text } });
  return harness;
}

async function edit(text: string): Promise<void> {
  await harness?.write('slo.yaml', text);
  await harness?.engine.publishDefinitions();
}

/** Each minute so many good and bad events, evaluated. */
async function run(minutes: number, good: number, bad: number): Promise<void> {
  const engine = harness as Harness;
  for (let minute = 0; minute < minutes; minute += 1) {
    engine.nowMillis += MINUTE;
    const endNanos = BigInt(engine.nowMillis - 1) * 1_000_000n;
    await engine.append(
      traceRequest(Array.from({ length: good + bad }, (_, index) => ({ endNanos, isBad: index < bad }))),
    );
    await engine.meter();
    while (await engine.engine.evaluate());
  }
}

const counts = () => {
  const { good, total } = (harness as Harness).status();
  return `${total - good}/${total}`;
};

test('what fails in an exclusion raises no alert and spends nothing, and what comes after it counts', async () => {
  await open(slo('2026-01-01T00:10Z/20m database upgrade'));
  await run(10, 10, 0);
  await run(20, 0, 10);
  expect(counts()).toBe('0/100');
  expect(harness?.engine.replica.alerts({ limit: 9 })).toEqual([]);
  expect(harness?.status()).toMatchObject({ excludedSeconds: 1200, state: 'ok' });
  await run(1, 0, 10);
  expect(counts()).toBe('10/110');
  expect(harness?.engine.replica.alerts({ limit: 9 })).not.toEqual([]);
});

test('an exclusion of the past recomputes the budget, one that is taken back gives it back, and no generation begins', async () => {
  await open(slo());
  await run(10, 10, 0);
  await run(5, 5, 5);
  await run(10, 10, 0);
  expect(counts()).toBe('25/250');
  const { remainingRatio } = harness?.status().budget ?? {};
  await edit(slo('2026-01-01T00:10Z/2026-01-01T00:15Z'));
  expect(counts()).toBe('0/200');
  expect(harness?.status()).toMatchObject({ generation: 1, budget: { remainingRatio: 1 } });
  await harness?.engine.checkpoint();
  await harness?.restart();
  await harness?.settle();
  expect(counts()).toBe('0/200');
  await edit(slo());
  await run(1, 10, 0);
  expect(counts()).toBe('25/260');
  await harness?.engine.checkpoint();
  await harness?.restart();
  await harness?.settle();
  expect(counts()).toBe('25/260');
  expect(remainingRatio).toBe(-9);
});

test('events that come late belong to the exclusion that their time is in', async () => {
  await open(slo('# maintenance, each day\n2025-12-01T00:05Z/5m RRULE:FREQ=DAILY'));
  await run(12, 10, 0);
  expect(counts()).toBe('0/70');
  const endNanos = BigInt(T0 + 6 * MINUTE) * 1_000_000n;
  await harness?.append(traceRequest([{ endNanos, isBad: true }]));
  await run(1, 0, 0);
  expect(counts()).toBe('0/70');
});

test('time slices that an exclusion touches are neither good nor expected', async () => {
  const spec = {
    budgetingMethod: 'Timeslices',
    objectives: [{ target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: '5m' }],
  };
  await open(slo('2026-01-01T00:12Z/2m', spec));
  await run(10, 10, 0);
  await run(5, 0, 10);
  await run(16, 10, 0);
  // Six slices of 5 minutes have ended; the third is touched.
  expect(harness?.status()).toMatchObject({ good: 5, total: 5, coverage: 1, unit: 'slices' });
  await edit(slo(undefined, spec));
  expect(harness?.status()).toMatchObject({ good: 5, total: 6, coverage: 1 });
});

test('coverage leaves excluded slices out', async () => {
  await open(slo('2026-01-01T00:30Z/30m'));
  await run(30, 1, 0);
  // Away for all of the maintenance, and for half an hour more.
  (harness as Harness).nowMillis += 60 * MINUTE;
  await run(30, 1, 0);
  // An hour of an hour and a half, but for the edges of what is bridged.
  expect(harness?.status().coverage).toBeCloseTo(60 / 90, 1);
  await edit(slo());
  expect(harness?.status().coverage).toBeCloseTo(60 / 120, 1);
});
