import type { DurableLog, LogRead, StoredRecord, TopicPartition } from '../../log/types.ts';
import { HEADER_HEARTBEAT } from '../../schemas/names.ts';
import type { BatchLimits } from './types.ts';

/** Offsets, both included. */
export interface OffsetRange {
  readonly first: number;
  readonly last: number;
}

/** A range of offsets read from the log. */
export interface CollectedBatch extends OffsetRange {
  /** What carries rows, in order; heartbeats are in the range but not here. */
  readonly records: readonly StoredRecord[];
  /** Parts of the range the log no longer has. */
  readonly lost: readonly OffsetRange[];
  /** Gives the memory of the records' values back; nobody may look at them afterwards. */
  free(): void;
}

/** What to read. */
export interface Collection {
  readonly log: DurableLog;
  readonly from: TopicPartition;
  readonly position: number;
  readonly signal: AbortSignal;
}

/** When to stop: at whichever comes first. */
export interface CollectLimits extends Pick<BatchLimits, 'maxBytes' | 'maxRecords' | 'maxWaitMillis'> {
  /** Asked for room for the rest of a batch that outgrows {@link SMALL_BATCH_BYTES}; false when the signal aborts. */
  readonly makeRoom: (bytes: number) => Promise<boolean>;
}

/** Batches up to here need not wait for room, so a partition with little to store is never held up by others. */
export const SMALL_BATCH_BYTES = 2 * 2 ** 20;
/** How long one look at an idle log takes. */
const IDLE_MILLIS = 60_000;
/** How long one look for the records of a plan takes. */
const RANGE_MILLIS = 1_000;

/** Waits for records and gathers them until a limit is reached; undefined when the signal aborts first. */
export async function collectBatch(
  { log, from, position, signal }: Collection,
  limits: CollectLimits,
): Promise<CollectedBatch | undefined> {
  const range = new Range(position);
  let maxBytes = Math.min(limits.maxBytes, SMALL_BATCH_BYTES);
  let deadline: number | undefined;
  while (!signal.aborted) {
    const left = deadline === undefined ? IDLE_MILLIS : Math.max(0, deadline - performance.now());
    const read = await log.read(from, range.next, {
      maxBytes: maxBytes - range.bytes,
      maxRecords: limits.maxRecords - range.count,
      waitMillis: left,
      giveDamaged: true,
      signal,
    });
    // A hole ends the batch; the next one begins with it and says so.
    if (!range.isEmpty && read.from > range.next) return range.toBatch();
    range.add(read);
    if (range.isEmpty) continue;
    deadline ??= performance.now() + limits.maxWaitMillis;
    if (range.bytes >= maxBytes && maxBytes < limits.maxBytes) {
      if (!(await limits.makeRoom(limits.maxBytes - maxBytes))) return undefined;
      maxBytes = limits.maxBytes;
      // The turn may have come late; what is there by now belongs to this batch.
      deadline = Math.max(deadline, performance.now());
      if (range.bytes < maxBytes && range.count < limits.maxRecords) continue;
    }
    const overdue = performance.now() - deadline;
    // What is there already fills the batch up, as long as that does not take another wait.
    const isOver = overdue >= 0 && (read.records.length === 0 || overdue >= limits.maxWaitMillis);
    if (isOver || range.bytes >= maxBytes || range.count >= limits.maxRecords) return range.toBatch();
  }
  return undefined;
}

/** Reads exactly the range of a plan; what the log no longer has of it is lost. Undefined when the signal aborts. */
export async function collectRange(
  { log, from, position, signal }: Collection,
  last: number,
): Promise<CollectedBatch | undefined> {
  const range = new Range(position);
  while (range.next <= last && !signal.aborted) {
    const { next } = await log.bounds(from);
    if (next <= range.next) break;
    const maxRecords = last - range.next + 1;
    const read = await log.read(from, range.next, {
      maxRecords,
      waitMillis: RANGE_MILLIS,
      giveDamaged: true,
      signal,
    });
    range.add({
      from: Math.min(read.from, last + 1),
      records: read.records.filter(({ offset }) => offset <= last),
      next: Math.min(read.next, last + 1),
      ...(read.free && { free: read.free }),
    });
  }
  return signal.aborted ? undefined : range.toBatch(last);
}

class Range {
  readonly #first: number;
  readonly #records: StoredRecord[] = [];
  readonly #lost: OffsetRange[] = [];
  readonly #frees: (() => void)[] = [];
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

  add({ from, records, next, free }: LogRead): void {
    if (free) this.#frees.push(free);
    if (from > this.next) this.#lost.push({ first: this.next, last: from - 1 });
    for (const record of records) {
      this.bytes += record.value.length;
      this.count++;
      if (record.headers[HEADER_HEARTBEAT] === undefined) this.#records.push(record);
    }
    this.next = next;
  }

  /** Up to `last`; offsets that were not found are lost. */
  toBatch(last = this.next - 1): CollectedBatch {
    const lost = last >= this.next ? [...this.#lost, { first: this.next, last }] : this.#lost;
    const free = () => {
      for (const ofRead of this.#frees) ofRead();
    };
    return { first: this.#first, last, records: this.#records, lost, free };
  }
}
