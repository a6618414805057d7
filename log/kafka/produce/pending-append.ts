import type { Appended, NewRecord } from '../../types.ts';
import { recordBytesAtMost } from '../batch/record-size.ts';

/** Records of one append that fit into one batch. */
export interface Chunk {
  readonly append: PendingAppend;
  readonly records: readonly NewRecord[];
  /** In a batch that is not compressed, at most. */
  readonly bytes: number;
  /** To be sent in a batch of its own. */
  readonly isAlone?: boolean;
}

/** A caller that waits for its records to be durable. */
export class PendingAppend {
  readonly chunks: readonly Chunk[];
  readonly bytes: number;
  /** `performance.now()` when the caller has waited long enough. */
  readonly deadline: number;
  readonly appended: Promise<Appended>;
  readonly #resolve: (appended: Appended) => void;
  readonly #reject: (reason: unknown) => void;
  #left: number;
  #firstOffset = -1;
  #settled = false;

  constructor(
    records: readonly NewRecord[],
    options: { readonly batchBytes: number; readonly deadline: number },
  ) {
    this.chunks = chunksOf(this, records, options.batchBytes);
    this.bytes = this.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
    this.deadline = options.deadline;
    this.#left = this.chunks.length;
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    this.appended = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Nobody waits any more. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The next chunk is durable from this offset on. */
  landed(chunk: Chunk, partition: number, firstOffset: number): void {
    if (this.#firstOffset < 0) this.#firstOffset = firstOffset;
    this.#left--;
    if (this.#left > 0 || this.#settled) return;
    this.#settled = true;
    const lastOffset = firstOffset + chunk.records.length - 1;
    this.#resolve({ partition, firstOffset: this.#firstOffset, lastOffset });
  }

  /** One of its chunks will land as so many. */
  splitInto(parts: number): void {
    this.#left += parts - 1;
  }

  fail(reason: unknown): void {
    this.#settled = true;
    this.#reject(reason);
  }
}

function chunksOf(
  append: PendingAppend,
  records: readonly NewRecord[],
  batchBytes: number,
): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let bytes = 0;
  records.forEach((record, index) => {
    const size = recordBytesAtMost(record);
    if (index > start && bytes + size > batchBytes) {
      chunks.push({ append, records: records.slice(start, index), bytes });
      start = index;
      bytes = 0;
    }
    bytes += size;
  });
  chunks.push({ append, records: start === 0 ? records : records.slice(start), bytes });
  return chunks;
}
