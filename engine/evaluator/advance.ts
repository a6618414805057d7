/** Moves the SLOs of one partition and signal to the present, slice edge by slice edge. */
import type { Logger } from 'pino';
import type { Signal } from '../../schemas/names.ts';
import { evaluateInstant } from '../core/evaluation/evaluate-instant.ts';
import { isKeepingUp, isSilent, planSteps } from '../core/evaluation/plan-steps.ts';
import type { EngineReplica } from '../core/replica.ts';
import { sliceAt, sliceMillis } from '../core/slices/slice.ts';
import type { AlertRecord } from '../core/types.ts';
import type { Share } from './share.ts';
import type { SourceEnds } from './source-ends.ts';

export interface AdvanceOptions {
  readonly replica: EngineReplica;
  readonly nowMillis: number;
  readonly latenessMillis: number;
  /** Looked up in this step. */
  readonly ends: SourceEnds;
  /** `performance.now()` at which the rest is left for the next step. */
  readonly deadline: number;
  readonly logger: Logger;
}

/** What came of it. */
export interface Advanced {
  readonly changes: readonly AlertRecord[];
  /** False when the deadline came first. */
  readonly isDone: boolean;
}

/** Edges this far ahead of the clock were evaluated by a wrong one; a smaller step back is waited out. */
const CLOCK_AHEAD_MILLIS = 60_000;

/** Evaluates the instants in order; see `planSteps`. */
export async function advance(share: Share, signal: Signal, options: AdvanceOptions): Promise<Advanced> {
  const { replica, nowMillis, latenessMillis, deadline } = options;
  const { counts, evaluated } = share.replica;
  const headMillis = counts.headMillis(signal);
  const evaluatedBefore = lastEdge(share, signal, options);
  if (headMillis === undefined) return { changes: [], isDone: true };
  const firstSlice = evaluatedBefore ?? counts.liveness[signal].timeline.firstSlice();
  if (firstSlice === undefined) return { changes: [], isDone: true };
  const isLive = await isUpToNow(share, signal, options);
  const plan = { evaluated: evaluatedBefore, firstSlice, headMillis, latenessMillis, nowMillis, isLive };
  const { from, to } = planSteps(plan);
  const slos = replica.slosOf(share.partition, signal);
  const changes: AlertRecord[] = [];
  // Without an SLO nothing happens at the edges in between.
  for (let slice = slos.length === 0 ? Math.max(from, to) : from; slice <= to; slice += 1) {
    changes.push(...evaluateInstant(replica, { slos, atMillis: sliceMillis(slice), nowMillis }));
    evaluated.set(signal, slice);
    share.results.edge(signal, slice, nowMillis);
    if (slice < to && performance.now() > deadline) return { changes, isDone: false };
  }
  // A clock set back waits until it is past the last edge again.
  if (isLive && (evaluatedBefore ?? to) <= to) {
    evaluated.set(signal, to);
    if (nowMillis > sliceMillis(to)) {
      changes.push(...evaluateInstant(replica, { slos, atMillis: nowMillis, nowMillis }));
    }
  }
  return { changes, isDone: true };
}

/**
 * Whether the event time of every source keeps up with the clock, or has stopped because nothing comes any more: the
 * source is silent, and all it has is counted.
 */
async function isUpToNow(
  { replica: { counts }, isBehind }: Share,
  signal: Signal,
  { nowMillis, ends }: AdvanceOptions,
): Promise<boolean> {
  if (isBehind) return false;
  if (isKeepingUp(counts.headMillis(signal) ?? 0, nowMillis)) return true;
  const heads = new Map(counts.heads().map((head) => [head.source, head]));
  for (const [source, end] of await ends.of(signal)) {
    const head = heads.get(source);
    if (isKeepingUp(head?.headMillis ?? 0, nowMillis)) continue;
    if ((head?.next ?? 0) < end || !isSilent(head?.dataMillis ?? 0, nowMillis)) return false;
  }
  return true;
}

/** The last edge evaluated; what a clock far ahead passed over counts as not evaluated once it is set right. */
function lastEdge(
  { replica: { evaluated } }: Share,
  signal: Signal,
  { nowMillis, logger }: AdvanceOptions,
): number | undefined {
  const last = evaluated.get(signal);
  if (last === undefined || sliceMillis(last) - nowMillis < CLOCK_AHEAD_MILLIS) return last;
  logger.warn({ signal, secondsAhead: sliceMillis(last) / 1000 - nowMillis / 1000 }, 'clock was set back');
  evaluated.set(signal, sliceAt(nowMillis));
  return sliceAt(nowMillis);
}
