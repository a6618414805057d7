/** An SLO over a range of time, for charts. */
import { burnRate } from '../budget/burn-rate.ts';
import { errorBudget } from '../budget/error-budget.ts';
import { SLICE_MILLIS, sliceAt, sliceFrom, sliceIso, sliceMillis } from '../slices/slice.ts';
import { LEVEL_SLICES, type Timeline } from '../slices/timeline.ts';
import { finestLevel } from '../slices/window-edges.ts';
import type { Fraction, SeriesPoint } from '../types.ts';
import { readWindow } from './read-window.ts';

export interface SeriesInput {
  readonly timeline: Timeline;
  readonly target: Fraction;
  readonly periodSeconds: number;
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly maxPoints: number;
}

/**
 * At most `maxPoints` points, each for the step that ends at it. Steps are whole cells of the finest level that
 * reaches back to the beginning of the range, and the last one ends at or after `toMillis`.
 */
export function sloSeries(input: SeriesInput): readonly SeriesPoint[] {
  const { timeline, fromMillis, toMillis } = input;
  if (!(toMillis > fromMillis) || input.maxPoints < 1) return [];
  const cell = LEVEL_SLICES[finestLevel(sliceAt(fromMillis), timeline.floors())] ?? 1;
  const span = (toMillis - fromMillis) / SLICE_MILLIS;
  const step = Math.max(1, Math.ceil(span / input.maxPoints / cell)) * cell;
  const last = Math.ceil(sliceFrom(toMillis) / cell) * cell;
  const count = Math.min(input.maxPoints, Math.ceil(span / step));
  return Array.from({ length: count }, (_, index) => pointAt(input, last - (count - 1 - index) * step, step));
}

function pointAt({ timeline, target, periodSeconds }: SeriesInput, end: number, step: number): SeriesPoint {
  const { good, total } = timeline.sum(end - step, end);
  const window = readWindow(timeline, periodSeconds, sliceMillis(end));
  return {
    at: sliceIso(end),
    good,
    total,
    sli: total === 0 ? null : good / total,
    burn: burnRate({ good, total }, target),
    remainingRatio: errorBudget(window, target).remainingRatio,
  };
}
