/** Instants and durations as text. The current time is always an argument. */
import { ABSENT } from './numbers.js';

const GAP = '\u202f';
const UNITS = /** @type {const} */ ([
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
]);

/** A duration in its two largest units: `3 d 4 h`, `26 min`, `0 s`. @param {number | null} seconds */
export function formatDuration(seconds) {
  if (seconds === null) return ABSENT;
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([size]) => whole >= size);
  if (first === -1) return `0${GAP}s`;
  const [size, unit] = /** @type {(typeof UNITS)[number]} */ (UNITS[first]);
  const head = `${Math.floor(whole / size)}${GAP}${unit}`;
  const next = UNITS[first + 1];
  // From ten on the smaller unit says nothing an operator acts on.
  if (next === undefined || whole >= size * 10) return head;
  const rest = Math.floor((whole % size) / next[0]);
  return rest === 0 ? head : `${head} ${rest}${GAP}${next[1]}`;
}

/** The time since an instant, in one unit: `12 s`. @param {number} thenMillis @param {number} nowMillis */
export function formatAge(thenMillis, nowMillis) {
  const seconds = Math.max(0, Math.floor((nowMillis - thenMillis) / 1000));
  const [size, unit] = UNITS.find(([each]) => seconds >= each) ?? UNITS[3];
  return `${Math.floor(seconds / size)}${GAP}${unit}`;
}

/** @param {Date} date */
const dayOf = (date) => date.toLocaleDateString('en', { day: 'numeric', month: 'short' });

/** @param {Date} a @param {Date} b */
const sameDay = (a, b) => a.toDateString() === b.toDateString();

/**
 * An instant in the reader's zone: the time alone today, the day with it otherwise, the year in another year.
 * @param {string} at RFC 3339 @param {number} nowMillis
 */
export function formatLocal(at, nowMillis) {
  const date = new Date(at);
  const now = new Date(nowMillis);
  if (Number.isNaN(date.getTime())) return at;
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  if (sameDay(date, now)) return time;
  const year = date.getFullYear() === now.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${dayOf(date)}${year}, ${time}`;
}

/** The same instant in UTC, for the hover text. @param {string} at RFC 3339 */
export function formatUtc(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Seconds of a window as written: `5m`, `30d`; NaN when it is no duration. @param {string} text */
export function windowSeconds(text) {
  const match = /^(\d+)([smhdw])$/.exec(text);
  if (match === null) return Number.NaN;
  const size = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[/** @type {'s'} */ (match[2])];
  return Number(match[1]) * size;
}

/** A window as written, set with a space: `5m` → `5 min`. @param {string} text */
export function formatWindow(text) {
  const seconds = windowSeconds(text);
  return Number.isNaN(seconds) || /w$/.test(text) ? text : formatDuration(seconds);
}
