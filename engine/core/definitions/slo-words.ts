/** Parts of definitions in words, for those who review them. */
import { formatSeconds } from '../budget/format-seconds.ts';
import { toNumber } from '../budget/fraction.ts';
import { spokenSeconds } from '../budget/spoken-seconds.ts';
import type { EventSource, Exclusion, TimeSlices, TimeWindow } from '../types.ts';

/** `traces where span.kind == 2`. */
export function sourceWords({ signal, where }: EventSource): string {
  return `${signal} ${where === 'true' ? 'of all kinds' : `where ${where}`}`;
}

/** `the last 30d, moving`. */
export function windowWords(window: TimeWindow): string {
  return window.kind === 'rolling'
    ? `the last ${window.text}, moving`
    : `the present ${window.text}, by the calendar, counted from ${window.start}`;
}

/** `a slice of 5m is good when at least 95 % of its events are`. */
export function sliceWords({ seconds, target }: TimeSlices): string {
  const length = formatSeconds(seconds);
  return target === undefined
    ? `each ${length} counts by its share of good events`
    : `a slice of ${length} is good when at least ${percent(toNumber(target))} of its events are`;
}

/** `2 h from 2026-01-04T02:00 Europe/Berlin, FREQ=WEEKLY: upgrade`. */
export function exclusionWords({ start, timeZone, seconds, rule, reason }: Exclusion): string {
  const when = `${spokenSeconds(seconds)} from ${start} ${timeZone}`;
  return `${when}${rule === undefined ? '' : `, ${rule}`}${reason === '' ? '' : `: ${reason}`}`;
}

/** `99.9 %`. */
export function percent(share: number): string {
  return `${shown(share * 100)} %`;
}

/** Six digits say enough, and hide what floats add. */
export function shown(value: number): string {
  return Number(value.toPrecision(6)).toString();
}
