/**
 * The periods of a calendar window: local times of a zone, one after the other without gap. A period begins at the
 * window's start plus a whole number of its lengths, always counted from that start, so that the 31st comes back after
 * a month of 30 days; a local time that the clocks skip moves on by what they skip.
 */
import { Temporal } from 'temporal-polyfill';
import type { CalendarUnit, CalendarWindow } from '../types.ts';

/** Half-open, milliseconds since the epoch. */
export interface Period {
  readonly fromMillis: number;
  readonly toMillis: number;
}

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;

/** What a unit is in the calendar's own, and its mean length, to guess from. */
const UNITS: Readonly<
  Record<
    CalendarUnit,
    { readonly unit: 'hours' | 'days' | 'months'; readonly count: number; readonly millis: number }
  >
> = {
  h: { unit: 'hours', count: 1, millis: HOUR_MILLIS },
  d: { unit: 'days', count: 1, millis: DAY_MILLIS },
  w: { unit: 'days', count: 7, millis: 7 * DAY_MILLIS },
  M: { unit: 'months', count: 1, millis: 30.436875 * DAY_MILLIS },
  Q: { unit: 'months', count: 3, millis: 91.310625 * DAY_MILLIS },
  Y: { unit: 'months', count: 12, millis: 365.2425 * DAY_MILLIS },
};
/** No period of a unit is longer, seconds. */
const LONGEST_DAYS: Readonly<Record<CalendarUnit, number>> = {
  h: 1 / 24,
  d: 1.125,
  w: 7.125,
  M: 31.125,
  Q: 92.125,
  Y: 366.125,
};

/** The period an instant lies in, also before the window's start. */
export function periodAt(window: CalendarWindow, atMillis: number): Period {
  const known = latest.get(window);
  if (known && atMillis >= known.fromMillis && atMillis < known.toMillis) return known;
  const found = findPeriod(window, atMillis);
  latest.set(window, found);
  return found;
}

/** The one asked for last: an evaluator asks for the same one again and again. */
const latest = new WeakMap<CalendarWindow, Period>();

/** Seconds of the longest period, for what has to reach over any. */
export function longestPeriodSeconds({ unit, count }: CalendarWindow): number {
  return Math.ceil(LONGEST_DAYS[unit] * count * 86_400);
}

function findPeriod(window: CalendarWindow, atMillis: number): Period {
  const start = Temporal.PlainDateTime.from(window.start);
  const first = startMillis(window, start, 0);
  let index = Math.floor((atMillis - first) / (UNITS[window.unit].millis * window.count));
  while (startMillis(window, start, index) > atMillis) index -= 1;
  while (startMillis(window, start, index + 1) <= atMillis) index += 1;
  return {
    fromMillis: startMillis(window, start, index),
    toMillis: startMillis(window, start, index + 1),
  };
}

function startMillis(
  { unit, count, timeZone }: CalendarWindow,
  start: Temporal.PlainDateTime,
  index: number,
): number {
  const length = UNITS[unit];
  const added = index * count * length.count;
  // Hours are hours, whatever the clocks do.
  const wall = length.unit === 'hours' ? start : start.add({ [length.unit]: added });
  const millis = wall.toZonedDateTime(timeZone).epochMilliseconds;
  return length.unit === 'hours' ? millis + added * HOUR_MILLIS : millis;
}
