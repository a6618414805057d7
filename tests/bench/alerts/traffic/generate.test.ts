import { describe, expect, test } from 'vitest';
import { FAULTS, OUTAGE } from '../../../../bench/alerts/traffic/faults.ts';
import { generateCounts, type TrafficOptions } from '../../../../bench/alerts/traffic/generate.ts';
import { ticksOf } from '../../../../bench/alerts/traffic/ticks.ts';

const DAY_TICKS = ticksOf(86_400);

const options: TrafficOptions = {
  load: { name: 'ten a second', requestsPerSecond: 10, hasQuietNights: false },
  background: { name: 'half', budgetShare: 0.5, burst: 1 },
  allowedErrorRatio: 0.001,
  ticks: DAY_TICKS,
  seed: 7,
};

/** Good and total of every tick. */
function listed(traffic: TrafficOptions): readonly unknown[] {
  const counts = generateCounts(traffic);
  return Array.from({ length: traffic.ticks }, (_, tick) => counts.sum(tick, tick + 1));
}

describe('generateCounts()', () => {
  test('generateCounts() gives the same counts for the same seed, and others for another', () => {
    const incident = { fault: OUTAGE, atTick: 1000 };
    expect(listed({ ...options, incident })).toEqual(listed({ ...options, incident }));
    expect(listed({ ...options, seed: 8 })).not.toEqual(listed(options));
  });

  test('generateCounts() gives as many requests and errors as its rates say', () => {
    const { good, total } = generateCounts(options).sum(0, DAY_TICKS);
    // Six standard deviations of 864,000 and of 432 events.
    expect(Math.abs(total - 864_000)).toBeLessThan(6 * Math.sqrt(864_000));
    expect(Math.abs(total - good - 432)).toBeLessThan(6 * Math.sqrt(432));
  });

  test('generateCounts() gives as many errors in bursts, whole bursts in a tick', () => {
    const counts = generateCounts({ ...options, background: { name: 'b', budgetShare: 0.5, burst: 5 } });
    const ofTicks = Array.from({ length: DAY_TICKS }, (_, tick) => counts.bad(tick, tick + 1));
    expect(ofTicks.filter((bad) => bad % 5 !== 0)).toEqual([]);
    expect(Math.abs(counts.bad(0, DAY_TICKS) - 432)).toBeLessThan(6 * 5 * Math.sqrt(432 / 5));
  });

  test('generateCounts() has a fiftieth of the requests in a quiet night', () => {
    const load = { name: 'nightly', requestsPerSecond: 10, hasQuietNights: true };
    const counts = generateCounts({ ...options, load });
    const night = counts.sum(0, ticksOf(6 * 3600)).total;
    expect(Math.abs(night - 4320)).toBeLessThan(6 * Math.sqrt(4320));
  });

  test('generateCounts() breaks what the fault breaks, from its first tick to its last', () => {
    const counts = generateCounts({ ...options, incident: { fault: OUTAGE, atTick: 1000 } });
    const end = 1000 + ticksOf(OUTAGE.seconds);
    expect(counts.sum(1000, end).good).toBe(0);
    expect(counts.sum(990, 1000).good).toBeGreaterThan(0);
    expect(counts.sum(end, end + 10).good).toBeGreaterThan(0);
  });
});

describe('FAULTS', () => {
  test.each(FAULTS.flatMap((fault) => (fault.constantRatio ? [[fault.name, fault] as const] : [])))(
    '%s: the exact ratio of the closed form is the one that is played',
    (_, fault) => {
      const { numerator = 0n, denominator = 1n } = fault.constantRatio ?? {};
      expect(fault.errorRatioAt(0)).toBe(Number(numerator) / Number(denominator));
    },
  );
});
