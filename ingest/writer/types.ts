/** The contracts inside the writer: what the loop needs of the mapping and of the ledger, and its limits. */
import type { TopicPartition } from '../../log/types.ts';
import type { EncodedRequest, UndecodableRequest } from '../../otlp/columns/types.ts';
import type { Signal } from '../../schemas/names.ts';
import type { TableBlock } from './mapping/types.ts';

/** Rows with one reason. */
export interface RowTally {
  readonly reason: string;
  readonly count: number;
}

/** A batch as it goes into the tables. */
export interface MappedBatch {
  /** At most one per table and day. */
  readonly blocks: readonly TableBlock[];
  readonly undecodable: readonly UndecodableRequest[];
  /** Rows in no block. */
  readonly rejected: readonly RowTally[];
  /** Rows in a block though something is wrong with them. */
  readonly doubts: readonly RowTally[];
}

/**
 * Requests to blocks. Pure: the same requests, policy and version give the same blocks, byte for byte. The chunks
 * must stay as they are for good, or until `release`.
 */
export interface BatchMapping<Policy> {
  /** Changes whenever the rows of any request change. */
  readonly version: string;
  map(signal: Signal, requests: readonly EncodedRequest[], policy: Policy): MappedBatch;
  /** Told when the blocks are stored and nobody reads them any more. */
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

/** What was stored, remembered in the store itself, for the day the log forgets its offsets. Rejects with `StoreError`. */
export interface BatchLedger {
  isStored(token: string, range: BatchRange): Promise<boolean>;
  /** The last offset stored of a partition under this identity. */
  highWater(identity: string, of: TopicPartition): Promise<number | undefined>;
  recordBatch(batch: StoredBatch): Promise<void>;
  recordLoss(loss: LostRange): Promise<void>;
}

/** When a batch is closed: at whichever comes first. */
export interface BatchLimits {
  /** Value bytes. @default 32 MiB */
  readonly maxBytes: number;
  /** About the bytes of the rows; a single request with more makes a batch of its own. @default 512 MiB */
  readonly maxStoredBytes: number;
  /** Log records. @default 50_000 */
  readonly maxRecords: number;
  /** After its first record. @default 1000 */
  readonly maxWaitMillis: number;
}

/** The limits when none are given. */
export const DEFAULT_BATCH_LIMITS: BatchLimits = {
  maxBytes: 32 * 2 ** 20,
  maxStoredBytes: 512 * 2 ** 20,
  maxRecords: 50_000,
  maxWaitMillis: 1000,
};
