/** Coverage of a window: measured slices out of those expected. */

import type { Counted } from './counted-timeline.ts';
import type { Liveness } from './liveness.ts';
import type { Measure } from './measure.ts';
import { LEVEL_SLICES } from './timeline.ts';
import { finestLevel, type WindowEdges } from './window-edges.ts';

/** Slices of a window that were measured and that should have been. */
export interface Coverage {
  readonly measured: number;
  readonly expected: number;
}

/** What says which slices were measured. */
export interface CoverageInput {
  readonly measure: Measure;
  /** First slice of the SLO's generation; 0 when it holds from the beginning. */
  readonly generationFrom: number;
  readonly liveness: Liveness;
}

const NOTHING: Coverage = { measured: 0, expected: 0 };

/**
 * Coverage of a window. Where events are counted a slice is measured when the pipeline was alive for the signal,
 * traffic or not; a time slice is measured when it had events. Slices before the generation are not expected, nor
 * those before anything was ever measured when the generation holds from the beginning, nor those that exclusions touch.
 */
export function coverageOf(window: WindowEdges, input: CoverageInput): Coverage {
  return input.measure.unitSlices === 1 ? aliveCoverage(window, input) : timeSliceCoverage(window, input);
}

function aliveCoverage(window: WindowEdges, input: CoverageInput): Coverage {
  const { generationFrom, liveness } = input;
  const first = firstExpected(generationFrom, liveness.timeline);
  if (first === undefined) return NOTHING;
  const from = known(Math.max(window.from, first, liveness.timeline.floors()[2]), liveness.timeline);
  if (from >= window.to) return NOTHING;
  const outside = { measured: liveness.count(from, window.to), expected: window.to - from };
  for (const range of input.measure.timeline.excludedRanges(from, window.to)) {
    const [start, end] = [known(range.from, liveness.timeline), known(range.to, liveness.timeline)];
    outside.measured -= liveness.count(start, end);
    outside.expected -= end - start;
  }
  return outside;
}

function timeSliceCoverage(window: WindowEdges, { measure, generationFrom }: CoverageInput): Coverage {
  const { timeline, unitSlices, scale } = measure;
  const first = firstExpected(generationFrom, timeline);
  if (first === undefined) return NOTHING;
  const least = Math.max(window.from, first, timeline.floors()[2]);
  const start = Math.ceil(least / unitSlices) * unitSlices;
  const from = known(start, timeline);
  if (from >= window.to) return NOTHING;
  const excluded = timeline.excludedRanges(from, window.to).map(({ from: start, to: end }) => ({
    start: Math.floor(start / unitSlices),
    end: Math.ceil(end / unitSlices),
  }));
  let [taken, last] = [0, 0];
  for (const { start, end } of excluded) {
    taken += Math.max(0, end - Math.max(start, last));
    last = Math.max(last, end);
  }
  return {
    measured: timeline.sum(from, window.to).total / scale,
    expected: (window.to - from) / unitSlices - taken,
  };
}

function firstExpected(generationFrom: number, timeline: Pick<Counted, 'firstSlice'>): number | undefined {
  return generationFrom > 0 ? generationFrom : timeline.firstSlice();
}

/** The slice itself, or the next edge of the finest cells still known there: a generation begins at any slice. */
function known(slice: number, timeline: Pick<Counted, 'floors'>): number {
  const step = LEVEL_SLICES[finestLevel(slice, timeline.floors())] ?? 1;
  return Math.ceil(slice / step) * step;
}

/** 0 to 1; null when nothing was expected. */
export function coverageRatio({ measured, expected }: Coverage): number | null {
  return expected === 0 ? null : measured / expected;
}
