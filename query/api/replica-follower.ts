/**
 * Keeps a replica of the engine's state up to date from the log: `valet_definitions`, and each partition of `valet_sli`
 * with the same one of `valet_state`. A partition starts from the stored state and not from the beginning of time:
 *
 * 1. `valet_state` from its beginning to its end of the moment;
 * 2. `valet_sli` from the position the state names to its end of the moment;
 * 3. both as they grow. Where the log has dropped counts before they were read, the partition starts again.
 *
 * All partitions are read at the same time, and waited for, not asked again and again. While the log is away the
 * replica stays as it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { keyPartition } from '../../log/partition-choice.ts';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import { RecordsGone, type ReplicaFeed, ReplicaReader } from './replica-reader.ts';

export interface FollowerOptions {
  readonly log: DurableLog;
  readonly replica: ReplicaFeed;
  readonly logger: Logger;
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
const WAIT_MILLIS = 30_000;
/** Raw bytes held at once, all partitions together. */
const READ_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES = 64 * 1024;
/** Changes are told together: a checkpoint touches many partitions. */
const TELL_MILLIS = 100;
const DEFINITIONS: TopicPartition = { topic: TOPIC_DEFINITIONS, partition: 0 };
const PROBLEM = 'the engine state cannot be read from the log';

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
  /** What cannot be read at the moment. */
  readonly #failing = new Set<string>();
  /** What has not been read to its end yet; undefined before it is known what there is. */
  #behind: Set<string> | undefined;
  #telling: NodeJS.Timeout | undefined;
  #done: Promise<unknown> = Promise.resolve();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get caughtUp(): boolean {
    return this.#behind?.size === 0;
  }

  get problem(): string | undefined {
    if (this.#failing.size > 0) return PROBLEM;
    return this.caughtUp ? undefined : 'the engine state is being read';
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
    clearTimeout(this.#telling);
  }

  async #run(): Promise<void> {
    const { log, replica, logger } = this.#options;
    const partitions = await this.#countPartitions();
    replica.placeBy((slo) => keyPartition(slo, partitions));
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    this.#behind = new Set(
      [DEFINITIONS, ...all.map((partition) => ({ topic: TOPIC_SLI, partition }))].map(keyOf),
    );
    const reader = new ReplicaReader({
      log,
      replica,
      maxBytes: Math.max(LEAST_BYTES, Math.floor(READ_BYTES / (partitions + 1))),
      onChange: () => this.#tell(),
      onFailure: (of, error) => this.#failed(of, error),
      onSuccess: (of) => this.#failing.delete(keyOf(of)),
      onUnreadable: (of, error) =>
        logger.error({ err: error, ...of }, 'a record of the engine cannot be used'),
    });
    await Promise.all([
      this.#untilStopped(() => this.#followDefinitions(reader)),
      ...all.map((partition) => this.#untilStopped(() => this.#followPartition(partition, reader))),
    ]);
  }

  async #countPartitions(): Promise<number> {
    const of = { topic: TOPIC_SLI, partition: 0 };
    while (!this.#stop.signal.aborted) {
      try {
        const count = await this.#options.log.partitionCount(TOPIC_SLI);
        this.#failing.delete(keyOf(of));
        return count;
      } catch (error) {
        this.#failed(of, error);
        await this.#pause();
      }
    }
    return 0;
  }

  async #followDefinitions(reader: ReplicaReader): Promise<void> {
    const { signal } = this.#stop;
    let next = await reader.takeAll(DEFINITIONS, 0, signal);
    this.#caughtUpWith(DEFINITIONS);
    const options = { waitMillis: WAIT_MILLIS, signal };
    while (!signal.aborted) ({ next } = await reader.take(DEFINITIONS, next, options));
  }

  async #followPartition(partition: number, reader: ReplicaReader): Promise<void> {
    const { replica } = this.#options;
    const { signal } = this.#stop;
    replica.renew(partition);
    const state = await reader.takeAll({ topic: TOPIC_STATE, partition }, 0, signal);
    const position = replica.position(partition);
    replica.reached(partition, position);
    const counts = await reader.takeAll({ topic: TOPIC_SLI, partition }, position, signal);
    this.#caughtUpWith({ topic: TOPIC_SLI, partition });
    await this.#followBoth(partition, reader, { state, counts });
  }

  /** As long as nothing is missing; then it throws, with neither being read any more. */
  async #followBoth(
    partition: number,
    reader: ReplicaReader,
    from: { readonly state: number; readonly counts: number },
  ): Promise<void> {
    const other = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, other.signal]);
    const follow = async (topic: string, start: number) => {
      try {
        for (let next = start; !signal.aborted; ) {
          const read = await reader.take({ topic, partition }, next, { waitMillis: WAIT_MILLIS, signal });
          if (topic === TOPIC_SLI && read.from > next) throw new RecordsGone('counts are gone');
          next = read.next;
        }
      } finally {
        other.abort();
      }
    };
    const both = [follow(TOPIC_STATE, from.state), follow(TOPIC_SLI, from.counts)];
    await Promise.allSettled(both);
    await Promise.all(both);
  }

  /** Begins again whenever records that should have come next are gone. */
  async #untilStopped(follow: () => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (!(error instanceof RecordsGone)) throw error;
        this.#options.logger.warn({ err: error }, 'the engine state is read again from its beginning');
        await this.#pause();
      }
    }
  }

  #failed(of: TopicPartition, error: unknown): void {
    if (this.#failing.size === 0) this.#options.logger.warn({ err: error, ...of }, PROBLEM);
    this.#failing.add(keyOf(of));
  }

  async #pause(): Promise<void> {
    await sleep(RETRY_MILLIS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #caughtUpWith(of: TopicPartition): void {
    if (this.#behind?.delete(keyOf(of)) && this.caughtUp) this.#tell();
  }

  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      for (const listener of this.#listeners) listener();
    }, TELL_MILLIS);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
