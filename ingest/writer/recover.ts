import { isRenewed, isSameLog, renewedIdentity } from '../../log/identity.ts';
import type { CommittedOffset, DurableLog, OffsetBounds, TopicPartition } from '../../log/types.ts';
import { holdsRecords } from './holds-records.ts';
import { decodeState, journalGroup, type Plan, type WriterState } from './plan.ts';
import type { BatchLedger, HighWater } from './types.ts';

/** Why a writer does not simply go on where the last one stopped; each is counted and logged with its sentence. */
export const ANOMALIES = {
  'topic-recreated': 'the topic was made anew, or is another one of a name that was stored: from its start',
  'log-restored': 'the log is a copy of an earlier one: what was stored since is stored again',
  'offsets-lost': 'the committed offset is gone: after the high-water mark in the store',
  'offsets-foreign': 'another program committed the offset: after the high-water mark in the store',
  'log-shorter': 'the log ends before what was stored or planned of it: new tokens from here on',
  'store-behind':
    'records that were committed as stored are not on record in the store, which is an older one or has lost them',
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
 * 3. No metadata of ours (offsets expired, or somebody committed): after the high-water mark; first the plan in the
 *    journal, when it is the one that follows. A foreign offset is not trusted in either direction: what it skipped
 *    would be lost, what it repeats would be twice.
 * 4. Neither: a first start, from the log's first record; or the topic was made anew, when the store knows its name.
 *
 * In 1 the store may have less than was committed (restored, or it lost what it confirmed). That is told and no more:
 * what it has of it nobody knows, so storing it again may double it.
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
  if (!state) return await fromLedger<Policy>(context, { logIdentity, bounds, committed });
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
  if (isRestored) return { ...recovered, moved: true, anomaly: 'log-restored' };
  if (recovered.anomaly || !(await isStoreBehind(context, { identity, highWater, committed })))
    return recovered;
  return { ...recovered, anomaly: 'store-behind' };
}

/** Whether there are records that were committed but not stored, as far as the store tells. */
async function isStoreBehind(
  { log, of }: RecoveryContext,
  {
    identity,
    highWater,
    committed,
  }: {
    readonly identity: string;
    readonly highWater: HighWater | undefined;
    readonly committed: CommittedOffset;
  },
): Promise<boolean> {
  // What was stored before its renewal is on record under the former identity.
  if (!highWater && isRenewed(identity)) return false;
  return await holdsRecords(log, of, { first: (highWater?.last ?? -1) + 1, before: committed.offset });
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

async function fromLedger<Policy>(
  context: RecoveryContext,
  found: {
    readonly logIdentity: string;
    readonly bounds: OffsetBounds;
    readonly committed: CommittedOffset | undefined;
  },
): Promise<Recovered<Policy>> {
  const { ledger, of } = context;
  const { logIdentity, bounds, committed } = found;
  const latest = await ledger.latest(logIdentity, of);
  const identity = latest?.identity ?? logIdentity;
  const stored = latest?.last ?? -1;
  const anomaly = committed ? 'offsets-foreign' : 'offsets-lost';
  const open = await openInJournal<Policy>(context, { identity, stored, bounds });
  if (open) return { identity, position: open.plan.last + 1, open, moved: true, anomaly };
  if (!latest) {
    const isKnown = !committed && (await ledger.isKnown(of));
    const told = isKnown ? 'topic-recreated' : committed && anomaly;
    const start = { identity, position: bounds.first, moved: told !== undefined };
    return told ? { ...start, anomaly: told } : start;
  }
  const position = stored + 1;
  if (position <= bounds.next) return { identity, position, moved: true, anomaly };
  const renewed = renewedIdentity(identity);
  return { identity: renewed, position: bounds.next, moved: true, anomaly: 'log-shorter' };
}

/** The plan in the journal when it is what comes after the last batch on record; any other is over or of no use. */
async function openInJournal<Policy>(
  { log, group, of }: RecoveryContext,
  {
    identity,
    stored,
    bounds,
  }: { readonly identity: string; readonly stored: number; readonly bounds: OffsetBounds },
): Promise<OpenBatch<Policy> | undefined> {
  const journaled = await log.committed(journalGroup(group), of);
  if (!journaled) return undefined;
  const state = decodeState<Policy>(journaled.metadata);
  if (!state?.plan || state.identity !== identity) return undefined;
  const { plan, done = [] } = state;
  const { offset: first } = journaled;
  if (first <= stored || plan.last >= bounds.next) return undefined;
  // The store is an older one: what it lacks before the plan comes first, in batches of its own.
  if (await holdsRecords(log, of, { first: stored + 1, before: first })) return undefined;
  return { identity, first, plan, done };
}
