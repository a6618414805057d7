import type { StoredRecord } from '../../log/types.ts';
import type { EncodedRequest } from '../../otlp/columns/types.ts';
import { HEADER_RECORDS, HEADER_REPLAY_OF, HEADER_TENANT } from '../../schemas/names.ts';
import { letterBlocks } from '../dead-letters/letter-blocks.ts';
import type { Replay } from '../dead-letters/types.ts';
import {
  type CollectedBatch,
  type CollectLimits,
  collectBatch,
  collectRange,
  type OffsetRange,
} from './collect-batch.ts';
import type { TableBlock } from './mapping/types.ts';
import type { MemoryLease } from './memory-budget.ts';
import { type AttemptContext, persist, Stopped } from './persistent-attempt.ts';
import { type Plan, planVersion, SETTINGS_DIGEST } from './plan.ts';
import type { OpenBatch } from './recover.ts';
import type { BatchRange, LostRange, MappedBatch, MappingLimits, PartitionWork } from './types.ts';

/** A batch read and mapped, ready to be planned and stored. */
export interface ReadyBatch<Policy> {
  /** Beside which the plan is committed. */
  readonly identity: string;
  /** What its tokens and its row in the ledger say. */
  readonly range: BatchRange;
  readonly plan: Plan<Policy>;
  /** Log records without heartbeats, and their value bytes. */
  readonly records: number;
  readonly bytes: number;
  /** Rows a receiver has acknowledged for them; undefined when it is not known of all. */
  readonly acknowledged: number | undefined;
  /** When its first and its last record were appended, milliseconds; undefined without records. */
  readonly appended: { readonly firstMillis: number; readonly lastMillis: number } | undefined;
  readonly mapped: MappedBatch;
  /** Those of the mapping, and those for what is put aside. */
  readonly blocks: readonly TableBlock[];
  /** Gives its memory back; nobody may read the blocks afterwards. */
  release(): void;
}

/** A letter that is older than its table keeps letters by default would be gone at once. */
const OLDEST_DAMAGED_MILLIS = 30 * 86_400_000;
const AHEAD_DAMAGED_MILLIS = 86_400_000;

/** Rows are about as large as their requests; what they really take is known after mapping. */
const USUAL_ROW_FACTOR = 1.125;

/** Reads a partition and maps what it reads, within the memory all partitions share. */
export class BatchReader<Policy> {
  readonly #work: PartitionWork<Policy>;

  constructor(work: PartitionWork<Policy>) {
    this.#work = work;
  }

  /** The next batch from the position on; undefined when the signal aborts first. */
  async next(
    position: number,
    identity: string,
    context: AttemptContext,
  ): Promise<ReadyBatch<Policy> | undefined> {
    const { collecting } = this.#work;
    let room: MemoryLease | undefined;
    const makeRoom = async (bytes: number) => {
      room = await collecting.lease(bytes, context.signal);
      return room !== undefined;
    };
    try {
      return await this.#next(position, { identity, makeRoom, context });
    } finally {
      room?.release();
    }
  }

