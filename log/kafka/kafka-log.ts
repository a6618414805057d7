/**
 * The durable log in Kafka. A handle keeps connections and what it has learnt of the cluster, nothing else; every
 * record is acknowledged by all replicas in sync before an append resolves. docs/formats/log-kafka.md says what is
 * written how.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { checkMetadata, checkName, checkOffset, checkRecords, completeTopicOptions } from '../checks.ts';
import { PartitionChoice } from '../partition-choice.ts';
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
import type { KafkaAddress } from './address.ts';
import { BATCH_HEADER_BYTES } from './batch/layout.ts';
import type { Cluster } from './cluster/cluster.ts';
import { logClosed } from './cluster/failures.ts';
import type { KafkaTopic } from './cluster/topic-directory.ts';
import { freeBytes } from './disks/free-bytes.ts';
import { RecordReader } from './fetch/record-reader.ts';
import { GroupMembers } from './group/group-members.ts';
import { BoundsReader } from './offsets/bounds.ts';
import { groupCommits } from './offsets/commit-offsets.ts';
import { CommittedReader } from './offsets/committed.ts';
import { truncate } from './offsets/truncate.ts';
import { Appender, type AppendTo } from './produce/appender.ts';
import { ensureTopic } from './topics/ensure-topic.ts';
import { type TopicSettings, TopicSettingsCache } from './topics/topic-settings.ts';
import type { PlacedAppend } from './transact/transaction-batches.ts';
import { Transactor } from './transact/transactor.ts';

/** What {@link KafkaLog} is made of; `openKafkaLog` fills it in. */
export interface KafkaLogParts {
  readonly cluster: Cluster;
  readonly address: KafkaAddress;
  readonly logger: Logger;
  /** The brokers can tell how full their disks are. */
  readonly tellsDisks: boolean;
}

/** Of a batch and a record in it, with sixteen headers, beside key, headers and value. */
const OVERHEAD_BYTES = 512;
/** For appends, transactions and listeners under way when the handle closes. */
const CLOSE_GRACE_MILLIS = 5000;

/** One handle on the log. Values handed in must stay as they are until the promise settles. */
export class KafkaLog implements DurableLog {
  readonly #parts: KafkaLogParts;
  readonly #cluster: Cluster;
  readonly #settings: TopicSettingsCache;
  readonly #appender: Appender;
  readonly #reader: RecordReader;
  readonly #bounds: BoundsReader;
  readonly #committed: CommittedReader;
  readonly #members: GroupMembers;
  readonly #transactor: Transactor;
  readonly #choice = new PartitionChoice();
  readonly #ending = new AbortController();
  readonly #writes = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;
  #isRefusalTold = false;

