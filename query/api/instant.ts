import { ApiProblem } from './errors.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds since the epoch of an RFC 3339 instant, or `fallback` when there is none. Throws {@link ApiProblem}
 * `bad-instant`, with the parameter's name.
 */
export function parseInstant(parameter: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const match = RFC3339.exec(text);
  const millis = match === null ? Number.NaN : Date.parse(text.toUpperCase());
  if (match === null || Number.isNaN(millis) || !isCalendarDay(match)) {
    throw new ApiProblem(
      'bad-instant',
      `${parameter} must be an RFC 3339 instant such as 2026-01-31T12:00:00Z${hint(text)}`,
    );
  }
  if (millis < 0) throw new ApiProblem('bad-instant', `${parameter} must not lie before 1970`);
  return millis;
}

/** `Date.parse` takes 30 February for 2 March. */
function isCalendarDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1;
}

function hint(text: string): string {
  if (/ \d\d:\d\d$/.test(text)) return '; write the + of its offset as %2B';
  if (/^\d+$/.test(text)) return ', not a number';
  if (/^\d{4}-\d\d-\d\d[Tt ][\d:.]+$/.test(text)) return ', with Z or an offset at its end';
  return '';
}
