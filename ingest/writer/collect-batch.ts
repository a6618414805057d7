import type { DurableLog, LogRead, StoredRecord, TopicPartition } from '../../log/types.ts';
import { HEADER_HEARTBEAT, HEADER_STORED_BYTES, USUAL_STORED_FACTOR } from '../../schemas/names.ts';
import type { BatchLimits } from './types.ts';

/** A range of offsets read from the log. */
export interface CollectedBatch {
  /** The position asked for, also when the log starts later. */
  readonly first: number;
  readonly last: number;
  /** What carries rows, in order; heartbeats are in the range but not here. */
  readonly records: readonly StoredRecord[];
  /** Offsets of the range the log no longer has: `first` to here, inclusive. */
  readonly lostUntil?: number;
}

/** What to read. */
export interface Collection {
  readonly log: DurableLog;
  readonly from: TopicPartition;
  readonly position: number;
  readonly signal: AbortSignal;
}

/** How long one look at an idle log takes. */
const IDLE_MILLIS = 5_000;

/** Waits for records and gathers them until a limit is reached; undefined when the signal aborts first. */
export async function collectBatch(
  { log, from, position, signal }: Collection,
  limits: BatchLimits,
): Promise<CollectedBatch | undefined> {
  const range = new Range(position);
  let deadline: number | undefined;
  while (!signal.aborted) {
    const left = deadline === undefined ? IDLE_MILLIS : deadline - performance.now();
    const read = await log.read(from, range.next, {
      maxBytes: limits.maxBytes - range.bytes,
      maxRecords: limits.maxRecords - range.count,
      waitMillis: Math.max(0, left),
      signal,
    });
    // A hole ends the batch; the next one begins with it and says so.
    if (!range.isEmpty && read.from > range.next) return range.toBatch();
    if (!range.add(read, limits.maxStoredBytes)) return range.toBatch();
    if (range.isEmpty) continue;
    deadline ??= performance.now() + limits.maxWaitMillis;
    const full = range.bytes >= limits.maxBytes || range.count >= limits.maxRecords;
    if (full || performance.now() >= deadline) return range.toBatch();
  }
  return undefined;
}

/** Reads exactly the range of a plan; what the log has dropped of it is in `lostUntil`. */
export async function collectRange(
  { log, from, position, signal }: Collection,
  last: number,
): Promise<CollectedBatch | undefined> {
  const range = new Range(position);
  while (range.next <= last && !signal.aborted) {
    const maxRecords = last - range.next + 1;
    const read = await log.read(from, range.next, { maxRecords, signal });
    const records = read.records.filter(({ offset }) => offset <= last);
    const isEnd = read.next === range.next;
    range.add({ ...read, records, from: Math.min(read.from, last + 1) }, Number.POSITIVE_INFINITY);
    if (isEnd) return range.toBatch(last);
  }
  return signal.aborted ? undefined : range.toBatch(last);
}

class Range {
  readonly #first: number;
  readonly #records: StoredRecord[] = [];
  #lostUntil: number | undefined;
  #storedBytes = 0;
  next: number;
  bytes = 0;
  count = 0;

  constructor(first: number) {
    this.#first = first;
    this.next = first;
  }

  get isEmpty(): boolean {
    return this.next === this.#first;
  }

  /** Takes the records up to the first whose rows would be too many with those before; false when there is one. */
  add({ from, records, next }: LogRead, maxStoredBytes: number): boolean {
    if (from > this.next) this.#lostUntil = from - 1;
    for (const record of records) {
      const storedBytes = storedBytesOf(record);
      if (!this.isEmpty && this.#storedBytes + storedBytes > maxStoredBytes) return false;
      this.#storedBytes += storedBytes;
      this.next = record.offset + 1;
      this.bytes += record.value.length;
      this.count++;
      if (record.headers[HEADER_HEARTBEAT] === undefined) this.#records.push(record);
    }
    this.next = next;
    return true;
  }

  /** Up to `last`; offsets after the last record found are lost. */
  toBatch(last = this.next - 1): CollectedBatch {
    const lostUntil = last >= this.next ? last : this.#lostUntil;
    return {
      first: this.#first,
      last,
      records: this.#records,
      ...(lostUntil === undefined ? {} : { lostUntil }),
    };
  }
}

function storedBytesOf({ headers, value }: StoredRecord): number {
  return Number(headers[HEADER_STORED_BYTES] ?? value.length * USUAL_STORED_FACTOR);
}