  async #next(
    position: number,
    from: {
      readonly identity: string;
      readonly makeRoom: CollectLimits['makeRoom'];
      readonly context: AttemptContext;
    },
  ): Promise<ReadyBatch<Policy> | undefined> {
    const { log, of, mapping, policy, shards, limits } = this.#work;
    const { identity, makeRoom, context } = from;
    const { signal } = context;
    const collected = await collectBatch({ log, from: of, position, signal }, { ...limits, makeRoom });
    if (!collected) return undefined;
    await this.#recordLosses(collected.lost, { identity, reason: 'gap' }, context);
    const lease = await this.#lease(collected.records, context);
    if (!lease) return undefined;
    const first = (collected.lost.at(-1)?.last ?? position - 1) + 1;
    const plan = {
      last: collected.last,
      version: planVersion(mapping.version),
      settings: SETTINGS_DIGEST,
      policy,
      at: Date.now(),
      shards,
    };
    return this.#ready(collected, {
      identity,
      range: { ...of, identity, first, last: collected.last },
      plan,
      lease,
      limits: { maxRowBytes: limits.maxRowBytes },
    });
  }

  /** The batch of a plan found at the start, as far as the log still has it. Rejects with {@link Stopped}. */
  async planned(open: OpenBatch<Policy>, context: AttemptContext): Promise<ReadyBatch<Policy>> {
    const { log, of } = this.#work;
    const { plan, first, identity } = open;
    const { as = { identity, last: plan.last } } = plan;
    const from = { log, from: of, position: first, signal: context.signal };
    const collected = await collectRange(from, plan.last);
    if (!collected) throw new Stopped();
    const gone = as.last > plan.last ? [{ first: plan.last + 1, last: as.last }] : [];
    const lost = [...collected.lost, ...gone];
    await this.#recordLosses(lost, { identity: as.identity, reason: 'cut-plan' }, context);
    const lease = await this.#lease(collected.records, context);
    if (!lease) throw new Stopped();
    return this.#ready(collected, {
      identity,
      range: { ...of, identity: as.identity, first, last: as.last },
      plan,
      lease,
      limits: {},
    });
  }

  #lease(records: readonly StoredRecord[], { signal }: AttemptContext): Promise<MemoryLease | undefined> {
    return this.#work.budget.lease(valueBytes(records) * USUAL_ROW_FACTOR, signal);
  }

  #ready(
    { records: collected, free }: CollectedBatch,
    to: {
      readonly identity: string;
      readonly range: BatchRange;
      readonly plan: Plan<Policy>;
      readonly lease: MemoryLease;
      readonly limits: MappingLimits;
    },
  ): ReadyBatch<Policy> {
    const { mapping, signalType } = this.#work;
    const { lease, limits } = to;
    const records = collected.map((record) => timed(record, to.plan.at));
    try {
      const mapped = mapping.map(signalType, records.map(requestOf), to.plan.policy, limits);
      const taken = records.slice(0, mapped.taken);
      const left = records[mapped.taken];
      // The first request that did not fit begins the next batch.
      const last = left === undefined ? to.range.last : left.offset - 1;
      const blocks = [
        ...mapped.blocks,
        ...letterBlocks(to.range, { letters: mapped.letters, replays: taken.flatMap(replaysOf) }),
      ];
      lease.resize(chunkBytes(blocks));
      const bytes = valueBytes(taken);
      // Blocks are copies; letters have the bytes of their requests.
      if (mapped.letters.length === 0) free();
      return {
        identity: to.identity,
        range: { ...to.range, last },
        plan: { ...to.plan, last: Math.min(to.plan.last, last) },
        records: taken.length,
        bytes,
        acknowledged: acknowledgedOf(taken),
        appended: appendedOf(taken),
        mapped,
        blocks,
        release: () => {
          lease.release();
          mapping.release?.(mapped);
        },
      };
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  async #recordLosses(
    lost: readonly OffsetRange[],
    { identity, reason }: Pick<LostRange, 'identity' | 'reason'>,
    context: AttemptContext,
  ): Promise<void> {
    const { ledger, metrics, logger, of } = this.#work;
    for (const range of lost) {
      const loss = { ...of, ...range, identity, reason };
      const records = range.last - range.first + 1;
      metrics.lostRecords.inc({ topic: of.topic, reason }, records);
      logger.error({ ...loss, lost: records }, 'log records are gone before they were stored');
      await persist('recording a loss', () => ledger.recordLoss(loss), context);
    }
  }
}

/** A damaged record's time may be damaged as well: one that is unlikely is the plan's, so a replay finds the same. */
function timed(record: StoredRecord, plannedMillis: number): StoredRecord {
  const { damage, appendedMillis } = record;
  // Plans of the first versions do not tell when they were made.
  if (damage === undefined || plannedMillis === 0) return record;
  const isLikely =
    appendedMillis >= plannedMillis - OLDEST_DAMAGED_MILLIS &&
    appendedMillis <= plannedMillis + AHEAD_DAMAGED_MILLIS;
  return isLikely ? record : { ...record, appendedMillis: plannedMillis };
}

function requestOf({ offset, appendedMillis, headers, value, damage }: StoredRecord): EncodedRequest {
  return { offset, appendedMillis, tenant: headers[HEADER_TENANT] ?? '', bytes: value, damage };
}

function replaysOf({ offset, appendedMillis, headers }: StoredRecord): readonly Replay[] {
  const letterId = headers[HEADER_REPLAY_OF];
  return letterId === undefined
    ? []
    : [{ letterId, offset, appendedMillis, tenant: headers[HEADER_TENANT] ?? '' }];
}

function acknowledgedOf(records: readonly StoredRecord[]): number | undefined {
  let sum = 0;
  for (const { headers } of records) {
    const count = headers[HEADER_RECORDS];
    if (count === undefined) return undefined;
    sum += Number(count);
  }
  return sum;
}

function appendedOf(records: readonly StoredRecord[]): ReadyBatch<unknown>['appended'] {
  const first = records[0];
  const last = records.at(-1);
  return first && last && { firstMillis: first.appendedMillis, lastMillis: last.appendedMillis };
}

function valueBytes(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { value }) => sum + value.length, 0);
}

function chunkBytes(blocks: readonly TableBlock[]): number {
  return blocks.reduce(
    (sum, { chunks }) => sum + chunks.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0),
    0,
  );
}
