/**
 * The durable log port: partitioned topics of records with consecutive offsets, consumer groups that commit an
 * offset with a metadata string, and atomic steps. Adapters: `lmdb/` (embedded), `kafka/`, `memory/` (unit tests).
 *
 * Invariants every adapter keeps (tests/log/contract.ts runs them on each):
 * 1. `append` resolves only when its records would survive kill -9, and a system crash as far as the log says
 *    (docs/guarantees.md): LMDB syncs, Kafka has them on all replicas in sync.
 * 2. A reader sees a record only after it is durable and its transaction committed, in offset order. Offsets may be
 *    skipped, by compaction and by what a log keeps for itself; only `LogRead.from` tells of records that are gone.
 * 3. `transact` is all or nothing: its appended records and its commits appear together or not at all.
 * 4. What cannot be read any more is never passed over: a read fails there, or gives it as a record with `damage`.
 * 5. A topic's identity never changes while its offsets keep their meaning, and is new when they do not (identity.ts).
 */

/** A topic's partition. */
export interface TopicPartition {
  readonly topic: string;
  /** From 0. */
  readonly partition: number;
}

/** What a producer hands in. */
export interface NewRecord {
  /** For compacted topics: a later record replaces an earlier one of the same key; an empty value deletes it. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

/** A stored record. */
export interface StoredRecord {
  /** Position in its partition, from 0; a safe integer. */
  readonly offset: number;
  /** When it was appended, milliseconds since the epoch, given by the log. */
  readonly appendedMillis: number;
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Owned by the receiver of the record: never reused by the log. */
  readonly value: Uint8Array;
  /**
   * Why nobody can tell what was appended here, or in the offsets up to the next record; the value is then what the
   * log has in its place. Only in reads with `giveDamaged`.
   */
  readonly damage?: string;
}

export interface ReadOptions {
  /** Stop after the record that reaches this many value bytes. @default 8 MiB */
  readonly maxBytes?: number;
  /** @default 10_000 */
  readonly maxRecords?: number;
  /** With nothing to read, wait this long for a record, then resolve without one. @default 0 */
  readonly waitMillis?: number;
  /** Take what is damaged as a record with `damage`, instead of failing there with `log-failed`. @default false */
  readonly giveDamaged?: boolean;
  /** Ends the wait early; the read then resolves without a record. */
  readonly signal?: AbortSignal;
}

/** What a read found. */
export interface LogRead {
  /** Where the read began: beyond the offset asked for when the log has dropped what was there. */
  readonly from: number;
  readonly records: readonly StoredRecord[];
  /** Where to read on; the records before it are all here. */
  readonly next: number;
  /** Gives the memory of values back at once, where that is possible; nobody may look at them afterwards. */
  readonly free?: () => void;
}

/** The readable range of a partition: `first` ≤ offset < `next`. */
export interface OffsetBounds {
  readonly first: number;
  readonly next: number;
}

/** A consumer group's position in a partition. */
export interface CommittedOffset {
  /** The next offset to process. */
  readonly offset: number;
  /** Free text kept beside it, at most 4096 bytes. */
  readonly metadata: string;
}

/** One commit of a group's position. */
export interface OffsetCommit extends TopicPartition, CommittedOffset {
  readonly group: string;
}

/** One append inside a transaction. */
export interface TransactionAppend {
  readonly topic: string;
  /** Absent: the adapter chooses, by key hash when there is a key, else round robin. */
  readonly partition?: number;
  readonly records: readonly NewRecord[];
}

/** Records and positions that appear together or not at all. */
export interface Transaction {
  readonly appends: readonly TransactionAppend[];
  readonly commits: readonly OffsetCommit[];
}

/** Where an append landed. */
export interface Appended {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** How a topic is kept. */
export interface TopicOptions {
  /** @default 1 */
  readonly partitions?: number;
  /** `delete`: by age and bytes. `compact`: the latest record per key for ever. @default 'delete' */
  readonly cleanup?: 'delete' | 'compact';
  /** For `delete` topics; records older than this may go. @default 24 h */
  readonly retentionMillis?: number;
  /** For `delete` topics; per partition, the oldest go first beyond it. @default 10 GiB */
  readonly retentionBytes?: number;
}

/**
 * A group member's view of its partitions changing: what it is given in addition, what is taken from it. Kafka calls
 * these on a rebalance, also with a partition it has, whose topic was made anew; LMDB and memory once at the start, as
 * one process owns them.
 */
export interface AssignmentListener {
  assigned(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** Work on these must have stopped when the promise resolves; commits after that are refused by Kafka. */
  revoked(partitions: readonly TopicPartition[]): void | Promise<void>;
}

/** Membership in a consumer group; `close` gives the partitions back. */
export interface Membership {
  close(): Promise<void>;
}

/** The durable log. All methods reject with {@link LogError} when the log itself fails. */
export interface DurableLog {
  /** Creates the topic when it is missing; keeps an existing one's records. */
  ensureTopic(topic: string, options?: TopicOptions): Promise<void>;
  /** The topic's identity: part of every deduplication token (see invariant 5). */
  identity(topic: string): Promise<string>;
  partitionCount(topic: string): Promise<number>;
  /** Most bytes one record of the topic may have, key, headers and value together; more is `record-too-large`. */
  maxRecordBytes(topic: string): Promise<number>;
  /**
   * Appends in one partition, in order; resolves when all are durable, with the offsets of the first and the last.
   * The values must stay as they are until then.
   * When it rejects, none, some or all of them may be there. Partition chosen as in {@link TransactionAppend}.
   */
  append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended>;
  /**
   * Records from `fromOffset` on, in order. An offset before `bounds().first` reads from there on, see
   * {@link LogRead.from}. An offset beyond `next` throws {@link LogError} `offset-out-of-range`.
   */
  read(from: TopicPartition, fromOffset: number, options?: ReadOptions): Promise<LogRead>;
  bounds(of: TopicPartition): Promise<OffsetBounds>;
  /** Joins a consumer group for the topics; partitions arrive through the listener. It may resolve without any. */
  join(group: string, topics: readonly string[], listener: AssignmentListener): Promise<Membership>;
  committed(group: string, of: TopicPartition): Promise<CommittedOffset | undefined>;
  /** Durable when it resolves. `fenced` when this handle joined the group and no longer owns a partition of them. */
  commit(commits: readonly OffsetCommit[]): Promise<void>;
  /** Appends and commits atomically; durable when it resolves. Results in the order of `appends`. `fenced` as above. */
  transact(transaction: Transaction): Promise<readonly Appended[]>;
  /** Drops the records before the offset. */
  truncate(of: TopicPartition, beforeOffset: number): Promise<void>;
  /** Bytes left on the disk of these topics' records, the fullest of several; undefined when the log cannot tell. */
  freeBytes(topics: readonly string[]): Promise<number | undefined>;
  close(): Promise<void>;
}
