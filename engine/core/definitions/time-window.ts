/** Windows from OpenSLO's duration shorthand: rolling ones, and those of a calendar. */
import { Temporal } from 'temporal-polyfill';
import { CALENDAR_UNITS, type CalendarUnit, type CalendarWindow, type RollingWindow } from '../types.ts';

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };
const SHORTHAND = /^([1-9]\d{0,5})([mhdwMQY])$/;
/** `2026-01-31`, and a time of day behind it; zone and offset are not part of it. */
const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2})(?:\.0+)?)?)?$/;
const QUARTER_MINUTES = 15;

/** Shortest and longest rolling window, in seconds: an hour, and 366 days. */
export const MIN_WINDOW_SECONDS = 3600;
export const MAX_WINDOW_SECONDS = 366 * 86_400;
/** Most units in a period of a calendar: about a year. */
const MOST_UNITS: Readonly<Record<CalendarUnit, number>> = { h: 8784, d: 366, w: 52, M: 12, Q: 4, Y: 1 };

/** What is wrong with a window's text. */
export interface WindowFault {
  readonly code: 'invalid-duration' | 'window-out-of-range' | 'invalid-calendar';
  readonly message: string;
}

/** The window `30d` stands for. Months, quarters and years have no fixed length and are refused. */
export function rollingWindow(text: string): RollingWindow | WindowFault {
  const match = SHORTHAND.exec(text);
  const unit = match?.[2] ?? '';
  const secondsPerUnit = SECONDS_PER_UNIT[unit];
  if (match === null || secondsPerUnit === undefined) {
    const why = match === null ? '' : ` (${unit} has no fixed length)`;
    const message = `Cannot use ${shown(text)} as a rolling window${why}: write a number with h, d or w, as 30d, or a calendar`;
    return { code: 'invalid-duration', message };
  }
  const seconds = Number(match[1]) * secondsPerUnit;
  if (seconds >= MIN_WINDOW_SECONDS && seconds <= MAX_WINDOW_SECONDS)
    return { kind: 'rolling', seconds, text };
  const hint = unit === 'm' ? '; m is minutes, a month is 30d' : '';
  return {
    code: 'window-out-of-range',
    message: `Cannot use ${text} as a rolling window: write 1h to 366d${hint}`,
  };
}

/** What a calendar window is made of. */
export interface CalendarInput {
  /** `1M`. */
  readonly duration: string;
  /** `2026-01-01 00:00:00`, local. */
  readonly startTime: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** The periods of a calendar. */
export function calendarWindow({
  duration,
  startTime,
  timeZone,
}: CalendarInput): CalendarWindow | WindowFault {
  const [, number = '', letter = ''] = SHORTHAND.exec(duration) ?? [];
  const unit = CALENDAR_UNITS.find((known) => known === letter);
  if (unit === undefined) {
    const hint = letter === 'm' ? '; m is minutes, a month is 1M' : '';
    const message = `Cannot use ${shown(duration)} as the length of a period: write a number with h, d, w, M, Q or Y, as 1M${hint}`;
    return { code: 'invalid-duration', message };
  }
  const count = Number(number);
  if (count > MOST_UNITS[unit]) {
    const message = `Cannot use ${duration} as the length of a period: write at most ${MOST_UNITS[unit]}${unit}`;
    return { code: 'window-out-of-range', message };
  }
  const start = localStart(startTime);
  if (typeof start !== 'string') return start;
  if (!isTimeZone(timeZone)) {
    const message = `There is no time zone ${shown(timeZone)}: write an IANA name, as Europe/Berlin or UTC`;
    return { code: 'invalid-calendar', message };
  }
  return { kind: 'calendar', unit, count, start, timeZone, text: `${duration} ${timeZone}` };
}

/** `2026-01-01T00:00`; periods begin on a quarter of an hour, as all that is known of the distant past ends there. */
function localStart(text: string): string | WindowFault {
  const [, date, time = '00:00', seconds = '00'] = LOCAL_TIME.exec(text) ?? [];
  const start = `${date}T${time}`;
  const isQuarter = Number(time.slice(3)) % QUARTER_MINUTES === 0 && seconds === '00';
  if (date !== undefined && isQuarter && isLocalTime(start)) return start;
  const message = `Cannot use ${shown(text)} as the start of a period: write a local time on a quarter of an hour, as 2026-01-01 00:00:00`;
  return { code: 'invalid-calendar', message };
}

function isLocalTime(text: string): boolean {
  try {
    Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

/** Offsets are none: they know no daylight saving. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
