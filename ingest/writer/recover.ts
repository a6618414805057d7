import { isSameLog, renewedIdentity } from '../../log/identity.ts';
import type { CommittedOffset, DurableLog, OffsetBounds, TopicPartition } from '../../log/types.ts';
import { decodeState, type Plan, type WriterState } from './plan.ts';
import type { BatchLedger } from './types.ts';

/** Why a writer does not simply go on where the last one stopped; each is counted and logged with its sentence. */
export const ANOMALIES = {
  'topic-recreated': 'the topic was made anew: from its start',
  'log-restored': 'the log is a copy of an earlier one: what was stored since is stored again',
  'offsets-lost': 'the committed offset is gone: after the high-water mark in the store',
  'offsets-foreign': 'another program committed the offset: after the high-water mark in the store',
  'log-shorter': 'the log ends before what was stored or planned of it: new tokens from here on',
  'late-replay': 'so much was stored since the open batch was planned that its tokens may be forgotten',
} as const;
export type Anomaly = keyof typeof ANOMALIES;

/** Where a partition's writer goes on. */
export interface Recovered<Policy> {
  /** For the batches to come. */
  readonly identity: string;
  /** Where they begin: after the open one. */
  readonly position: number;
  /** A batch of unknown outcome, to be settled first. */
  readonly open?: OpenBatch<Policy>;
  /** The position is not what the group committed: to be committed before anything else is read. */
  readonly moved: boolean;
  readonly anomaly?: Anomaly;
}

/** A batch whose INSERTs may have been sent. */
export interface OpenBatch<Policy> {
  /** Beside which the plan is committed. */
  readonly identity: string;
  readonly first: number;
  readonly plan: Plan<Policy>;
  /** Names of the blocks known to be stored. */
  readonly done: readonly string[];
}

/** What is looked at. */
export interface RecoveryContext {
  readonly log: DurableLog;
  readonly ledger: BatchLedger;
  readonly group: string;
  readonly of: TopicPartition;
}

/**
 * Finds the position from what the group committed and from the store's high-water mark. The cases:
 *
 * 1. Our own metadata, same log: after what was committed or stored, whichever is later; first the open plan, when it
 *    is not stored yet.
 * 2. Our own metadata, another log (the topic was made anew): from its start.
 * 3. No metadata of ours (offsets expired, or somebody committed): after the high-water mark. A foreign offset is not
 *    trusted in either direction: what it skipped would be lost, what it repeats would be twice.
 * 4. Neither: a first start, from the log's first record.
 *
 * In 1 and 3 the log may have lost its end (restored, or an unclean election): it ends before what was committed,
 * planned or stored, and will hand those offsets out again. New batches then get a renewed identity, so that new
 * records never carry an old token.
 */
export async function recover<Policy>(context: RecoveryContext): Promise<Recovered<Policy>> {
  const { log, ledger, group, of } = context;
  const [logIdentity, bounds, committed] = await Promise.all([
    log.identity(of.topic),
    log.bounds(of),
    log.committed(group, of),
  ]);
  const state = committed && decodeState<Policy>(committed.metadata);
  if (!state) return await fromLedger(context, { logIdentity, bounds, committed });
  if (!isSameLog(state.identity, logIdentity))
    return { identity: logIdentity, position: bounds.first, moved: true, anomaly: 'topic-recreated' };
  // A log that renewed its own identity has a history of its own: the store's knows nothing of it.
  const isRestored = !state.identity.startsWith(logIdentity);
  const identity = isRestored ? logIdentity : state.identity;
  const highWater = await ledger.highWater(identity, of);
  const recovered = fromState(state, {
    identity,
    committed: committed.offset,
    stored: highWater?.last,
    bounds,
  });
  return isRestored ? { ...recovered, moved: true, anomaly: 'log-restored' } : recovered;
}

function fromState<Policy>(
  state: WriterState<Policy>,
  known: {
    readonly identity: string;
    readonly committed: number;
    readonly stored: number | undefined;
    readonly bounds: OffsetBounds;
  },
): Recovered<Policy> {
  const { identity, committed, stored = -1, bounds } = known;
  const { plan, done = [] } = state;
  const isOpen = plan !== undefined && plan.last > stored;
  const open = isOpen ? { open: { identity: state.identity, first: committed, plan, done } } : {};
  const position = Math.max(committed, stored + 1, isOpen ? plan.last + 1 : 0);
  const moved = isOpen || position !== committed;
  if (position <= bounds.next) return { identity, position, moved, ...open };
  const renewed = renewedIdentity(identity);
  return {
    identity: renewed,
    position: bounds.next,
    moved: true,
    ...(isOpen ? { open: cut({ identity: renewed, state, committed, next: bounds.next }, plan) } : {}),
    anomaly: 'log-shorter',
  };
}

/** What is left of a plan whose end is gone: stored under the tokens it was planned with, whatever comes after it. */
function cut<Policy>(
  from: {
    readonly identity: string;
    readonly state: WriterState<Policy>;
    readonly committed: number;
    readonly next: number;
  },
  plan: Plan<Policy>,
): OpenBatch<Policy> {
  const { identity, state, committed, next } = from;
  const as = plan.as ?? { identity: state.identity, last: plan.last };
  const last = Math.max(committed - 1, Math.min(plan.last, next - 1));
  return { identity, first: committed, plan: { ...plan, last, as }, done: state.done ?? [] };
}

async function fromLedger(
  { ledger, of }: RecoveryContext,
  found: {
    readonly logIdentity: string;
    readonly bounds: OffsetBounds;
    readonly committed: CommittedOffset | undefined;
  },
): Promise<Omit<Recovered<never>, 'open'>> {
  const { logIdentity, bounds, committed } = found;
  const latest = await ledger.latest(logIdentity, of);
  const anomaly = committed ? 'offsets-foreign' : 'offsets-lost';
  if (!latest)
    return {
      identity: logIdentity,
      position: bounds.first,
      moved: committed !== undefined,
      ...(committed ? { anomaly } : {}),
    };
  const position = latest.last + 1;
  if (position <= bounds.next) return { identity: latest.identity, position, moved: true, anomaly };
  const identity = renewedIdentity(latest.identity);
  return { identity, position: bounds.next, moved: true, anomaly: 'log-shorter' };
}
