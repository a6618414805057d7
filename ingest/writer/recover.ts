import { isSameLog, renewedIdentity } from '../../log/identity.ts';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { decodeState, type Plan, type WriterState } from './plan.ts';
import type { BatchLedger } from './types.ts';

/** Where a partition's writer goes on. */
export interface Recovered<Policy> {
  /** For the batches to come. */
  readonly identity: string;
  /** The next offset to store. */
  readonly position: number;
  /** A batch of unknown outcome, to be settled first, under the identity it was planned with. */
  readonly open?: { readonly identity: string; readonly first: number; readonly plan: Plan<Policy> };
  /** Set when this is not simply where the last run stopped; a sentence for the log. */
  readonly remark?: string;
}

/** What is looked at. */
export interface RecoveryContext {
  readonly log: DurableLog;
  readonly ledger: BatchLedger;
  readonly group: string;
  readonly of: TopicPartition;
}

/**
 * Finds the position from what the group committed and, where that is gone or foreign, from the store's high-water
 * mark. The cases:
 *
 * 1. Our own metadata, same log: the committed offset, after the open plan if there is one.
 * 2. Our own metadata, another log (the topic was made anew): from its start.
 * 3. No metadata of ours (offsets expired, or somebody committed): after the high-water mark, never from 0 again.
 * 4. Neither: a first start, from the log's first record.
 *
 * In 1 and 3 the log may have lost its end (restored, or an unclean election): it ends before what was committed,
 * planned or stored, and will hand those offsets out again. New batches then get a renewed identity, so that new
 * records never carry an old token.
 */
export async function recover<Policy>(context: RecoveryContext): Promise<Recovered<Policy>> {
  const { log, ledger, group, of } = context;
  const [logIdentity, { first, next }, committed] = await Promise.all([
    log.identity(of.topic),
    log.bounds(of),
    log.committed(group, of),
  ]);
  const state = committed && decodeState<Policy>(committed.metadata);
  if (state && !isSameLog(state.identity, logIdentity))
    return { identity: logIdentity, position: first, remark: 'the topic was made anew' };

  const identity = state?.identity.startsWith(logIdentity) ? state.identity : logIdentity;
  const highWater = await ledger.highWater(identity, of);
  if (!committed && highWater === undefined) return { identity, position: first };

  const stored = state ? -1 : (highWater ?? -1);
  const position = Math.max(committed?.offset ?? 0, stored + 1);
  const seen = Math.max(position - 1, highWater ?? -1, state?.plan?.last ?? -1);
  if (seen >= next)
    return {
      identity: renewedIdentity(identity),
      position: Math.min(position, next),
      ...openPlan(state, position, next),
      remark: 'the log ends before what was stored or planned of it',
    };
  if (!state)
    return {
      identity,
      position,
      remark: 'the committed offset was missing or foreign, the high-water mark holds',
    };
  return { identity, position, ...openPlan(state, position, next) };
}

/** The plan, when the log still reaches as far. */
function openPlan<Policy>(state: WriterState<Policy> | undefined, first: number, next: number) {
  if (!state?.plan || state.plan.last < first || state.plan.last >= next) return {};
  return { open: { identity: state.identity, first, plan: state.plan } };
}
