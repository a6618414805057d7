/** Coverage of a window: measured slices out of those expected. */
import type { Liveness } from './liveness.ts';
import { LEVEL_SLICES } from './timeline.ts';
import { finestLevel, type WindowEdges } from './window-edges.ts';

/** Slices of a window that were measured and that should have been. */
export interface Coverage {
  readonly measured: number;
  readonly expected: number;
}

/**
 * Coverage of a window whose SLO generation holds from `generationFrom` on. A slice is measured when the pipeline
 * was alive for the signal, traffic or not; slices before the generation are not expected, nor those before the
 * pipeline was ever alive when the generation holds from the beginning (slice 0).
 */
export function coverageOf(window: WindowEdges, generationFrom: number, liveness: Liveness): Coverage {
  const first = generationFrom > 0 ? generationFrom : liveness.timeline.firstSlice();
  if (first === undefined) return { measured: 0, expected: 0 };
  const from = known(Math.max(window.from, first), liveness);
  if (from >= window.to) return { measured: 0, expected: 0 };
  return { measured: liveness.count(from, window.to), expected: window.to - from };
}

/** The slice itself, or the next edge of the finest cells still known there: a generation begins at any slice. */
function known(slice: number, liveness: Liveness): number {
  const step = LEVEL_SLICES[finestLevel(slice, liveness.timeline.floors())] ?? 1;
  return Math.ceil(slice / step) * step;
}

/** 0 to 1; null when nothing was expected. */
export function coverageRatio({ measured, expected }: Coverage): number | null {
  return expected === 0 ? null : measured / expected;
}
