/** Reads the engine's topics into a replica, however often the log fails. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../../log/errors.ts';
import type { DurableLog, LogRead, StoredRecord, TopicPartition } from '../../log/types.ts';

/** What is fed; the engine's `EngineReplica` fits. */
export interface ReplicaFeed {
  /** Tells which partition an SLO belongs to. */
  placeBy(partitionOf: (slo: string) => number): void;
  /** Forgets what is known of a partition. */
  renew(partition: number): void;
  /** True when the record changed the state. */
  apply(topic: string, record: StoredRecord, partition: number): boolean;
  /** The next offset of a partition of `valet_sli` to feed. */
  position(partition: number): number;
  /** There is nothing to feed before the offset, and the stored state was read to its end. */
  reached(partition: number, offset: number): void;
}

export interface ReplicaReaderOptions {
  readonly log: DurableLog;
  readonly replica: ReplicaFeed;
  /** Most raw bytes of one read. */
  readonly maxBytes: number;
  /** Told after records changed the replica. */
  readonly onChange: () => void;
  /** Told that a partition cannot be read. */
  readonly onFailure: (of: TopicPartition, error: unknown) => void;
  /** Told that a partition was read. */
  readonly onSuccess: (of: TopicPartition) => void;
  /** Told of a record that does not fit; it is left out. */
  readonly onUnreadable: (of: TopicPartition, error: unknown) => void;
}

export interface TakeOptions {
  /** With nothing to read, wait so long for a record. @default 0 */
  readonly waitMillis?: number;
  /** Ends everything: what was asked for then resolves with nothing more read. */
  readonly signal: AbortSignal;
}

/** The log does not have what should come next. */
export class RecordsGone extends Error {}

const RETRY_MILLIS = 1_000;
/** Of one read: the time it takes to apply them is time without answers. */
const MAX_RECORDS = 1_000;

/** See above. */
export class ReplicaReader {
  readonly #options: ReplicaReaderOptions;

  constructor(options: ReplicaReaderOptions) {
    this.#options = options;
  }

  /** One read, applied; resolves with where to go on. Throws {@link RecordsGone} when the log ends before `from`. */
  async take(of: TopicPartition, from: number, { waitMillis = 0, signal }: TakeOptions): Promise<LogRead> {
    const { log, maxBytes, onChange } = this.#options;
    const options = { maxRecords: MAX_RECORDS, maxBytes, waitMillis, signal };
    // After a failure a read without waiting tells soonest that it is over.
    const read = await this.#persist(of, signal, (isRepeated) =>
      log.read(of, from, isRepeated ? { ...options, waitMillis: 0 } : options),
    );
    if (read === undefined) return { from, records: [], next: from };
    let hasChanged = false;
    for (const record of read.records) {
      if (this.#apply(of, record)) hasChanged = true;
    }
    if (hasChanged) onChange();
    // Catching up may take many reads; requests are answered in between.
    if (read.records.length > 0) await setImmediate();
    return read;
  }

  /**
   * Reads until nothing is left; resolves with where to go on. Of a compacted topic the latest record of each key has
   * been read then: one gone by compaction was replaced before the end was looked up last.
   */
  async takeAll(of: TopicPartition, from: number, signal: AbortSignal): Promise<number> {
    let next = from;
    for (;;) {
      const bounds = await this.#persist(of, signal, () => this.#options.log.bounds(of));
      if (bounds === undefined || next >= bounds.next) return next;
      while (next < bounds.next && !signal.aborted) next = (await this.take(of, next, { signal })).next;
    }
  }

  #apply(of: TopicPartition, record: StoredRecord): boolean {
    const { replica, onUnreadable } = this.#options;
    try {
      return replica.apply(of.topic, record, of.partition);
    } catch (error) {
      onUnreadable(of, error);
      return false;
    }
  }

  /** Repeats the act while the log fails; undefined when the signal ends that. */
  async #persist<T>(
    of: TopicPartition,
    signal: AbortSignal,
    act: (isRepeated: boolean) => Promise<T>,
  ): Promise<T | undefined> {
    for (let isRepeated = false; !signal.aborted; isRepeated = true) {
      try {
        const result = await act(isRepeated);
        this.#options.onSuccess(of);
        return result;
      } catch (error) {
        if (error instanceof LogError && error.code === 'offset-out-of-range') {
          throw new RecordsGone(error.message, { cause: error });
        }
        if (signal.aborted) return undefined;
        this.#options.onFailure(of, error);
        await sleep(RETRY_MILLIS, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }
}
