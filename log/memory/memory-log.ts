/** The log in memory: for unit tests. Keeps every invariant of the port except durability. */
import { randomUUID } from 'node:crypto';
import { ChangeWatch } from '../change-watch.ts';
import {
  type CompleteTopicOptions,
  checkMetadata,
  checkName,
  checkOffset,
  checkRecords,
  completeTopicOptions,
  MAX_RECORD_BYTES,
  offsetOutOfRange,
  unknownTopic,
} from '../checks.ts';
import { LogError } from '../errors.ts';
import { PartitionChoice } from '../partition-choice.ts';
import { nothing } from '../read-limits.ts';
import type {
  Appended,
  AssignmentListener,
  CommittedOffset,
  DurableLog,
  LogRead,
  Membership,
  NewRecord,
  OffsetBounds,
  OffsetCommit,
  ReadOptions,
  TopicOptions,
  TopicPartition,
  Transaction,
  TransactionAppend,
} from '../types.ts';
import { MemoryPartition } from './memory-partition.ts';

/** Options of {@link MemoryLog}. */
export interface MemoryLogOptions {
  /** The clock records are stamped with, milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** @default 1 GiB */
  readonly maxRecordBytes?: number;
}

interface MemoryTopic {
  identity: string;
  options: CompleteTopicOptions;
  readonly partitions: MemoryPartition[];
}

/** An in-memory {@link DurableLog}. Retention runs at each append; {@link maintain} runs it by hand. */
export class MemoryLog implements DurableLog {
  readonly #now: () => number;
  readonly #maxRecordBytes: number;
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #committed = new Map<string, CommittedOffset>();
  readonly #choice = new PartitionChoice();
  readonly #watch = new ChangeWatch({ sequence: () => this.#sequence });
  #sequence = 0;
  #closed = false;

  constructor(options: MemoryLogOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#maxRecordBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES;
  }

  async ensureTopic(topic: string, options?: TopicOptions): Promise<void> {
    this.#checkOpen();
    checkName('topic', topic);
    const complete = completeTopicOptions(options);
    const existing = this.#topics.get(topic);
    if (existing && existing.options.cleanup !== complete.cleanup)
      throw new TypeError(
        `Cannot change the cleanup of topic "${topic}": current value is ${existing.options.cleanup}`,
      );
    const found = existing ?? { identity: randomUUID(), options: complete, partitions: [] };
    found.options = complete;
    while (found.partitions.length < complete.partitions)
      found.partitions.push(new MemoryPartition(complete.cleanup));
    this.#topics.set(topic, found);
  }

  async identity(topic: string): Promise<string> {
    this.#checkOpen();
    return this.#topic(topic).identity;
  }

  async partitionCount(topic: string): Promise<number> {
    this.#checkOpen();
    return this.#topic(topic).partitions.length;
  }

  async maxRecordBytes(topic: string): Promise<number> {
    this.#checkOpen();
    this.#topic(topic);
    return this.#maxRecordBytes;
  }

  async append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended> {
    const append = partition === undefined ? { topic, records } : { topic, records, partition };
    const [appended] = await this.transact({ appends: [append], commits: [] });
    return appended as Appended;
  }

