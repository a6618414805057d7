/**
 * Appends outside transactions. Callers that wait are gathered: into one batch per partition, and the batches of one
 * broker into one request. While a request is on its way, the next one grows.
 */

import { LogError } from '../../errors.ts';
import type { Appended, NewRecord } from '../../types.ts';
import { BATCH_HEADER_BYTES } from '../batch/layout.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, concernsLeader, passes } from '../cluster/codes.ts';
import { logClosed, nameOf, Unsettled } from '../cluster/failures.ts';
import { pauseMillis } from '../cluster/pause.ts';
import type { KafkaTopic } from '../cluster/topic-directory.ts';
import { NodeSender } from './node-sender.ts';
import { PartitionQueue } from './partition-queue.ts';
import { PendingAppend } from './pending-append.ts';
import { type BatchOutcome, produce } from './produce-request.ts';
import { ProducerIdentities } from './producer-identities.ts';

/** A caller waits this long; then its append fails, its outcome unknown. */
const APPEND_LIMIT_MILLIS = 20_000;
/** Most bytes that may wait; an append beyond it fails at once. */
const WAITING_LIMIT_BYTES = 64 * 2 ** 20;
const EXPIRY_MILLIS = 250;

/** Codes after which the batch may be there all the same. */
const UNCERTAIN: ReadonlySet<number> = new Set([
  Code.REQUEST_TIMED_OUT,
  Code.NETWORK_EXCEPTION,
  Code.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
]);

/** The broker does not know the producer, or not at this sequence. */
const IDENTITY_SPENT: ReadonlySet<number> = new Set([
  Code.OUT_OF_ORDER_SEQUENCE_NUMBER,
  Code.UNKNOWN_PRODUCER_ID,
  Code.INVALID_PRODUCER_EPOCH,
  Code.INVALID_PRODUCER_ID_MAPPING,
  Code.PRODUCER_FENCED,
]);

export interface AppendTo {
  readonly topic: KafkaTopic;
  readonly partition: number;
  /** The topic's `max.message.bytes`. */
  readonly messageMaxBytes: number;
}

export interface AppenderOptions {
  /** The broker has refused a batch as too large: what is known of the topic's limit is old. */
  readonly onTooLarge: (topic: string) => void;
}

