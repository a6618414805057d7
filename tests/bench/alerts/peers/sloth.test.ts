import { describe, expect, test } from 'vitest';
import { slothAlerts, slothSystem } from '../../../../bench/alerts/peers/sloth.ts';
import { EventCounts } from '../../../../bench/alerts/traffic/event-counts.ts';
import { ticksOf } from '../../../../bench/alerts/traffic/ticks.ts';
import { steadyCounts } from '../support/steady.ts';

const DAY = 86_400;
const FAULT_AT = ticksOf(4 * DAY);
const T = 4 * DAY;
/** Everything runs on the full half minute. */
const ALIGNED = { scrape: 0, recordings: 0, alerts: 0 };

function fault(seconds: number, percent: number) {
  const toTick = FAULT_AT + ticksOf(seconds);
  return steadyCounts(toTick + ticksOf(24_000), { fromTick: FAULT_AT, toTick, percent });
}

describe('slothAlerts()', () => {
  test('slothAlerts() has the windows and factors of google-30d.yaml, and no wait', () => {
    const [page, ticket] = slothAlerts(99);
    const shown = [page, ticket].map((alert) => [
      alert?.severity,
      alert?.forSeconds,
      alert?.anyOf.map(({ shortSeconds, longSeconds, above }) => [
        shortSeconds / 60,
        longSeconds / 3600,
        Number((above / 0.01).toFixed(9)),
      ]),
    ]);
    expect(shown).toEqual([
      [
        'page',
        0,
        [
          [5, 1, 14.4],
          [30, 6, 6],
        ],
      ],
      [
        'ticket',
        0,
        [
          [120, 24, 3],
          [360, 72, 1],
        ],
      ],
    ]);
  });
});

describe('slothSystem()', () => {
  test('slothSystem() pages for a two-minute outage when 1 h, seen as 3585 s, has 1.44 % errors', () => {
    // 0.0144 × 3585 s = 51.6 s: at 60 s. 5 min, seen as 285 s, are clean enough 280.9 s after the end: at 300 s.
    expect(slothSystem(99.9, ALIGNED).play(fault(120, 100), FAULT_AT)).toEqual([
      { alert: 'page', severity: 'page', fromSeconds: T + 60, toSeconds: T + 120 + 300 },
    ]);
  });

  test('slothSystem() reads ratios as old as its recordings are', () => {
    const late = { ...ALIGNED, alerts: ticksOf(15) };
    const [page] = slothSystem(99.9, late).play(fault(120, 100), FAULT_AT);
    expect(page?.fromSeconds).toBe(T + 75);
  });

  test('slothSystem() sees what the last scrape saw', () => {
    // 90 % errors: 0.0144 × 3585 s / 0.9 = 57.4 s: at 60 s, but the last scrape then was at 55 s, so at 90 s.
    const late = { ...ALIGNED, scrape: ticksOf(10) };
    const [page, latePage] = [ALIGNED, late].map(
      (phases) => slothSystem(99.9, phases).play(fault(120, 90), FAULT_AT)[0],
    );
    expect([page?.fromSeconds, latePage?.fromSeconds]).toEqual([T + 60, T + 90]);
  });

  test('slothSystem() fires page and ticket side by side, the page on until 30 min are clean', () => {
    // Ticket: 0.003 × 86385 s = 259.2 s: at 270 s. Page, slow: 0.006 of 1785 s are left 1774.3 s after the end.
    // Ticket, slow: 0.001 of 21585 s are left 21563.4 s after it.
    expect(slothSystem(99.9, ALIGNED).play(fault(1800, 100), FAULT_AT)).toEqual([
      { alert: 'page', severity: 'page', fromSeconds: T + 60, toSeconds: T + 1800 + 1800 },
      { alert: 'ticket', severity: 'ticket', fromSeconds: T + 270, toSeconds: T + 1800 + 21_570 },
    ]);
  });

  test('slothSystem() is silent without requests', () => {
    const counts = new EventCounts(ticksOf(DAY), () => ({ good: 0, bad: 0 }));
    expect(slothSystem(99.9, ALIGNED).play(counts, 0)).toEqual([]);
  });
});
