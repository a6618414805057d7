/**
 * Where a window really begins and ends.
 *
 * A window of W seconds at instant t counts the slices [from, to):
 * 1. `from` is t − W rounded down to a step of 10 s (W ≤ 6 h), 1 min (W ≤ 3 d) or 15 min: the old edge moves in
 *    steps, and the window is never shorter than W. The window of a calendar begins where its period does.
 * 2. `to` is t rounded up to a slice: the newest events are in at once, those of slices that begin after t are not.
 * 3. Where the fine levels no longer reach back (an instant in the past), both edges round outward to the finest
 *    step still known there.
 * 4. Time slices are never cut: one counts once it has ended, and in a calendar belongs to the period it ends in.
 * The edges are part of every answer, and a recount over [from, to) gives the same numbers.
 */

import type { Period } from './periods.ts';
import { SLICE_MILLIS, sliceAt, sliceFrom } from './slice.ts';
import type { Floors } from './timeline.ts';
import { LEVEL_SLICES } from './timeline.ts';

const SIX_HOURS = 21_600;
const THREE_DAYS = 259_200;

/** Slices [from, to) of a window. */
export interface WindowEdges {
  readonly from: number;
  readonly to: number;
}

/** What decides how edges are rounded. */
export interface EdgeOptions {
  /** How far back each level reaches. */
  readonly floors: Floors;
  /** Slices in a time slice; 1 when events are counted. Divides 90, or is a multiple of it. */
  readonly unitSlices: number;
}

/** Level by length: 0 up to 6 h, 1 up to 3 d, 2 beyond. */
function levelOfLength(seconds: number): number {
  return seconds <= SIX_HOURS ? 0 : seconds <= THREE_DAYS ? 1 : 2;
}

/** The finest level that still knows a slice. */
export function finestLevel(slice: number, floors: Floors): number {
  return slice >= floors[0] ? 0 : slice >= floors[1] ? 1 : 2;
}

function stepOf(level: number): number {
  return LEVEL_SLICES[level] ?? 1;
}

/** The edges of the last `seconds` at an instant. */
export function windowEdges(
  seconds: number,
  atMillis: number,
  { floors, unitSlices }: EdgeOptions,
): WindowEdges {
  const wanted = Math.floor((atMillis - seconds * 1000) / SLICE_MILLIS);
  const fromStep = stepOf(Math.max(levelOfLength(seconds), finestLevel(wanted, floors)));
  const from = downTo(downTo(wanted, fromStep), unitSlices);
  return { from, to: Math.max(from, endOf(atMillis, { floors, unitSlices })) };
}

/** The edges of a calendar's period as far as it has gone at an instant. */
export function periodEdges(period: Period, atMillis: number, options: EdgeOptions): WindowEdges {
  const from = downTo(sliceAt(period.fromMillis), options.unitSlices);
  return { from, to: Math.max(from, endOf(atMillis, options)) };
}

function endOf(atMillis: number, { floors, unitSlices }: EdgeOptions): number {
  const end = unitSlices === 1 ? sliceFrom(atMillis) : downTo(sliceAt(atMillis), unitSlices);
  return upTo(end, stepOf(finestLevel(end - 1, floors)));
}

function downTo(slice: number, step: number): number {
  return Math.floor(slice / step) * step;
}

function upTo(slice: number, step: number): number {
  return Math.ceil(slice / step) * step;
}