  async read(from: TopicPartition, fromOffset: number, options: ReadOptions = {}): Promise<LogRead> {
    checkOffset(fromOffset);
    const deadline = Date.now() + (options.waitMillis ?? 0);
    for (;;) {
      if (options.signal?.aborted) return nothing(fromOffset);
      this.#checkOpen();
      const partition = this.#partition(from);
      if (fromOffset > partition.next) throw offsetOutOfRange(fromOffset, partition.next);
      const read = partition.read(fromOffset, options);
      const left = deadline - Date.now();
      if (read.records.length > 0 || left <= 0) return read;
      await this.#watch.wait(this.#sequence, left, options.signal);
      if (this.#closed) return nothing(fromOffset);
    }
  }

  async bounds(of: TopicPartition): Promise<OffsetBounds> {
    this.#checkOpen();
    const { first, next } = this.#partition(of);
    return { first, next };
  }

  async join(group: string, topics: readonly string[], listener: AssignmentListener): Promise<Membership> {
    this.#checkOpen();
    checkName('group', group);
    const all = topics.flatMap((topic) =>
      this.#topic(topic).partitions.map((_, partition) => ({ topic, partition })),
    );
    await listener.assigned(all);
    let left: Promise<void> | undefined;
    return {
      close: () => {
        left ??= Promise.resolve(listener.revoked(all));
        return left;
      },
    };
  }

  async committed(group: string, of: TopicPartition): Promise<CommittedOffset | undefined> {
    this.#checkOpen();
    this.#partition(of);
    return this.#committed.get(groupKey(group, of));
  }

  async commit(commits: readonly OffsetCommit[]): Promise<void> {
    await this.transact({ appends: [], commits });
  }

  async transact({ appends, commits }: Transaction): Promise<readonly Appended[]> {
    this.#checkOpen();
    for (const commit of commits) this.#checkCommit(commit);
    const placed = appends.map((append) => this.#place(append));
    const appended = placed.map(({ partition, index, records }) => ({
      partition: index,
      ...partition.append(records, this.#now()),
    }));
    for (const { group, topic, partition, offset, metadata } of commits)
      this.#committed.set(groupKey(group, { topic, partition }), { offset, metadata });
    for (const { options, partition } of placed) partition.retain(options, this.#now());
    if (appends.length > 0) this.#sequence++;
    this.#watch.wake();
    return appended;
  }

  async truncate(of: TopicPartition, beforeOffset: number): Promise<void> {
    this.#checkOpen();
    checkOffset(beforeOffset);
    this.#partition(of).truncate(beforeOffset);
  }

  /** There is no disk. */
  async freeBytes(_topics: readonly string[]): Promise<number | undefined> {
    this.#checkOpen();
    return undefined;
  }

  /** Applies retention to every partition now, as the clock says. */
  maintain(): void {
    for (const topic of this.#topics.values())
      for (const partition of topic.partitions) partition.retain(topic.options, this.#now());
  }

  /** Makes a topic anew: no records, offsets from 0, another identity; what groups committed stays. */
  recreate(topic: string): void {
    const found = this.#topic(topic);
    found.identity = randomUUID();
    found.partitions.forEach((_, index) => {
      found.partitions[index] = new MemoryPartition(found.options.cleanup);
    });
  }

  /** Drops what a group committed, as Kafka does after idle days. */
  forget(group: string, of: TopicPartition): void {
    this.#committed.delete(groupKey(group, of));
  }

  /** Makes a record unreadable, as a disk does. */
  damage(of: TopicPartition, offset: number): void {
    this.#partition(of).damage(offset, 'Cannot read it as it was damaged');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new LogError('log-closed', 'Cannot use the log as it is closed');
  }

  #checkCommit(commit: OffsetCommit): void {
    checkName('group', commit.group);
    checkOffset(commit.offset);
    checkMetadata(commit.metadata);
    this.#partition(commit);
  }

  #place(append: TransactionAppend) {
    const topic = this.#topic(append.topic);
    checkRecords(append.records, { cleanup: topic.options.cleanup, maxRecordBytes: this.#maxRecordBytes });
    const index =
      append.partition ?? this.#choice.choose(append.topic, topic.partitions.length, append.records);
    const partition = this.#partition({ topic: append.topic, partition: index });
    return { partition, index, options: topic.options, records: append.records };
  }

  #topic(name: string): MemoryTopic {
    const topic = this.#topics.get(name);
    if (!topic) throw unknownTopic(name);
    return topic;
  }

  #partition({ topic, partition }: TopicPartition): MemoryPartition {
    const found = this.#topic(topic).partitions[partition];
    if (!found) throw unknownTopic(topic, partition);
    return found;
  }
}

function groupKey(group: string, { topic, partition }: TopicPartition): string {
  return `${group}/${topic}/${partition}`;
}
