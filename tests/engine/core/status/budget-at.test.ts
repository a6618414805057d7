import { describe, expect, test } from 'vitest';
import { fraction } from '../../../../engine/core/budget/fraction.ts';
import { CountedTimeline } from '../../../../engine/core/slices/counted-timeline.ts';
import { eventMeasure } from '../../../../engine/core/slices/measure.ts';
import { sliceAt } from '../../../../engine/core/slices/slice.ts';
import { budgetAt } from '../../../../engine/core/status/budget-at.ts';
import type { CalendarWindow, RollingWindow } from '../../../../engine/core/types.ts';

const DAY = 86_400;
const TARGET = fraction(999, 1000);
const APRIL: CalendarWindow = {
  kind: 'calendar',
  unit: 'M',
  count: 1,
  start: '2026-01-01T00:00',
  timeZone: 'UTC',
  text: '1M UTC',
};
const ROLLING: RollingWindow = { kind: 'rolling', seconds: 30 * DAY, text: '30d' };
const FIRST = sliceAt(Date.parse('2026-04-01T00:00Z'));
/** Of 1000 events in each slice since the first of April, so many were bad before the last hour, and in each of its slices. */
function aprilUntil(at: string, { bad, lastHour }: { readonly bad: number; readonly lastHour: number }) {
  const timeline = new CountedTimeline(1);
  const end = sliceAt(Date.parse(at));
  for (let slice = FIRST; slice < end; slice += 1) {
    const isLast = slice >= end - 360;
    timeline.add(slice, { good: 1000 - (isLast ? lastHour : 0), total: 1000, late: 0 });
  }
  timeline.add(FIRST, { good: -bad, total: 0, late: 0 });
  return budgetAt(eventMeasure(timeline), {
    target: TARGET,
    window: APRIL,
    atMillis: Date.parse(at),
    generationFrom: 0,
  });
}

describe('budgetAt()', () => {
  test('budgetAt() of a calendar counts the period as far as it has gone', () => {
    const { window, budget } = aprilUntil('2026-04-16T00:00Z', { bad: 64_800, lastHour: 0 });
    expect(window.total).toBe(15 * 8640 * 1000);
    expect(window.seconds).toBe(30 * DAY);
    // As much as 15 days allow: (1 − target) × total.
    expect(budget).toMatchObject({
      allowed: 129_600,
      spent: 64_800,
      remainingRatio: 0.5,
      periodRemainingRatio: 0.75,
    });
  });

  test('budgetAt() forecasts against what the whole period will allow', () => {
    // 129,600 of the 259,200 that April allows are spent; at a burn of 2 the other half lasts 7.5 of the 15 days left.
    const { budget } = aprilUntil('2026-04-16T00:00Z', { bad: 129_600 - 720, lastHour: 2 });
    expect(budget.exhaustsInSeconds).toBe(7.5 * DAY);
  });

  test('budgetAt() forecasts nothing when the period ends first, and nothing left when it is spent', () => {
    expect(
      aprilUntil('2026-04-16T00:00Z', { bad: 129_600 - 360, lastHour: 1 }).budget.exhaustsInSeconds,
    ).toBe(15 * DAY);
    expect(
      aprilUntil('2026-04-16T00:00Z', { bad: 100_000, lastHour: 1 }).budget.exhaustsInSeconds,
    ).toBeNull();
    expect(aprilUntil('2026-04-16T00:00Z', { bad: 300_000, lastHour: 1 }).budget.exhaustsInSeconds).toBe(0);
  });

  test('budgetAt() begins anew with the period', () => {
    const { window, budget } = aprilUntil('2026-05-01T00:00Z', { bad: 300_000, lastHour: 0 });
    expect(window.total).toBe(0);
    expect(budget).toEqual({
      allowed: null,
      spent: null,
      remainingRatio: null,
      periodRemainingRatio: null,
      exhaustsInSeconds: null,
    });
  });

  test('budgetAt() of a rolling window takes into account what is spent', () => {
    const timeline = new CountedTimeline(1);
    const at = Date.parse('2026-05-01T00:00Z');
    const end = sliceAt(at);
    // 259,200,000 events: 259,200 may be bad, half of them are, and the last hour burns at 2.
    for (let slice = FIRST; slice < end; slice += 1) {
      timeline.add(slice, { good: slice >= end - 360 ? 998 : 1000, total: 1000, late: 0 });
    }
    timeline.add(FIRST, { good: -(129_600 - 720), total: 0, late: 0 });
    const { budget } = budgetAt(eventMeasure(timeline), {
      target: TARGET,
      window: ROLLING,
      atMillis: at,
      generationFrom: 0,
    });
    expect(budget).toMatchObject({ remainingRatio: 0.5, exhaustsInSeconds: 7.5 * DAY });
  });
});
