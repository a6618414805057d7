/** When an exclusion takes place: once, or as an RFC 5545 rule says. */
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import type { Exclusion } from '../types.ts';

/** Half-open, milliseconds since the epoch. */
export interface Interval {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Wall clocks differ from UTC by less. */
const MAX_OFFSET_MILLIS = 27 * 3_600_000;
/** Days of three centuries: rules are by the day at most. */
const MAX_ITERATIONS = 110_000;
const UNTIL = /(?<=^|;)UNTIL=([\dTZ]+)/;

/**
 * The occurrences that touch [from, to), ascending. Rules are followed on the wall clock of the exclusion's zone: a time
 * of day that the clocks skip is moved on by what they skip, one that comes twice is the first. By month, a day that
 * the month does not have is its last.
 */
export function occurrences(exclusion: Exclusion, fromMillis: number, toMillis: number): readonly Interval[] {
  const { start, timeZone, seconds } = exclusion;
  const length = seconds * 1000;
  const at = (wall: Temporal.PlainDateTime): Interval => {
    const millis = wall.toZonedDateTime(timeZone).epochMilliseconds;
    return { fromMillis: millis, toMillis: millis + length };
  };
  const walls =
    exclusion.rule === undefined
      ? [Temporal.PlainDateTime.from(start)]
      : wallClocks(exclusion, fromMillis - length - MAX_OFFSET_MILLIS, toMillis + MAX_OFFSET_MILLIS);
  return walls.map(at).filter((each) => each.toMillis > fromMillis && each.fromMillis < toMillis);
}

/** The rule of an exclusion; throws an Error for one that cannot be followed. */
function recurrence({
  start,
  rule = '',
  timeZone,
}: Pick<Exclusion, 'start' | 'rule' | 'timeZone'>): RRuleTemporal {
  const isByMonth = /FREQ=(?:MONTHLY|YEARLY)/.test(rule) && !rule.includes('SKIP=');
  const local = rule.replace(UNTIL, (_, text: string) => `UNTIL=${wallClock(text, timeZone)}Z`);
  const rruleString = isByMonth ? `RSCALE=GREGORIAN;${local};SKIP=BACKWARD` : local;
  const dtstart = Temporal.ZonedDateTime.from(`${start}[UTC]`);
  return new RRuleTemporal({ rruleString, dtstart, strict: true, maxIterations: MAX_ITERATIONS });
}

/** An end in UTC as the zone's clock shows it; a date is the whole of that day there. */
function wallClock(until: string, timeZone: string): string {
  if (!until.includes('T')) return `${until}T235959`;
  const wall = Temporal.PlainDateTime.from(until.replace(/Z$/, ''));
  if (!until.endsWith('Z')) return compact(wall);
  return compact(wall.toZonedDateTime('UTC').withTimeZone(timeZone).toPlainDateTime());
}

/** `20260118T020000`. */
function compact(wall: Temporal.PlainDateTime): string {
  return wall.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
}

const rules = new WeakMap<Exclusion, RRuleTemporal>();

function wallClocks(exclusion: Exclusion, from: number, to: number): readonly Temporal.PlainDateTime[] {
  const known = rules.get(exclusion) ?? recurrence(exclusion);
  rules.set(exclusion, known);
  return known.between(new Date(from), new Date(to), true).map((each) => each.toPlainDateTime());
}
