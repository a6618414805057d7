import { describe, expect, test } from 'vitest';
import { pyrraAlerts, pyrraSystem } from '../../../../bench/alerts/peers/pyrra.ts';
import { slothSystem } from '../../../../bench/alerts/peers/sloth.ts';
import { ticksOf } from '../../../../bench/alerts/traffic/ticks.ts';
import { steadyCounts } from '../support/steady.ts';

const DAY = 86_400;
const FAULT_AT = ticksOf(5 * DAY);
const T = 5 * DAY;
/** Everything runs on the full half minute. */
const ALIGNED = { scrape: 0, recordings: 0, alerts: 0 };

function fault(seconds: number, percent: number) {
  const toTick = FAULT_AT + ticksOf(seconds);
  return steadyCounts(toTick + ticksOf(3600), { fromTick: FAULT_AT, toTick, percent });
}

describe('pyrraAlerts()', () => {
  test('pyrraAlerts() stretches the windows of 28 days to 30, in whole minutes', () => {
    const shown = pyrraAlerts(0.99).map(({ severity, forSeconds, anyOf: [burn] }) => [
      severity,
      forSeconds / 60,
      (burn?.shortSeconds ?? 0) / 60,
      (burn?.longSeconds ?? 0) / 60,
      Number(((burn?.above ?? 0) / 0.01).toFixed(9)),
    ]);
    expect(shown).toEqual([
      ['page', 2, 5, 64, 14],
      ['page', 16, 32, 386, 7],
      ['ticket', 64, 129, 1543, 2],
      ['ticket', 193, 386, 6171, 1],
    ]);
  });
});

describe('pyrraSystem()', () => {
  test('pyrraSystem() pages for a two-minute outage two minutes after 64 min have 1.4 % errors', () => {
    // 0.014 × 3825 s = 53.6 s: holds at 60 s, fires at 180 s. 5 min are clean enough 281 s after the end: at 300 s.
    expect(pyrraSystem(0.999, ALIGNED).play(fault(120, 100), FAULT_AT)).toEqual([
      { alert: 'page 14', severity: 'page', fromSeconds: T + 180, toSeconds: T + 120 + 300 },
    ]);
  });

  test('pyrraSystem() fires its second page by itself', () => {
    // 0.007 × 23145 s = 162 s: holds at 180 s, fires 16 min later, in an outage of 30 min.
    const pages = pyrraSystem(0.999, ALIGNED)
      .play(fault(1800, 100), FAULT_AT)
      .filter(({ severity }) => severity === 'page');
    expect(pages.map(({ alert, fromSeconds }) => [alert, fromSeconds - T])).toEqual([
      ['page 14', 180],
      ['page 7', 1140],
    ]);
  });

  test('pyrraSystem() does not fire when the condition is over before its wait is', () => {
    // 2 % errors: the long window crosses after 53.55 / 0.02 = 2677.5 s, seen at 2700 s; the short one is clean enough
    // 85.5 s after the end at 2690 s, seen at 2790 s: less than the two minutes.
    const counts = fault(2690, 2);
    expect(pyrraSystem(0.999, ALIGNED).play(counts, FAULT_AT)).toEqual([]);
    expect(slothSystem(99.9, ALIGNED).play(counts, FAULT_AT)).toHaveLength(1);
  });
});
