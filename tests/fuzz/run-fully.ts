import { expect } from 'vitest';
import { supervise } from '../../fuzz/supervise.ts';
import type { Target } from '../../fuzz/types.ts';

/** Payloads of each signal and encoding; `node fuzz/main.ts` runs a hundred times as many. */
export const PAYLOADS = 20_000;
/** Not a promise of speed: other tests run beside these. */
export const TIMEOUT_MILLIS = 600_000;

/** Runs the payloads and expects that nothing is found, and that they went every way a payload can go. */
export async function runFully(target: Target): Promise<void> {
  const report = await supervise({ target, seed: 1, from: 0, payloads: PAYLOADS });
  if ('failure' in report) throw new Error(report.failure.message);
  const { failures, tally, door, memory } = report;
  expect(failures).toEqual([]);
  expect(memory).toBeDefined();
  expect(tally.payloads).toBeGreaterThanOrEqual(PAYLOADS);
  // What refuses everything, or takes everything, would prove nothing.
  for (const kind of ['whole', 'malformed', 'empty'] as const)
    expect(tally[kind]).toBeGreaterThan(PAYLOADS / 50);
  expect(tally.partial).toBeGreaterThan(PAYLOADS / 100);
  expect(tally.tooLarge).toBeGreaterThan(0);
  expect(tally.rejectedRecords).toBeGreaterThan(PAYLOADS / 50);
  expect(tally.rows).toBeGreaterThan(PAYLOADS / 2);
  expect(tally.undecodable).toBeGreaterThan(PAYLOADS / 50);
  for (const kind of ['taken', 'refused', 'cut'] as const) expect(door[kind]).toBeGreaterThan(0);
  expect(door.logged).toBeGreaterThan(0);
}
