/** An SLO over a range of time, for charts. */
import { burnRate } from '../budget/burn-rate.ts';
import { errorBudget } from '../budget/error-budget.ts';
import type { Measure } from '../slices/measure.ts';
import { SLICE_MILLIS, sliceAt, sliceFrom, sliceIso, sliceMillis } from '../slices/slice.ts';
import { LEVEL_SLICES } from '../slices/timeline.ts';
import { finestLevel } from '../slices/window-edges.ts';
import type { Fraction, SeriesPoint, TimeWindow } from '../types.ts';
import { budgetAt } from './budget-at.ts';

export interface SeriesInput {
  readonly measure: Measure;
  readonly target: Fraction;
  readonly window: TimeWindow;
  /** First slice of the generation; 0 when it holds from the beginning. */
  readonly generationFrom: number;
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly maxPoints: number;
}

/**
 * At most `maxPoints` points, each for the step that ends at it. Steps are whole cells of the finest level that
 * reaches back to the beginning of the range, and the last one ends at or after `toMillis`; of time slices they are
 * whole slices, and the last one has ended by then.
 */
export function sloSeries(input: SeriesInput): readonly SeriesPoint[] {
  const { measure, fromMillis, toMillis } = input;
  if (!(toMillis > fromMillis) || input.maxPoints < 1) return [];
  const known = LEVEL_SLICES[finestLevel(sliceAt(fromMillis), measure.timeline.floors())] ?? 1;
  const cell = commonMultiple(known, measure.unitSlices);
  const span = (toMillis - fromMillis) / SLICE_MILLIS;
  const step = Math.max(1, Math.ceil(span / input.maxPoints / cell)) * cell;
  const last =
    measure.unitSlices === 1
      ? Math.ceil(sliceFrom(toMillis) / cell) * cell
      : Math.floor(sliceAt(toMillis) / cell) * cell;
  const count = Math.min(input.maxPoints, Math.ceil(span / step));
  return Array.from({ length: count }, (_, index) => pointAt(input, last - (count - 1 - index) * step, step));
}

/** The least one. */
function commonMultiple(one: number, other: number): number {
  let multiple = one;
  while (multiple % other !== 0) multiple += one;
  return multiple;
}

function pointAt(input: SeriesInput, end: number, step: number): SeriesPoint {
  const { measure, target } = input;
  const { good, total } = measure.timeline.sum(end - step, end);
  const { counts } = budgetAt(measure, { ...input, atMillis: sliceMillis(end) });
  return {
    at: sliceIso(end),
    good,
    total,
    sli: total === 0 ? null : good / total,
    burn: burnRate({ good, total }, target),
    remainingRatio: errorBudget(counts, target).remainingRatio,
  };
}
