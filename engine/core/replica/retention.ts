/** How far back each level is kept: what windows, lateness and charts need, and no more. */
import { SLICE_SECONDS } from '../slices/slice.ts';
import type { Floors } from '../slices/timeline.ts';

const HOUR = 3600;
const DAY = 86_400;
/** Beyond the longest window of a level, so that a slow reader still finds its edges. */
const SLACK = HOUR;

/** Whole slices of a number of seconds. */
function slices(seconds: number): number {
  return Math.ceil(seconds / SLICE_SECONDS);
}

/** What decides the floors. */
export interface RetentionOptions {
  readonly latenessSeconds: number;
  /** The SLO's own window. */
  readonly windowSeconds: number;
}

/**
 * First slices to keep once everything up to `evaluatedSlice` has been evaluated: 10 s for windows up to 6 h, 1 min
 * for windows up to 3 d, 15 min for the SLO's window and 60 days of chart before it.
 */
export function floorsAt(evaluatedSlice: number, options: RetentionOptions): Floors {
  const { latenessSeconds, windowSeconds } = options;
  const kept = [6 * HOUR + latenessSeconds, 3 * DAY + latenessSeconds, windowSeconds + 60 * DAY];
  const [fine = 0, middle = 0, coarse = 0] = kept.map((seconds) =>
    Math.max(0, evaluatedSlice - slices(seconds + SLACK)),
  );
  return [fine, middle, coarse];
}
