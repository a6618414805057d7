/**
 * The durable log in LMDB. Several handles, in as many threads or processes, may be open on one path. Invariants:
 *
 * 1. Everything is read and changed inside LMDB transactions; a handle keeps nothing of it in memory between them.
 * 2. An offset is given inside the write transaction that stores the record (`append-records.ts`).
 * 3. A transaction is on the disk before any reader sees it and before its promise resolves (`environment.ts`).
 */
import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { ChangeWatch } from '../change-watch.ts';
import {
  checkMetadata,
  checkName,
  checkOffset,
  checkRecords,
  completeTopicOptions,
  MAX_RECORD_BYTES,
  offsetOutOfRange,
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
import { appendRecords } from './append-records.ts';
import type { Environment } from './environment.ts';
import { homeOf, renewIdentitiesOfCopy } from './home.ts';
import { StateTable, type TopicState } from './log-state.ts';
import { readRecords } from './read-records.ts';
import { type PreparedRecord, prepareRecord } from './record-codec.ts';
import {
  type PlaceOfTopic,
  retentionStep,
  STEP_RECORDS,
  type StepContext,
  surplusStep,
  truncateStep,
} from './retention.ts';
import { type CommitMode, WriteQueue } from './write-queue.ts';

/** What {@link LmdbLog} is made of; `openLmdbLog` fills it in. */
export interface LmdbLogParts {
  readonly environment: Environment;
  readonly commitMode: CommitMode;
  readonly maxBytes: number;
  readonly pollMillis: number;
  readonly now: () => number;
}

/** An append after its checks, before its transaction. */
interface PreparedAppend {
  readonly append: TransactionAppend;
  readonly records: readonly PreparedRecord[];
  readonly bytes: number;
}

/** One handle on the log. Values handed in must stay as they are until the call returns its promise. */
export class LmdbLog implements DurableLog {
  readonly #parts: LmdbLogParts;
  readonly #state: StateTable;
  readonly #writes: WriteQueue;
  readonly #watch: ChangeWatch;
  readonly #choice = new PartitionChoice();
  #maintenance: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: LmdbLogParts) {
    this.#parts = parts;
    this.#state = new StateTable(parts.environment.state);
    this.#writes = new WriteQueue(parts.environment, parts.commitMode);
    this.#watch = new ChangeWatch({ sequence: () => this.#sequence(), pollMillis: parts.pollMillis });
  }

  /** To be awaited before anything else: notices a copied data file (`home.ts`). */
  async settleIn(): Promise<void> {
    const home = homeOf(this.#parts.environment.path);
    this.#refresh();
    if (this.#state.log().home === home) return;
    await this.#write(() => renewIdentitiesOfCopy(this.#state, home));
  }

  async ensureTopic(topic: string, options?: TopicOptions): Promise<void> {
    checkName('topic', topic);
    const complete = completeTopicOptions(options);
    this.#refresh();
    const unchanged = (found: TopicState | undefined) =>
      found !== undefined &&
      Object.entries(complete).every(([key, value]) => Reflect.get(found, key) === value);
    if (unchanged(this.#state.findTopic(topic))) return;
    const check = () => {
      const found = this.#state.findTopic(topic);
      if (found && found.cleanup !== complete.cleanup)
        throw new TypeError(
          `Cannot change the cleanup of topic "${topic}": current value is ${found.cleanup}`,
        );
    };
    await this.#write(() => {
      const found = this.#state.findTopic(topic);
      const log = this.#state.log();
      if (!found) this.#state.putLog({ ...log, nextTopicId: log.nextTopicId + 1 });
      this.#state.putTopic(topic, {
        ...complete,
        partitions: Math.max(found?.partitions ?? 0, complete.partitions),
        id: found?.id ?? log.nextTopicId,
        identity: found?.identity ?? randomUUID(),
      });
    }, check);
  }

  async identity(topic: string): Promise<string> {
    this.#refresh();
    return this.#state.topic(topic).identity;
  }

  async partitionCount(topic: string): Promise<number> {
    this.#refresh();
    return this.#state.topic(topic).partitions;
  }

  async maxRecordBytes(topic: string): Promise<number> {
    this.#refresh();
    this.#state.topic(topic);
    return MAX_RECORD_BYTES;
  }

  async append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended> {
    const append = partition === undefined ? { topic, records } : { topic, records, partition };
    const [appended] = await this.transact({ appends: [append], commits: [] });
    return appended as Appended;
  }

  async read(from: TopicPartition, fromOffset: number, options: ReadOptions = {}): Promise<LogRead> {
    checkOffset(fromOffset);
    const deadline = performance.now() + (options.waitMillis ?? 0);
    for (;;) {
      if (options.signal?.aborted) return nothing(fromOffset);
      this.#refresh();
      const sequence = this.#state.log().sequence;
      const place = this.#state.place(from);
      const { first, next } = this.#state.partition(place);
      if (fromOffset > next) throw offsetOutOfRange(fromOffset, next);
      const range = { from: Math.max(fromOffset, first), end: next };
      const read = readRecords(this.#parts.environment, place, range, options);
      const left = deadline - performance.now();
      if (read.records.length > 0 || left <= 0) return read;
      await this.#watch.wait(sequence, left, options.signal);
      if (this.#closing) return nothing(fromOffset);
    }
  }

  async bounds(of: TopicPartition): Promise<OffsetBounds> {
    this.#refresh();
    const { first, next } = this.#state.partition(this.#state.place(of));
    return { first, next };
  }

  /** Every partition is assigned at once and stays; several members of a group are not kept apart. */
  async join(group: string, topics: readonly string[], listener: AssignmentListener): Promise<Membership> {
    checkName('group', group);
    this.#refresh();
    const all = topics.flatMap((topic) =>
      Array.from({ length: this.#state.topic(topic).partitions }, (_, partition) => ({ topic, partition })),
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
    this.#refresh();
    this.#state.place(of);
    return this.#state.committed(group, of);
  }

  async commit(commits: readonly OffsetCommit[]): Promise<void> {
    await this.transact({ appends: [], commits });
  }

  async transact({ appends, commits }: Transaction): Promise<readonly Appended[]> {
    for (const { group, offset, metadata } of commits) {
      checkName('group', group);
      checkOffset(offset);
      checkMetadata(metadata);
    }
    const prepared = appends.map(prepare);
    const bytes = prepared.reduce((sum, append) => sum + append.bytes, 0);
    const places: PlaceOfTopic[] = [];
    const appended = await this.#write(
      () => {
        for (const commit of commits) this.#state.putCommitted(commit);
        return prepared.map((append, index) => this.#append(append, places[index] as PlaceOfTopic));
      },
      () => {
        for (const commit of commits) this.#state.place(commit);
        places.push(...prepared.map(({ append }) => this.#place(append)));
        this.#checkRoom(bytes);
      },
      bytes,
    );
    if (appends.length > 0) this.#watch.wake();
    return appended;
  }

  async truncate(of: TopicPartition, beforeOffset: number): Promise<void> {
    checkOffset(beforeOffset);
    await this.#steps(of, (context) => truncateStep(context, beforeOffset));
  }

  async freeBytes(): Promise<number> {
    this.#refresh();
    const { bavail, bsize } = await statfs(this.#parts.environment.path);
    return bavail * bsize;
  }

  /** Applies retention to every partition, in steps; stops early when the log closes. */
  async maintain(): Promise<void> {
    this.#refresh();
    const { now } = this.#parts;
    for (const { name, topic } of this.#state.topics())
      for (let partition = 0; partition < topic.partitions && !this.#closing; partition++)
        await this.#steps({ topic: name, partition }, (context) => retentionStep(context, now()));
  }

  /** Runs {@link maintain} regularly until the log closes; does not keep the process alive. */
  maintainEvery(millis: number, onError: (error: unknown) => void): void {
    let running = false;
    this.#maintenance = setInterval(() => {
      if (running) return;
      running = true;
      const done = () => {
        running = false;
      };
      this.maintain().catch(onError).finally(done);
    }, millis).unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#maintenance);
    this.#watch.close();
    await this.#writes.idle();
    await this.#parts.environment.root.close();
  }

  #append({ append, records }: PreparedAppend, place: PlaceOfTopic): Appended {
    const { environment, now } = this.#parts;
    const compact = place.topic.cleanup === 'compact';
    const target = { place, compact, nowMillis: now() };
    const range = appendRecords(environment, this.#state, records, target);
    surplusStep({ environment, state: this.#state, place, limit: STEP_RECORDS });
    return { partition: append.partition ?? place.partition, ...range };
  }

  #place({ topic, partition, records }: TransactionAppend): PlaceOfTopic {
    const { partitions, cleanup } = this.#state.topic(topic);
    checkRecords(records, { cleanup });
    return this.#state.place({
      topic,
      partition: partition ?? this.#choice.choose(topic, partitions, records),
    });
  }

  #checkRoom(bytes: number): void {
    const { maxBytes } = this.#parts;
    if (bytes > 0 && this.#state.log().bytes + bytes > maxBytes)
      throw new LogError('log-full', `Cannot append ${bytes} bytes as the log may hold ${maxBytes}`);
  }

  /**
   * Runs a step again and again, each in its own transaction, until it says that nothing is left. On a full disk a step
   * still needs new pages to list those it frees, so it then goes on record by record, each reusing what the one
   * before it freed.
   */
  async #steps(of: TopicPartition, step: (context: StepContext) => boolean): Promise<void> {
    const { environment } = this.#parts;
    const state = this.#state;
    let limit = STEP_RECORDS;
    let more = true;
    while (more && !this.#closing)
      try {
        more = await this.#write(() => step({ environment, state, place: state.place(of), limit }));
      } catch (error) {
        if (limit === 1 || !(error instanceof LogError) || error.code !== 'log-full') throw error;
        limit = 1;
      }
  }

  #write<Result>(write: () => Result, check: () => void = () => {}, bytes = 0): Promise<Result> {
    if (this.#closing) return Promise.reject(closed());
    return this.#writes.submit({ check, write, bytes });
  }

  /** The package reuses a read transaction within a turn of the event loop; this lets go of it, so that the next read is current. */
  #refresh(): void {
    if (this.#closing) throw closed();
    this.#parts.environment.root.resetReadTxn();
  }

  #sequence(): number {
    if (this.#closing) return -1;
    this.#refresh();
    return this.#state.log().sequence;
  }
}

function prepare(append: TransactionAppend): PreparedAppend {
  const records = append.records.map(prepareRecord);
  return { append, records, bytes: records.reduce((sum, { length }) => sum + length, 0) };
}

function closed(): LogError {
  return new LogError('log-closed', 'Cannot use the log as it is closed');
}
