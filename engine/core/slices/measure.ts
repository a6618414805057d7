/** What the good and total of an objective are counted in: events, or whole time slices. */
import type { TimeSlices } from '../types.ts';
import type { CountedTimeline } from './counted-timeline.ts';
import { SLICE_SECONDS } from './slice.ts';

/** Counts over time with their unit. */
export interface Measure {
  /** Time slices are counted where they begin. */
  readonly timeline: CountedTimeline;
  /** Base slices in one unit; 1 for events. */
  readonly unitSlices: number;
  /** By which good and total are multiplied, to be whole. */
  readonly scale: number;
}

/** Ratios of time slices are rounded to millionths, half to even. */
export const RATIO_SCALE = 1_000_000;

/** Events, each of them counted. */
export function eventMeasure(timeline: CountedTimeline): Measure {
  return { timeline, unitSlices: 1, scale: 1 };
}

/** Base slices in a time slice. */
export function unitSlicesOf({ seconds }: TimeSlices): number {
  return seconds / SLICE_SECONDS;
}

/** By which the good and total of time slices are multiplied. */
export function scaleOf({ target }: TimeSlices): number {
  return target === undefined ? RATIO_SCALE : 1;
}
