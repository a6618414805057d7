import { freeBytes } from '../../../runtime/free-bytes.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_RECORDS } from '../../read-limits.ts';
import type { ReadOptions, StoredRecord } from '../../types.ts';
import { damagedEnd, damagedRecord, isGivenAt } from '../batch/damaged-batch.ts';
import {
  type BatchFrame,
  controlType,
  decodeRecords,
  frameAnswer,
  isControl,
  isTransactional,
} from '../batch/decode-batch.ts';
import type { AbortedTransaction, FetchedPartition } from './fetch-request.ts';

/** Records collected for one read, within its limits. */
export class Collected {
  readonly records: StoredRecord[] = [];
  /** Takes damaged batches as records, see {@link ReadOptions.giveDamaged}. */
  readonly giveDamaged: boolean;
  readonly #maxBytes: number;
  readonly #maxRecords: number;
  /** One of each batch that was collected whole: its values share their memory with no other read's. */
  readonly #ofWhole: StoredRecord[] = [];
  #bytes = 0;

  constructor({
    maxBytes = DEFAULT_MAX_BYTES,
    maxRecords = DEFAULT_MAX_RECORDS,
    giveDamaged = false,
  }: ReadOptions) {
    this.giveDamaged = giveDamaged;
    this.#maxBytes = maxBytes;
    this.#maxRecords = maxRecords;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes || this.records.length >= this.#maxRecords;
  }

  add(record: StoredRecord): void {
    this.records.push(record);
    this.#bytes += record.value.length;
  }

  /** All records of the batch that this one is of were added. */
  addedWhole(record: StoredRecord): void {
    this.#ofWhole.push(record);
  }

  /** Gives back the memory of whole batches. */
  free(): void {
    for (const { value } of this.#ofWhole) freeBytes(value);
  }
}

/**
 * What was fetched of a partition and not yet read. Batches are unfolded one by one, when a read gets there. Left out
 * are control batches and those of aborted transactions: a producer's batches are aborted from the offset the broker
 * named, the first one of a batch, up to the producer's next control batch.
 */
export class FetchedBatches {
  #frames: readonly BatchFrame[];
  /** First offset of the batch that the answer ends within. */
  readonly #cutOffset: number | undefined;
  readonly #aborted: readonly AbortedTransaction[];
  readonly #stableOffset: number;
  readonly #abortedProducers = new Set<bigint>();
  #nextFrame = 0;
  #nextAborted = 0;
  #unfolded: readonly StoredRecord[] = [];
  #nextRecord = 0;
  #frameEnd: number;
  #position: number;

  /** Batches fetched from the offset on. Throws when they are no batches. */
  constructor({ batches, aborted, stableOffset }: FetchedPartition, fromOffset: number) {
    this.#stableOffset = stableOffset;
    const { frames, cutOffset } = frameAnswer(batches);
    this.#frames = frames;
    this.#cutOffset = cutOffset;
    this.#aborted = aborted.toSorted((one, other) => one.firstOffset - other.firstOffset);
    this.#position = fromOffset;
    this.#frameEnd = fromOffset;
  }

  /** Where the next read goes on. */
  get position(): number {
    return this.#position;
  }

  get isEmpty(): boolean {
    return this.#nextFrame === this.#frames.length && this.#nextRecord === this.#unfolded.length;
  }

  /** Memory it holds, about. */
  get bytes(): number {
    let bytes = 0;
    for (let i = this.#nextFrame; i < this.#frames.length; i++) bytes += this.#frames[i]?.bytes.length ?? 0;
    for (let i = this.#nextRecord; i < this.#unfolded.length; i++)
      bytes += this.#unfolded[i]?.value.length ?? 0;
    return bytes;
  }

  /**
   * Moves records into the collection until it is full or nothing is left. At a damaged batch it throws; or it gives it
   * as a record, when the collection takes those and an answer before this one had it `damagedAt` this offset too;
   * then the answer is over.
   */
  deliver(into: Collected, damagedAt?: number): void {
    let isWhole = false;
    while (!into.isFull) {
      const record = this.#unfolded[this.#nextRecord];
      if (record) {
        if (this.#nextRecord === 0) isWhole = true;
        this.#nextRecord++;
        into.add(record);
        if (isWhole && this.#nextRecord === this.#unfolded.length) into.addedWhole(record);
        this.#position = record.offset + 1;
      } else {
        this.#position = this.#frameEnd;
        if (!this.#unfoldNext(into.giveDamaged ? damagedAt : undefined)) return;
      }
    }
    if (this.#nextRecord === this.#unfolded.length) this.#position = this.#frameEnd;
  }

  /** False when no batch is left. */
  #unfoldNext(damagedAt: number | undefined): boolean {
    this.#unfolded = [];
    this.#nextRecord = 0;
    const frame = this.#frames[this.#nextFrame];
    if (!frame) return false;
    try {
      const records = this.#isVisible(frame) ? decodeRecords(frame) : [];
      // A fetch from within a batch gets the whole batch.
      this.#unfolded = records.filter(({ offset }) => offset >= this.#position);
      this.#frameEnd = Math.max(this.#position, frame.lastOffset + 1);
    } catch (error) {
      this.#passDamaged(frame, damagedAt, error as Error);
    }
    this.#nextFrame++;
    return true;
  }

  /**
   * Behind a damaged batch. A broker that believes its last offset sends it again to who asks for what follows: what
   * begins at or before the position shows that.
   */
  #passDamaged(frame: BatchFrame, damagedAt: number | undefined, cause: Error): void {
    const position = this.#position;
    const following = this.#frames[this.#nextFrame + 1]?.baseOffset ?? this.#cutOffset;
    if (following !== undefined && following > frame.baseOffset && following <= position) return;
    if (damagedAt !== position) throw cause;
    if (isGivenAt(frame, position)) this.#unfolded = [damagedRecord(frame, position, cause.message)];
    this.#frameEnd = Math.min(damagedEnd(frame, position, following), this.#stableOffset);
    // It may have ended a transaction: what is aborted behind it, the broker tells who asks from there.
    this.#frames = this.#frames.slice(0, this.#nextFrame + 1);
  }

  #isVisible(frame: BatchFrame): boolean {
    for (
      let next = this.#aborted[this.#nextAborted];
      next && next.firstOffset <= frame.baseOffset;
      next = this.#aborted[++this.#nextAborted]
    )
      this.#abortedProducers.add(next.producerId);
    if (isControl(frame)) {
      if (controlType(frame) === 'abort') this.#abortedProducers.delete(frame.producerId);
      return false;
    }
    return !(isTransactional(frame) && this.#abortedProducers.has(frame.producerId));
  }
}