export class Appender {
  readonly #cluster: Cluster;
  readonly #options: AppenderOptions;
  readonly #identities: ProducerIdentities;
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #batchBytes = new Map<string, number>();
  readonly #senders = new Map<number, NodeSender>();
  #waitingBytes = 0;
  #expiry: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, options: AppenderOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#identities = new ProducerIdentities(cluster);
  }

  /** Resolves when the records are durable; their values must stay as they are until then. */
  append({ topic, partition, messageMaxBytes }: AppendTo, records: readonly NewRecord[]): Promise<Appended> {
    const batchBytes = messageMaxBytes - BATCH_HEADER_BYTES;
    const deadline = performance.now() + APPEND_LIMIT_MILLIS;
    const append = new PendingAppend(records, { batchBytes, deadline });
    if (this.#waitingBytes > 0 && this.#waitingBytes + append.bytes > WAITING_LIMIT_BYTES)
      throw new LogError(
        'log-failed',
        `Cannot append ${append.bytes} bytes as ${this.#waitingBytes} wait for the brokers already`,
      );
    this.#waitingBytes += append.bytes;
    const release = () => {
      this.#waitingBytes -= append.bytes;
    };
    append.appended.then(release, release);
    this.#batchBytes.set(topic.name, batchBytes);
    const queue = this.#queue(topic.name, partition);
    queue.add(append);
    this.#watchDeadlines();
    this.#offer(queue);
    return append.appended;
  }

  /** Whether the last try at the partition failed. */
  isFailing(topic: string, partition: number): boolean {
    return (this.#queues.get(`${topic}/${partition}`)?.failures ?? 0) > 0;
  }

  /** Fails what is under way. */
  close(): void {
    clearInterval(this.#expiry);
    for (const queue of this.#queues.values()) queue.expire(logClosed);
  }

  #queue(topic: string, partition: number): PartitionQueue {
    const key = `${topic}/${partition}`;
    const existing = this.#queues.get(key);
    if (existing) return existing;
    const queue = new PartitionQueue(topic, partition);
    this.#queues.set(key, queue);
    return queue;
  }

  /** Hands the queue to its leader's sender, unless it is with one already or empty. */
  #offer(queue: PartitionQueue): void {
    if (queue.busy || !queue.hasWork) return;
    const leader = this.#cluster.knownTopic(queue.topic, Number.POSITIVE_INFINITY)?.leaders[queue.partition];
    if (queue.identity && leader !== undefined && leader >= 0) {
      queue.busy = true;
      this.#sender(leader).offer(queue);
    } else void this.#prepare(queue);
  }

  /** Looks up what the queue lacks, then offers it. */
  async #prepare(queue: PartitionQueue): Promise<void> {
    queue.busy = true;
    try {
      const act = `find topic "${queue.topic}"`;
      const topic = await this.#cluster.attempt(act, () => this.#cluster.topicWith(queue));
      if (!queue.identity) queue.adopt(await this.#identities.other(queue.spent));
      if ((topic.leaders[queue.partition] ?? -1) < 0) {
        this.#cluster.forgetTopic(queue.topic);
        await this.#again(queue);
      }
    } catch (error) {
      queue.expire(() => asLogError(error));
    }
    queue.busy = false;
    this.#offer(queue);
  }

  #sender(node: number): NodeSender {
    const existing = this.#senders.get(node);
    if (existing) return existing;
    const sender = new NodeSender((queues) => this.#send(node, queues));
    this.#senders.set(node, sender);
    return sender;
  }

  async #send(node: number, queues: readonly PartitionQueue[]): Promise<void> {
    const now = Date.now();
    const sent: PartitionQueue[] = [];
    const batches = queues.flatMap((queue) => {
      const { topic, partition } = queue;
      const bytes = queue.take(this.#batchBytes.get(topic) as number, now);
      if (!bytes) {
        queue.busy = false;
        this.#offer(queue);
        return [];
      }
      sent.push(queue);
      return [{ topic, partition, bytes }];
    });
    if (batches.length === 0) return;
    try {
      const outcomes = await produce(this.#cluster, node, { transactionalId: null, batches });
      sent.forEach((queue, index) => {
        this.#settle(queue, outcomes[index] as BatchOutcome);
      });
    } catch (error) {
      for (const queue of sent) this.#noAnswer(queue, error);
    }
  }

  #settle(queue: PartitionQueue, { code, baseOffset }: BatchOutcome): void {
    if (code === Code.MESSAGE_TOO_LARGE) this.#options.onTooLarge(queue.topic);
    if (code === Code.NONE) {
      queue.landed(baseOffset);
      this.#free(queue);
    } else if (code === Code.MESSAGE_TOO_LARGE && queue.batchRecords > 1 && !queue.isUncertain) {
      queue.split();
      this.#free(queue);
    } else if (IDENTITY_SPENT.has(code)) void this.#renewIdentity(queue, code);
    else if (passes(code)) {
      if (UNCERTAIN.has(code)) queue.becameUncertain();
      void this.#retry(queue, concernsLeader(code));
    } else {
      queue.failBatch(appendFailure(code));
      this.#free(queue);
    }
  }

  #noAnswer(queue: PartitionQueue, error: unknown): void {
    queue.becameUncertain();
    if (error instanceof Unsettled) void this.#retry(queue, true);
    else {
      queue.failBatch(asLogError(error));
      this.#free(queue);
    }
  }

  /** The queue's next batch may go. */
  #free(queue: PartitionQueue): void {
    queue.busy = false;
    this.#offer(queue);
  }

  async #retry(queue: PartitionQueue, lookUp: boolean): Promise<void> {
    if (lookUp) this.#cluster.forgetTopic(queue.topic);
    await this.#again(queue);
    queue.busy = false;
    if (lookUp) await this.#prepare(queue);
    else this.#offer(queue);
  }

  #again(queue: PartitionQueue): Promise<void> {
    return this.#cluster.sleep(pauseMillis(queue.failures++));
  }

  /** Repeats the batch under another identity when it is certain that it is not there. */
  #renewIdentity(queue: PartitionQueue, code: number): Promise<void> {
    if (queue.isUncertain) queue.failBatch(appendFailure(code));
    queue.spendIdentity();
    return this.#prepare(queue);
  }

  /** Checks the deadlines while anybody waits. */
  #watchDeadlines(): void {
    this.#expiry ??= setInterval(() => {
      const now = performance.now();
      for (const queue of this.#queues.values()) queue.expire(tooLate, now);
      if (this.#waitingBytes > 0) return;
      clearInterval(this.#expiry);
      this.#expiry = undefined;
    }, EXPIRY_MILLIS);
  }
}

function tooLate(): LogError {
  return new LogError(
    'log-failed',
    `Cannot append in time: no broker has confirmed it within ${APPEND_LIMIT_MILLIS} ms`,
  );
}

function appendFailure(code: number): LogError {
  if (code === Code.MESSAGE_TOO_LARGE)
    return new LogError('record-too-large', `Cannot append as the broker refuses the size: ${nameOf(code)}`);
  return new LogError('log-failed', `Cannot append: ${nameOf(code)}`);
}

function asLogError(error: unknown): LogError {
  if (error instanceof LogError) return error;
  const { message } = error as Error;
  return new LogError('log-failed', `Cannot append: ${message}`, { cause: error });
}
