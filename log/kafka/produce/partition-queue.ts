/**
 * What waits to be appended to one partition. Invariants:
 *
 * 1. One batch at most is under way; the next one is made when its outcome is definite.
 * 2. A batch keeps its bytes and its sequence at every repetition, so that the broker finds a repeated one.
 * 3. A sequence is used again only for a batch that the broker has definitely refused; after a batch that was given up
 *    with its outcome unknown, the queue goes on under another identity.
 */
import { LogError } from '../../errors.ts';
import { encodeBatch, stampBatch } from '../batch/encode-batch.ts';
import type { Chunk, PendingAppend } from './pending-append.ts';
import type { ProducerIdentity } from './producer-identities.ts';

/** A batch under way. */
interface Batch {
  readonly bytes: Buffer;
  readonly chunks: readonly Chunk[];
  readonly records: number;
  readonly rawBytes: number;
  /** Sent once without a definite answer: it may be there. */
  uncertain: boolean;
}

const SEQUENCES = 2 ** 31;

export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #waiting: Chunk[] = [];
  #batch: Batch | undefined;
  #identity: ProducerIdentity | undefined;
  #spent: ProducerIdentity | undefined;
  #sequence = 0;
  /** In the hands of a sender, or waiting for its next try. */
  busy = false;
  /** Tries of the batch under way that failed. */
  failures = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Somebody waits. A batch nobody waits for any more is given up. */
  get hasWork(): boolean {
    if (this.#batch?.chunks.every(({ append }) => append.settled)) this.giveUp();
    return this.#batch !== undefined || this.#waiting.some(({ append }) => !append.settled);
  }

  /** Bytes that the next request to carry this queue's batch will hold. */
  get nextBytes(): number {
    return this.#batch?.rawBytes ?? this.#waiting[0]?.bytes ?? 0;
  }

  /** Identity the queue appends under; undefined when it needs one other than {@link spent}. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** The identity it must not go on with. */
  get spent(): ProducerIdentity | undefined {
    return this.#spent;
  }

  get isUncertain(): boolean {
    return this.#batch?.uncertain ?? false;
  }

  /** Records in the batch under way. */
  get batchRecords(): number {
    return this.#batch?.records ?? 0;
  }

  add(append: PendingAppend): void {
    this.#waiting.push(...append.chunks);
  }

  /** From here on batches bear this identity, counted from 0. */
  adopt(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#sequence = 0;
    if (this.#batch) this.#stamp(this.#batch);
  }

  /** The next batch will need another identity. */
  spendIdentity(): void {
    this.#spent = this.#identity ?? this.#spent;
    this.#identity = undefined;
  }

  /** The batch to send now: the one under way, or one made of what waits. Undefined without work or identity. */
  take(batchBytes: number, nowMillis: number): Buffer | undefined {
    if (!this.hasWork || !this.#identity) return undefined;
    this.#batch ??= this.#gather(batchBytes, nowMillis);
    return this.#batch?.bytes;
  }

  /** The batch under way is durable. */
  landed(baseOffset: number): void {
    const batch = this.#batch as Batch;
    this.#batch = undefined;
    this.failures = 0;
    this.#sequence = (this.#sequence + batch.records) % SEQUENCES;
    let offset = baseOffset;
    for (const chunk of batch.chunks) {
      chunk.append.landed(chunk, this.partition, offset);
      offset += chunk.records.length;
    }
  }

  /** The batch under way may be there. */
  becameUncertain(): void {
    if (this.#batch) this.#batch.uncertain = true;
  }

  /** Fails those who wait for the batch under way. */
  failBatch(reason: LogError): void {
    const chunks = this.#batch?.chunks ?? [];
    this.giveUp();
    for (const { append } of chunks) if (!append.settled) append.fail(reason);
  }

  /** The broker has refused the batch as too large: its records go one by one. */
  split(): void {
    const chunks = this.#batch?.chunks ?? [];
    this.#batch = undefined;
    const single = chunks.flatMap(({ append, records, bytes }) => {
      const parts = records.map((record) => ({ append, records: [record], bytes, isAlone: true }));
      append.splitInto(parts.length);
      return parts;
    });
    this.#waiting.unshift(...single);
  }

  /** The batch under way is not repeated any more. */
  giveUp(): void {
    if (this.#batch?.uncertain) this.spendIdentity();
    this.#batch = undefined;
    this.failures = 0;
  }

  /** Fails everybody who waits since before, or everybody without a time. */
  expire(reason: () => LogError, now = Number.POSITIVE_INFINITY): void {
    for (const { append } of [...(this.#batch?.chunks ?? []), ...this.#waiting])
      if (!append.settled && append.deadline <= now) append.fail(reason());
    const left = this.#waiting.filter(({ append }) => !append.settled);
    this.#waiting.splice(0, this.#waiting.length, ...left);
  }

  #gather(batchBytes: number, nowMillis: number): Batch | undefined {
    const chunks: Chunk[] = [];
    let rawBytes = 0;
    let taken = 0;
    for (const chunk of this.#waiting) {
      if (!chunk.append.settled) {
        if (chunks.length > 0 && (chunk.isAlone || rawBytes + chunk.bytes > batchBytes)) break;
        chunks.push(chunk);
        rawBytes += chunk.bytes;
        if (chunk.isAlone) rawBytes = batchBytes;
      }
      taken++;
    }
    this.#waiting.splice(0, taken);
    if (chunks.length === 0) return undefined;
    const records = chunks.flatMap((chunk) => chunk.records);
    const bytes = encodeBatch(records, { timestampMillis: nowMillis });
    const batch = { bytes, chunks, records: records.length, rawBytes, uncertain: false };
    this.#stamp(batch);
    return batch;
  }

  #stamp(batch: Batch): void {
    if (!this.#identity) throw new LogError('log-failed', 'Cannot append without a producer id');
    stampBatch(batch.bytes, { ...this.#identity, sequence: this.#sequence });
  }
}
