/**
 * Which instants of event time a signal's SLOs are evaluated at next.
 *
 * 1. Live (event time keeps up with the clock): every slice edge passed since the last time, then now. Counts of the
 *    last slices are provisional; what comes within the lateness corrects them.
 * 2. Catching up (history being loaded, or records left from a downtime): every slice edge up to the watermark,
 *    where counts are final; never now.
 */
import { sliceAt } from '../slices/slice.ts';

export interface StepInput {
  /** Last edge evaluated; undefined at first. */
  readonly evaluated: number | undefined;
  /** First slice with a sign of life; the first edge is its end. */
  readonly firstSlice: number;
  readonly headMillis: number;
  readonly latenessMillis: number;
  readonly nowMillis: number;
  readonly isLive: boolean;
}

/** Slice edges [from, to] to evaluate at, in this order. */
export interface Steps {
  readonly from: number;
  readonly to: number;
}

/** Plans the steps; `to` below `from` means there is none. */
export function planSteps(input: StepInput): Steps {
  const { evaluated, firstSlice, headMillis, latenessMillis, nowMillis, isLive } = input;
  const from = (evaluated ?? firstSlice) + 1;
  return { from, to: sliceAt(isLive ? nowMillis : headMillis - latenessMillis) };
}

/** Event time this far behind the clock still counts as keeping up: senders export metrics once a minute. */
const LIVE_MILLIS = 180_000;
/** Without data for so long, an old head means silence, not history. */
const SILENT_MILLIS = 60_000;

/** Whether event time keeps up with the clock. */
export function isKeepingUp(headMillis: number, nowMillis: number): boolean {
  return nowMillis - headMillis < LIVE_MILLIS;
}

/** Whether an old head means silence: then, with no record waiting to be counted, the signal is live as well. */
export function isSilent(dataMillis: number, nowMillis: number): boolean {
  return nowMillis - dataMillis >= SILENT_MILLIS;
}
