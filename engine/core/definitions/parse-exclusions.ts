/**
 * The text of `valet/exclusions`, one exclusion a line, `#` begins a comment:
 *
 *   exclusion = start "/" ( end | length ) [ "RRULE:" rule ] [ reason ]
 *   start     = 2026-11-20T22:00Z | 2026-11-20T22:00[Europe/Berlin]
 *
 * Starts are in this century. The end is written as the start is; lengths are numbers with m, h, d or w. Rules are RFC 5545, by day, week, month or
 * year; the time of day is that of the start.
 */
import { Temporal } from 'temporal-polyfill';
import { occurrences } from '../exclusions/occurrences.ts';
import type { Exclusion } from '../types.ts';
import { durationSeconds } from './duration-seconds.ts';

const MAX_EXCLUSIONS = 200;
const MAX_SECONDS = 366 * 86_400;
const YEAR_MILLIS = 366 * 86_400_000;
const LINE = /^([^\s/[]+(?:\[[^\s\]]+\])?)\/(\S+)(?: +RRULE:(\S+))?(?: +(.*))?$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:Z|\[([A-Za-z][\w+\-/]*)\])$/;
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const TIME_OF_DAY = ['BYHOUR', 'BYMINUTE', 'BYSECOND'];
const MAX_COUNT = 10_000;
/** Rules are tried over so many years at once; a range far behind the start takes the most steps. */
const TRIED_YEARS = 30;
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;

/** What is wrong with a line. */
export interface ExclusionFault {
  /** From 0, of the text. */
  readonly line: number;
  readonly message: string;
}

/** The exclusions, or the first thing that is wrong. */
export function parseExclusions(text: string): readonly Exclusion[] | ExclusionFault {
  const exclusions: Exclusion[] = [];
  for (const [line, raw] of text.split('\n').entries()) {
    const written = raw.replace(/(?:^|\s)#.*$/, '').trim();
    if (written === '') continue;
    const read = parseLine(written);
    if (typeof read === 'string') return { line, message: read };
    exclusions.push(read);
    if (exclusions.length > MAX_EXCLUSIONS)
      return {
        line,
        message: `There are more than ${MAX_EXCLUSIONS} exclusions: write one with a rule for those that recur`,
      };
  }
  return exclusions;
}

interface Wall {
  readonly text: string;
  readonly timeZone: string;
}

function parseLine(line: string): Exclusion | string {
  const [, from = '', until = '', rule, reason = ''] = LINE.exec(line) ?? [];
  const start = parseWall(from);
  if (start === undefined)
    return `Cannot use ${shown(line)} as an exclusion: write start, / and end or length, as 2026-11-20T22:00Z/2h or 2026-11-20T22:00[Europe/Berlin]/2026-11-21T02:00[Europe/Berlin]`;
  const seconds = durationSeconds(until) ?? secondsUntil(start, parseWall(until));
  if (seconds === undefined || seconds < 60 || seconds > MAX_SECONDS)
    return `Cannot use ${shown(until)} as the end of an exclusion: write a later time or a length from 1m to 366d`;
  const exclusion = { start: start.text, timeZone: start.timeZone, seconds, reason };
  if (rule === undefined) return exclusion;
  const recurring = { ...exclusion, rule };
  return ruleFault(recurring) ?? recurring;
}

function parseWall(text: string): Wall | undefined {
  const [, wall, timeZone = 'UTC'] = INSTANT.exec(text) ?? [];
  if (wall === undefined) return undefined;
  try {
    const read = Temporal.PlainDateTime.from(wall, { overflow: 'reject' });
    read.toZonedDateTime(timeZone);
    if (read.year < FIRST_YEAR || read.year > LAST_YEAR) return undefined;
    return { text: wall, timeZone };
  } catch {
    return undefined;
  }
}

function secondsUntil(start: Wall, end: Wall | undefined): number | undefined {
  return end && (millisOf(end) - millisOf(start)) / 1000;
}

function millisOf({ text, timeZone }: Wall): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
}

function ruleFault(exclusion: Required<Exclusion>): string | undefined {
  const { start, rule } = exclusion;
  const parts = rule.split(';').map((part) => part.split('='));
  const names = parts.map(([name = '']) => name);
  const partOf = (wanted: string) => parts.find(([name]) => name === wanted)?.[1];
  const say = (what: string) => `Cannot use the rule ${shown(rule)}: ${what}`;
  if (new Set(names).size < names.length) return say('write each part once');
  if (!FREQUENCIES.includes(partOf('FREQ') ?? '')) return say('write FREQ=DAILY, WEEKLY, MONTHLY or YEARLY');
  if (names.some((name) => TIME_OF_DAY.includes(name)))
    return say('leave BYHOUR, BYMINUTE and BYSECOND out, the time of day is that of the start');
  if (Number(partOf('COUNT') ?? 1) > MAX_COUNT) return say(`write a COUNT of at most ${MAX_COUNT}, or UNTIL`);
  try {
    const from = Date.parse(`${start.slice(0, 10)}T00:00Z`) + TRIED_YEARS * YEAR_MILLIS;
    occurrences(exclusion, from, from + YEAR_MILLIS);
    return undefined;
  } catch (error) {
    return say(error instanceof Error ? error.message : String(error));
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
