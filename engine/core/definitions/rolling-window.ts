/** Rolling windows from OpenSLO's duration shorthand. */
import type { RollingWindow } from '../types.ts';

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };
const SHORTHAND = /^([1-9]\d{0,5})([mhdwMQY])$/;

/** Shortest and longest rolling window, in seconds: an hour, and 366 days. */
export const MIN_WINDOW_SECONDS = 3600;
export const MAX_WINDOW_SECONDS = 366 * 86_400;

/** What is wrong with a window's text. */
export interface WindowFault {
  readonly code: 'invalid-duration' | 'window-out-of-range';
  readonly message: string;
}

/** The window `30d` stands for. Months, quarters and years have no fixed length and are refused. */
export function rollingWindow(text: string): RollingWindow | WindowFault {
  const match = SHORTHAND.exec(text);
  const unit = match?.[2] ?? '';
  const secondsPerUnit = SECONDS_PER_UNIT[unit];
  if (match === null || secondsPerUnit === undefined) {
    const why = match === null ? '' : ` (${unit} has no fixed length)`;
    const message = `Cannot use ${JSON.stringify(text.slice(0, 40))} as a rolling window${why}: write a number with h, d or w, as 30d`;
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
