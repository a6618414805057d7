/** One look at one window of a timeline. */
import { burnRate } from '../budget/burn-rate.ts';
import { formatSeconds } from '../budget/format-seconds.ts';
import { sliceIso } from '../slices/slice.ts';
import type { Timeline } from '../slices/timeline.ts';
import { type WindowEdges, windowEdges } from '../slices/window-edges.ts';
import type { BurnReading, Counts, Fraction } from '../types.ts';

/** Counts of a window with the slices they were taken from. */
export interface WindowReading extends Counts {
  readonly seconds: number;
  readonly edges: WindowEdges;
  readonly late: number;
}

/** Reads the window of `seconds` that ends at an instant. */
export function readWindow(timeline: Timeline, seconds: number, atMillis: number): WindowReading {
  const edges = windowEdges(seconds, atMillis, timeline.floors());
  return { seconds, edges, ...timeline.sum(edges.from, edges.to) };
}

/** The reading as answers show it. */
export function burnReading({ seconds, edges, good, total }: WindowReading, target: Fraction): BurnReading {
  return {
    window: formatSeconds(seconds),
    from: sliceIso(edges.from),
    countedTo: sliceIso(edges.to),
    good,
    total,
    rate: burnRate({ good, total }, target),
  };
}
