/** How far back each level is kept: what windows, lateness and charts need, and no more. */
import { longestPeriodSeconds } from '../slices/periods.ts';
import { SLICE_SECONDS } from '../slices/slice.ts';
import type { Floors } from '../slices/timeline.ts';
import type { SloDefinition, TimeWindow } from '../types.ts';

const HOUR = 3600;
const DAY = 86_400;
/** Beyond the longest window of a level, so that a slow reader still finds its edges. */
const SLACK = HOUR;

/** Seconds that the windows of an SLO reach back at most. */
export function longestSeconds({
  window,
  secondWindow,
}: Pick<SloDefinition, 'window' | 'secondWindow'>): number {
  return Math.max(lengthOf(window), secondWindow === undefined ? 0 : lengthOf(secondWindow));
}

function lengthOf(window: TimeWindow): number {
  return window.kind === 'rolling' ? window.seconds : longestPeriodSeconds(window);
}

/** Whole slices of a number of seconds. */
function slices(seconds: number): number {
  return Math.ceil(seconds / SLICE_SECONDS);
}

/** What decides the floors. */
export interface RetentionOptions {
  readonly latenessSeconds: number;
  /** The longest of the SLO's windows. */
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
