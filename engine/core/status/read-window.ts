/** One look at one window of a timeline. */
import { burnRate } from '../budget/burn-rate.ts';
import { formatSeconds } from '../budget/format-seconds.ts';
import type { Measure } from '../slices/measure.ts';
import { type Period, periodAt } from '../slices/periods.ts';
import { sliceIso } from '../slices/slice.ts';
import { periodEdges, type WindowEdges, windowEdges } from '../slices/window-edges.ts';
import type { BurnReading, CountedWindow, Counts, Fraction, TimeWindow } from '../types.ts';

/** Counts of a window with the slices they were taken from. */
export interface WindowReading extends Counts {
  readonly seconds: number;
  readonly edges: WindowEdges;
}

/** A budget's window. */
export interface PeriodReading extends WindowReading {
  /** Of a calendar; `seconds` is its length then. */
  readonly period?: Period;
}

/** Reads the last `seconds` at an instant. */
export function readWindow(measure: Measure, seconds: number, atMillis: number): WindowReading {
  const { timeline, unitSlices } = measure;
  const edges = windowEdges(seconds, atMillis, { floors: timeline.floors(), unitSlices });
  return { seconds, edges, ...countsOf(measure, edges) };
}

/** Reads the window of an SLO at an instant: of a calendar, its period as far as it has gone. */
export function readPeriod(measure: Measure, window: TimeWindow, atMillis: number): PeriodReading {
  if (window.kind === 'rolling') return readWindow(measure, window.seconds, atMillis);
  const { timeline, unitSlices } = measure;
  const period = periodAt(window, atMillis);
  const edges = periodEdges(period, atMillis, { floors: timeline.floors(), unitSlices });
  return { seconds: lengthOf(period), edges, period, ...countsOf(measure, edges) };
}

/** Seconds of the window that budgets and tiers at an instant refer to. */
export function periodSecondsAt(window: TimeWindow, atMillis: number): number {
  return window.kind === 'rolling' ? window.seconds : lengthOf(periodAt(window, atMillis));
}

/** The reading's window as answers show it. */
export function countedWindow({ edges, period }: PeriodReading, atMillis: number): CountedWindow {
  return {
    from: sliceIso(edges.from),
    to: new Date(atMillis).toISOString(),
    countedTo: sliceIso(edges.to),
    periodEnds: period === undefined ? null : new Date(period.toMillis).toISOString(),
  };
}

/** The reading as answers show it. */
export function burnReading(
  { seconds, edges, good, total }: WindowReading,
  { target, measure: { scale } }: { readonly target: Fraction; readonly measure: Pick<Measure, 'scale'> },
): BurnReading {
  return {
    window: formatSeconds(seconds),
    from: sliceIso(edges.from),
    countedTo: sliceIso(edges.to),
    good,
    total,
    ...(scale !== 1 && { scale }),
    rate: burnRate({ good, total }, target),
  };
}

function countsOf({ timeline }: Measure, { from, to }: WindowEdges): Counts {
  const { good, total } = timeline.sum(from, to);
  return { good, total };
}

function lengthOf({ fromMillis, toMillis }: Period): number {
  return (toMillis - fromMillis) / 1000;
}
