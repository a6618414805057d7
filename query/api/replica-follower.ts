/**
 * Keeps a replica of the engine's state up to date from the log. Order, so that the replica starts from the stored
 * state and not from the beginning of time:
 * 1. `valet_definitions` and `valet_state` from their beginnings to their ends of the moment;
 * 2. `valet_sli` from the positions the state names;
 * 3. all three as they grow.
 */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DurableLog, StoredRecord, TopicPartition } from '../../log/types.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';

/** What is fed; the engine's `EngineReplica` fits. */
export interface ReplicaFeed {
  /** True when the record changed the state. */
  apply(topic: string, record: StoredRecord, partition: number): boolean;
  /** The next offset of a partition of `valet_sli` to feed. */
  position(partition: number): number;
}

export interface FollowerOptions {
  readonly log: DurableLog;
  readonly replica: ReplicaFeed;
  readonly logger: Logger;
  /** Between two looks at partitions without news, milliseconds. @default 200 */
  readonly pollMillis?: number;
}

export interface ReplicaFollower {
  /** True once the replica has caught up with the log. */
  readonly caughtUp: boolean;
  /** Why it does not follow at the moment; undefined when it does. */
  readonly problem: string | undefined;
  /** Calls the listener after records changed the state; returns the function that ends that. */
  onUpdate(listener: () => void): () => void;
  /** Stops reading; resolves when no read is under way. */
  close(): Promise<void>;
}

const RETRY_MILLIS = 1_000;
/** Of one read: the time it takes to apply them is time without answers. */
const MAX_RECORDS = 1_000;

/** Starts following. Failures of the log are retried and told in `problem`. */
export function followEngine(options: FollowerOptions): ReplicaFollower {
  const follower = new Follower(options);
  follower.start();
  return follower;
}

class Follower implements ReplicaFollower {
  readonly #options: FollowerOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  /** Next offset by `topic/partition`. */
  readonly #next = new Map<string, number>();
  #done: Promise<void> = Promise.resolve();
  caughtUp = false;
  problem: string | undefined = 'the engine state is being read';

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#done = this.#run();
  }

  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.problem = 'the engine state cannot be read from the log';
        this.#options.logger.warn({ err: error }, this.problem);
        await pause(RETRY_MILLIS, this.#stop.signal);
      }
    }
  }

  async #follow(): Promise<void> {
    const [definitions, state, counts] = await Promise.all(
      [TOPIC_DEFINITIONS, TOPIC_STATE, TOPIC_SLI].map((topic) => this.#partitions(topic)),
    );
    const stored = [...(definitions ?? []), ...(state ?? [])];
    if (!this.caughtUp) await this.#drain(stored);
    const all = [...stored, ...(counts ?? [])];
    await this.#drain(all);
    this.caughtUp = true;
    this.problem = undefined;
    this.#tell();
    while (!this.#stop.signal.aborted) {
      if (await this.#drain(all)) this.#tell();
      else await pause(this.#options.pollMillis ?? 200, this.#stop.signal);
    }
  }

  async #partitions(topic: string): Promise<TopicPartition[]> {
    const count = await this.#options.log.partitionCount(topic);
    return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
  }

  /** Reads the partitions to their ends; true when something changed the state. */
  async #drain(partitions: readonly TopicPartition[]): Promise<boolean> {
    let changed = false;
    for (const partition of partitions) {
      while (!this.#stop.signal.aborted) {
        const records = await this.#read(partition);
        if (records === undefined) break;
        for (const record of records) {
          if (this.#options.replica.apply(partition.topic, record, partition.partition)) changed = true;
        }
        // Catching up may take many reads; requests are answered in between.
        await setImmediate();
      }
    }
    return changed;
  }

  /** The next records; undefined at the end. */
  async #read(from: TopicPartition): Promise<readonly StoredRecord[] | undefined> {
    const { log, replica } = this.#options;
    const key = `${from.topic}/${from.partition}`;
    const { first, next } = await log.bounds(from);
    const start =
      this.#next.get(key) ?? (from.topic === TOPIC_SLI ? replica.position(from.partition) : first);
    const offset = Math.max(first, start);
    if (offset >= next) return undefined;
    const read = await log.read(from, offset, { maxRecords: MAX_RECORDS });
    this.#next.set(key, read.next);
    return read.records;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, millis);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
}
