/** The contracts inside the writer: what the loop needs of the mapping and of the ledger, and its limits. */
import type { Logger } from 'pino';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import type { EncodedRequest } from '../../otlp/columns/types.ts';
import type { Signal } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';
import type { DeadLetter } from '../dead-letters/types.ts';
import type { BackoffOptions } from './backoff.ts';
import type { DoubtTally, TableBlock } from './mapping/types.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** A batch as it goes into the tables. */
export interface MappedBatch {
  /** How many of the requests are in it, from the first on: all, or as many as the limit lets in, at least one. */
  readonly taken: number;
  /** At most one per table and day. */
  readonly blocks: readonly TableBlock[];
  /** What is in no block. */
  readonly letters: readonly DeadLetter[];
  /** Rows in a block though something is wrong with them. */
  readonly doubts: readonly DoubtTally[];
  /** When some of the events in the blocks happened, milliseconds, picked evenly. */
  readonly sampledMillis: readonly number[];
}

/** How much of the requests a mapping takes. */
export interface MappingLimits {
  /** About the bytes of the rows. @default no limit */
  readonly maxRowBytes?: number;
}

/**
 * Requests to blocks. Pure: the same requests, policy and version give the same blocks, byte for byte; limits only
 * decide how many requests are taken. The chunks must stay as they are for good, or until `release`.
 */
export interface BatchMapping<Policy> {
  /** Changes whenever the rows of any request change. */
  readonly version: string;
  map(
    signal: Signal,
    requests: readonly EncodedRequest[],
    policy: Policy,
    limits?: MappingLimits,
  ): MappedBatch;
  /** Told when the blocks are stored, or given up, and nobody reads them any more. */
  release?(batch: MappedBatch): void;
}

/** The identity of a batch: an immutable range of offsets of one partition. */
export interface BatchRange extends TopicPartition {
  /** Of the log, see `log/identity.ts`. */
  readonly identity: string;
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/** A batch that has been stored. */
export interface StoredBatch extends BatchRange {
  readonly token: string;
  /** Log records, heartbeats not counted. */
  readonly records: number;
  readonly rows: number;
}

/** Log records that will never be stored because the log no longer has them. */
export interface LostRange extends BatchRange {
  /** `gap`: the log starts later than the writer wanted. `cut-plan`: part of a batch of unknown outcome is gone. */
  readonly reason: 'gap' | 'cut-plan';
}

/** The last batch known to be stored. */
export interface HighWater {
  readonly identity: string;
  /** Its last offset. */
  readonly last: number;
  /** By the clock of the writer that stored it. */
  readonly storedMillis: number;
}

/** What was stored, remembered in the store itself, for the day the log forgets its offsets. Rejects with `StoreError`. */
export interface BatchLedger {
  /** The last batch of a partition under this identity. */
  highWater(identity: string, of: TopicPartition): Promise<HighWater | undefined>;
  /** The last batch of a partition under this identity or one the writer renewed it to, whichever was stored last. */
  latest(logIdentity: string, of: TopicPartition): Promise<HighWater | undefined>;
  /** Whether any batch of a partition of this name is on record, of whichever topic. */
  isKnown(of: TopicPartition): Promise<boolean>;
  /** How many batches, of all partitions, were stored since then. */
  batchesSince(millis: number): Promise<number>;
  recordBatch(batch: StoredBatch): Promise<void>;
  recordLoss(loss: LostRange): Promise<void>;
}

/** When a batch is closed: at whichever comes first. */
export interface BatchLimits {
  /** Value bytes. @default 32 MiB */
  readonly maxBytes: number;
  /** About the bytes of the rows; a single request with more makes a batch of its own. @default 96 MiB */
  readonly maxRowBytes: number;
  /** Log records. @default 50_000 */
  readonly maxRecords: number;
  /** After its first record. @default 1000 */
  readonly maxWaitMillis: number;
}

/** The limits when none are given. */
export const DEFAULT_BATCH_LIMITS: BatchLimits = {
  maxBytes: 32 * 2 ** 20,
  maxRowBytes: 96 * 2 ** 20,
  maxRecords: 50_000,
  maxWaitMillis: 1000,
};

/** What the writer of one partition works with. */
export interface PartitionWork<Policy> {
  readonly log: DurableLog;
  readonly store: Store;
  readonly ledger: BatchLedger;
  readonly mapping: BatchMapping<Policy>;
  readonly policy: Policy;
  readonly group: string;
  readonly signalType: Signal;
  readonly of: TopicPartition;
  readonly limits: BatchLimits;
  /** For requests until they are mapped; shared by all partitions, like the next. */
  readonly collecting: MemoryBudget;
  /** For rows until they are stored. */
  readonly budget: MemoryBudget;
  /** Of the store's cluster. */
  readonly shards: number;
  readonly backoff: BackoffOptions;
  readonly metrics: WriterMetrics;
  readonly logger: Logger;
}