  constructor(parts: KafkaLogParts) {
    const { cluster, logger } = parts;
    this.#parts = parts;
    this.#cluster = cluster;
    this.#settings = new TopicSettingsCache(cluster, logger);
    this.#appender = new Appender(cluster, { onTooLarge: (topic) => this.#settings.forget(topic) });
    this.#bounds = new BoundsReader(cluster);
    this.#reader = new RecordReader({
      cluster,
      ending: this.#ending.signal,
      bounds: (of) => this.#bounds.bounds(of),
    });
    this.#members = new GroupMembers(cluster, logger);
    this.#transactor = new Transactor(cluster, this.#members);
    this.#committed = new CommittedReader(cluster, (group, of) =>
      this.#transactor.resolveUnstable(group, of),
    );
  }
  async ensureTopic(topic: string, options?: TopicOptions): Promise<void> {
    this.#checkOpen();
    checkName('topic', topic);
    await ensureTopic(this.#parts, topic, completeTopicOptions(options));
    this.#settings.forget(topic);
  }

  /** Kafka's topic id, asked for anew each time. */
  async identity(topic: string): Promise<string> {
    this.#checkOpen();
    return (await this.#cluster.topic(topic, 0)).id;
  }

  async partitionCount(topic: string): Promise<number> {
    this.#checkOpen();
    return (await this.#cluster.topic(topic)).leaders.length;
  }

  async maxRecordBytes(topic: string): Promise<number> {
    this.#checkOpen();
    await this.#cluster.topic(topic);
    return maxRecordBytes(await this.#settings.get(topic));
  }

  async append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended> {
    this.#checkOpen();
    return this.#underWay(
      this.#append(partition === undefined ? { topic, records } : { topic, records, partition }),
    );
  }

  async read(from: TopicPartition, fromOffset: number, options: ReadOptions = {}): Promise<LogRead> {
    this.#checkOpen();
    checkOffset(fromOffset);
    return this.#reader.read(from, fromOffset, options);
  }

  async bounds(of: TopicPartition): Promise<OffsetBounds> {
    this.#checkOpen();
    return this.#bounds.bounds(of);
  }

  async join(group: string, topics: readonly string[], listener: AssignmentListener): Promise<Membership> {
    this.#checkOpen();
    checkName('group', group);
    return this.#members.join(group, topics, listener);
  }

  async committed(group: string, of: TopicPartition): Promise<CommittedOffset | undefined> {
    this.#checkOpen();
    await this.#checkPartition(of);
    return this.#committed.committed(group, of);
  }

  async commit(commits: readonly OffsetCommit[]): Promise<void> {
    await this.transact({ appends: [], commits });
  }

  async transact(transaction: Transaction): Promise<readonly Appended[]> {
    this.#checkOpen();
    return this.#underWay(this.#transact(transaction));
  }

  async truncate(of: TopicPartition, beforeOffset: number): Promise<void> {
    this.#checkOpen();
    checkOffset(beforeOffset);
    await truncate(this.#cluster, of, beforeOffset);
  }

  async freeBytes(topics: readonly string[]): Promise<number | undefined> {
    this.#checkOpen();
    if (!this.#parts.tellsDisks) return undefined;
    const { bytes, refusal } = await freeBytes(this.#cluster, topics);
    if (refusal && !this.#isRefusalTold) {
      this.#isRefusalTold = true;
      this.#parts.logger.warn(
        { reason: refusal },
        'a broker does not tell how full its disks are: this user needs DESCRIBE on the cluster',
      );
    }
    return bytes;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#ending.abort();
    const grace = new AbortController();
    const settled = Promise.allSettled([this.#members.close(), ...this.#writes]);
    await Promise.race([settled, sleep(CLOSE_GRACE_MILLIS, undefined, { signal: grace.signal })]);
    grace.abort();
    this.#appender.close();
    await this.#cluster.close();
  }

  #checkOpen(): void {
    if (this.#ending.signal.aborted) throw logClosed();
  }

  /** Closing waits for it for a while. */
  #underWay<Result>(write: Promise<Result>): Promise<Result> {
    this.#writes.add(write);
    const over = () => this.#writes.delete(write);
    write.then(over, over);
    return write;
  }

  async #append(append: TransactionAppend): Promise<Appended> {
    return this.#appender.append(await this.#place(append), append.records);
  }

  async #transact({ appends, commits }: Transaction): Promise<readonly Appended[]> {
    for (const { group, offset, metadata } of commits) {
      checkName('group', group);
      checkOffset(offset);
      checkMetadata(metadata);
    }
    // As things are when it is asked for, not when it comes to be done.
    const grouped = groupCommits(this.#cluster, this.#members, commits);
    for (const commit of commits) await this.#checkPartition(commit);
    const placed: PlacedAppend[] = [];
    for (const append of appends) {
      const { topic, partition, messageMaxBytes } = await this.#place(append);
      const batchBytes = messageMaxBytes - BATCH_HEADER_BYTES;
      placed.push({ topic: topic.name, partition, records: append.records, batchBytes });
    }
    return this.#transactor.transact({ placed, commits: grouped });
  }

  /** Records without key go past partitions that cannot be reached at the moment. */
  #choose({ name, leaders }: KafkaTopic, records: readonly NewRecord[]): number {
    for (let tries = 1; ; tries++) {
      const chosen = this.#choice.choose(name, leaders.length, records);
      const isReachable = (leaders[chosen] ?? -1) >= 0 && !this.#appender.isFailing(name, chosen);
      if (isReachable || records[0]?.key !== undefined || tries >= leaders.length) return chosen;
    }
  }

  /** Throws `unknown-topic` unless there is, or was a while ago, such a partition. */
  async #checkPartition(of: TopicPartition): Promise<void> {
    const anyAge = Number.POSITIVE_INFINITY;
    await this.#cluster.attempt(`find topic "${of.topic}"`, () => this.#cluster.topicWith(of, anyAge));
  }

  async #place({ topic: name, records, partition }: TransactionAppend): Promise<AppendTo> {
    // Without waiting when it is known already, as it is for nearly every append.
    const topic = this.#cluster.knownTopic(name) ?? (await this.#cluster.topic(name));
    const settings = this.#settings.known(name) ?? (await this.#settings.get(name));
    checkRecords(records, { cleanup: settings.cleanup, maxRecordBytes: maxRecordBytes(settings) });
    const chosen = partition ?? this.#choose(topic, records);
    if (topic.leaders[chosen] === undefined)
      await this.#cluster.topicWith({ topic: name, partition: chosen });
    return { topic, partition: chosen, messageMaxBytes: settings.messageMaxBytes };
  }
}

function maxRecordBytes({ messageMaxBytes }: TopicSettings): number {
  return messageMaxBytes - OVERHEAD_BYTES;
}
