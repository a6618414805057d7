/** Valet's own rules against their closed forms, and against themselves at every slice edge. */
import { describe, expect, test } from 'vitest';
import { generateCounts } from '../../../bench/alerts/traffic/generate.ts';
import { START_MILLIS, TICK_SECONDS, ticksOf } from '../../../bench/alerts/traffic/ticks.ts';
import { ValetSystem } from '../../../bench/alerts/valet-system.ts';
import { formatSeconds } from '../../../engine/core/budget/format-seconds.ts';
import { fraction } from '../../../engine/core/budget/fraction.ts';
import { secondsToFire } from '../../../engine/core/budget/seconds-to-fire.ts';
import { defaultTiers } from '../../../engine/core/budget/tiers.ts';
import { steadyCounts } from './support/steady.ts';

const DAY = 86_400;
const SLICE = 10;
/** All windows are full of good requests by then. */
const FAULT_AT = ticksOf(3.5 * DAY);

describe('ValetSystem', () => {
  test.each([
    ['0.999', 100],
    ['0.999', 10],
    ['0.99', 100],
    ['0.99', 10],
  ])(
    'ValetSystem at %s with an error ratio of %d/100 opens each tier within a slice of its closed form',
    (text, percent) => {
      const target = fraction(Number(text) * 1000, 1000);
      const ticks = FAULT_AT + ticksOf(26_000);
      const counts = steadyCounts(ticks, { fromTick: FAULT_AT, toTick: ticks, percent });
      const { tiers } = new ValetSystem({ target: text }).history(counts, FAULT_AT - ticksOf(600));
      const opened = new Map(
        tiers.map((tier) => [tier.longWindow, Date.parse(tier.startedAt) - START_MILLIS]),
      );
      let canFire = 0;
      for (const tier of defaultTiers({ target }, 30 * DAY).tiers) {
        const closed = secondsToFire(tier, { target, errorRatio: fraction(percent, 100) });
        const startedMillis = opened.get(formatSeconds(tier.longSeconds));
        if (closed === null) {
          expect(startedMillis).toBeUndefined();
          continue;
        }
        canFire += 1;
        const after = (startedMillis ?? Number.NaN) / 1000 - FAULT_AT * TICK_SECONDS;
        // The old edge of windows above 6 h moves by the minute: one slice more.
        const slices = tier.longSeconds > 21_600 ? 2 : 1;
        expect(after).toBeGreaterThan(closed);
        expect(after).toBeLessThanOrEqual(closed + slices * SLICE);
      }
      expect(opened.size).toBe(canFire);
    },
  );

  test('ValetSystem pages once for an incident that opens all four tiers', () => {
    const toTick = FAULT_AT + ticksOf(1800);
    const counts = steadyCounts(toTick + ticksOf(30_000), { fromTick: FAULT_AT, toTick, percent: 100 });
    const { tiers, firings } = new ValetSystem({ target: '0.999' }).history(counts, FAULT_AT);
    expect(new Set(tiers.map(({ longWindow }) => longWindow))).toEqual(new Set(['1h', '6h', '1d', '3d']));
    expect(firings.map(({ severity }) => severity)).toEqual(['page', 'ticket']);
    // The ticket is what is left when the page is over.
    expect(firings[1]?.fromSeconds).toBe(firings[0]?.toSeconds);
    expect(firings[1]?.toSeconds).not.toBeNull();
  });

  test.each([
    ['few requests', { requestsPerSecond: 1 / 60, burst: 1, budgetShare: 0.9 }, undefined],
    ['few requests and a minimum', { requestsPerSecond: 1 / 60, burst: 1, budgetShare: 0.9 }, 2],
    ['bursts of errors', { requestsPerSecond: 0.5, burst: 20, budgetShare: 2 }, undefined],
  ])(
    'ValetSystem with %s finds the same at the edges it picks as at every edge',
    (_, traffic, minBadEvents) => {
      const { requestsPerSecond, burst, budgetShare } = traffic;
      const counts = generateCounts({
        load: { name: 'l', requestsPerSecond, hasQuietNights: false },
        background: { name: 'b', budgetShare, burst },
        allowedErrorRatio: 0.001,
        ticks: ticksOf(5 * DAY),
        seed: 5,
      });
      const options = { target: '0.999', ...(minBadEvents === undefined ? {} : { minBadEvents }) };
      const picked = new ValetSystem(options).history(counts, ticksOf(DAY));
      const every = new ValetSystem({ ...options, everyEdge: true }).history(counts, ticksOf(DAY));
      expect(picked).toEqual(every);
      expect(every.tiers.length).toBeGreaterThan(1);
    },
  );

  test('ValetSystem waits for the minimum of bad events of its SLO file', () => {
    const counts = steadyCounts(FAULT_AT + ticksOf(600), {
      fromTick: FAULT_AT,
      toTick: FAULT_AT + ticksOf(600),
      percent: 100,
    });
    const [first] = new ValetSystem({ target: '0.999', minBadEvents: 60_000 }).play(counts, FAULT_AT);
    // 200 errors a second.
    expect(first?.fromSeconds).toBe(FAULT_AT * TICK_SECONDS + 300);
  });
});
