import { LogError } from '../../log/errors.ts';
import { isRenewed, isSameLog, renewedIdentity } from '../../log/identity.ts';
import type { CommittedOffset, DurableLog, OffsetBounds, TopicPartition } from '../../log/types.ts';
import { holdsRecords } from './holds-records.ts';
import { decodeState, journalGroup, type Plan, type WriterState } from './plan.ts';
import type { BatchLedger, HighWater } from './types.ts';

/** Why a writer does not simply go on where the last one stopped, or as it should; each is counted and logged with its sentence. */
export const ANOMALIES = {
  'topic-recreated': 'the topic was made anew, or is another one of a name that was stored: from its start',
  'log-restored': 'the log is a copy of an earlier one: what was stored since is stored again',
  'offsets-lost': 'the committed offset is gone: after the high-water mark in the store',
  'offsets-foreign': 'another program committed the offset: after the high-water mark in the store',
  'log-shorter': 'the log ends before what was stored or planned of it: new tokens from here on',
  'store-behind':
    'records that were committed as stored are not on record in the store, which is an older one or has lost them',
  'journal-refused':
    'plans cannot be journaled: where the offsets vanish as well, an open batch may be stored twice',
  'late-replay': 'so much was stored since the open batch was planned that its tokens may be forgotten',
} as const;
export type Anomaly = keyof typeof ANOMALIES;

/** So many looks at a store that seems to be behind; the waits between them are those after the fifth failure and later. */
const LOOKS = 4;
const FAILURES_BEFORE = 4;

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
  /** Waits as after so many failed attempts. */
  readonly wait: (attempt: number) => Promise<void>;
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
 * what it has of it nobody knows, so storing it again may double it. A replica that lags only seems to: it is asked
 * again for some seconds.
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
  for (let look = 1; ; look++) {
    const highWater = await ledger.highWater(identity, of);
    const known = { identity, committed: committed.offset, stored: highWater?.last, bounds };
    const recovered = fromState(state, known);
    if (isRestored) return { ...recovered, moved: true, anomaly: 'log-restored' };
    if (recovered.anomaly || !(await isStoreBehind(context, { identity, highWater, committed })))
      return recovered;
    if (look === LOOKS) return { ...recovered, anomaly: 'store-behind' };
    await context.wait(FAILURES_BEFORE + look);
  }
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
  const journaled = await fromJournal<Policy>(context, { identity, stored, bounds });
  if (journaled) return { ...journaled, moved: true, anomaly: journaled.isCut ? 'log-shorter' : anomaly };
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

interface Journaled<Policy> {
  readonly identity: string;
  readonly position: number;
  readonly open?: OpenBatch<Policy>;
  /** The log has lost the plan's end. */
  readonly isCut: boolean;
}

/**
 * The plan in the journal when it is what comes after the last batch on record; any other is over or of no use. One
 * under an identity that renews the store's is the first of that one: the log had been cut before it.
 *
 * What it notes as done was stored, but maybe not in this store, which may be an older one: the tokens decide.
 */
async function fromJournal<Policy>(
  context: RecoveryContext,
  {
    identity,
    stored,
    bounds,
  }: { readonly identity: string; readonly stored: number; readonly bounds: OffsetBounds },
): Promise<Journaled<Policy> | undefined> {
  const { log, of } = context;
  const journaled = await readJournal(context);
  const state = journaled && decodeState<Policy>(journaled.metadata);
  if (!journaled || !state?.plan) return undefined;
  const { plan } = state;
  const { offset: first } = journaled;
  const isRenewal = state.identity.startsWith(`${identity}~`);
  if (!isRenewal && (state.identity !== identity || first <= stored)) return undefined;
  // The store is an older one: what it lacks before the plan comes first, in batches of its own.
  const isNext = !(await holdsRecords(log, of, { first: stored + 1, before: first }));
  const isCut = plan.last >= bounds.next;
  // Its offsets are handed out again: what comes there must not carry its tokens.
  const renewed = isCut ? renewedIdentity(state.identity) : state.identity;
  if (!isNext) {
    const position = Math.max(bounds.first, stored + 1);
    return isCut || isRenewal ? { identity: renewed, position, isCut } : undefined;
  }
  if (!isCut) {
    const open = { identity: renewed, first, plan, done: [] };
    return { identity: renewed, position: plan.last + 1, open, isCut };
  }
  const open = cut(
    { identity: renewed, state: { ...state, done: [] }, committed: first, next: bounds.next },
    plan,
  );
  return { identity: renewed, position: bounds.next, open, isCut };
}

/** Undefined also without the right to read it. */
async function readJournal({ log, group, of }: RecoveryContext): Promise<CommittedOffset | undefined> {
  try {
    return await log.committed(journalGroup(group), of);
  } catch (error) {
    if (error instanceof LogError && error.code === 'log-denied') return undefined;
    throw error;
  }
}
