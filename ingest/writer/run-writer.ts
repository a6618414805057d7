import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { sourceTopics } from '../../log/source-topics.ts';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { GROUP_WRITER, SIGNALS, type Signal, signalOfTopic } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';
import type { BackoffOptions } from './backoff.ts';
import { StoreLedger } from './ledger.ts';
import { MemoryBudget } from './memory-budget.ts';
import { PartitionWriter } from './partition-writer.ts';
import { Stalls } from './stalls.ts';
import { type BatchLedger, type BatchLimits, type BatchMapping, DEFAULT_BATCH_LIMITS } from './types.ts';
import { WriterMetrics } from './writer-metrics.ts';

/** Options of {@link runWriter}. */
export interface WriterOptions<Policy> {
  readonly log: DurableLog;
  readonly store: Store;
  readonly mapping: BatchMapping<Policy>;
  /** Journaled with every plan: small, and made of JSON values. */
  readonly policy: Policy;
  /** Takes the writer's metrics, named `valet_writer_…`. */
  readonly registry: Registry;
  /** Told of partitions that fail, and of their end. @default nobody asks */
  readonly stalls?: Stalls;
  readonly logger: Logger;
  /** Ends the writer, see {@link PartitionWriter.run}. */
  readonly signal: AbortSignal;
  /** @default all */
  readonly signals?: readonly Signal[];
  /** @default GROUP_WRITER */
  readonly group?: string;
  readonly limits?: Partial<BatchLimits>;
  /** Bytes of requests not mapped yet, all partitions together, small batches aside. @default 32 MiB */
  readonly collectedBytes?: number;
  /** Bytes of rows waiting for the store or on their way, all partitions together. @default 72 MiB */
  readonly mappedBytes?: number;
  /** Shards of the store's cluster. @default 1 */
  readonly shards?: number;
  readonly backoff?: BackoffOptions;
  /** @default StoreLedger over `store` */
  readonly ledger?: BatchLedger;
  /** A partition that is revoked waits so long for its attempt under way. @default 5000 */
  readonly leaveMillis?: number;
}

interface Running<Policy> {
  readonly writer: PartitionWriter<Policy>;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

const MIB = 2 ** 20;
/** The lag grows also while nothing is stored. */
const MEASURE_MILLIS = 5_000;

/**
 * Carries the log into the store until the signal aborts: a {@link PartitionWriter} for each partition the group
 * gives, begun and ended as partitions come and go. Resolves when all have ended. The topics must exist.
 */
export async function runWriter<Policy>(options: WriterOptions<Policy>): Promise<void> {
  const { log, signal, group = GROUP_WRITER, signals = SIGNALS } = options;
  const partitions = new Partitions({ ...options, group, signals });
  const topics = await Promise.all(signals.map((each) => sourceTopics(log, each)));
  const membership = await log.join(group, topics.flat(), partitions);
  const measuring = setInterval(() => void partitions.measure(), MEASURE_MILLIS);
  await aborted(signal);
  clearInterval(measuring);
  await partitions.end();
  await membership.close();
}

/** The partitions of this member, each with its writer. */
class Partitions<Policy> {
  readonly #options: WriterOptions<Policy> & { readonly group: string; readonly signals: readonly Signal[] };
  readonly #metrics: WriterMetrics;
  readonly #ledger: BatchLedger;
  readonly #collecting: MemoryBudget;
  readonly #budget: MemoryBudget;
  readonly #running = new Map<string, Running<Policy>>();

  constructor(
    options: WriterOptions<Policy> & { readonly group: string; readonly signals: readonly Signal[] },
  ) {
    this.#options = options;
    this.#collecting = new MemoryBudget(options.collectedBytes ?? 32 * MIB);
    this.#budget = new MemoryBudget(options.mappedBytes ?? 72 * MIB);
    this.#metrics = new WriterMetrics(options.registry, {
      heldBytes: () => this.#collecting.held + this.#budget.held,
      partitions: () => this.#running.size,
      stalls: options.stalls ?? new Stalls(),
    });
    this.#ledger = options.ledger ?? new StoreLedger(options.store);
  }

  /** A partition given once more may have been another's meanwhile: its writer starts again from what is durable. */
  async assigned(partitions: readonly TopicPartition[]): Promise<void> {
    await this.revoked(partitions);
    for (const of of partitions) this.#start(of);
  }

  /** The batch under way stays planned; whoever has the partition next stores it. */
  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await Promise.all(partitions.map((of) => this.#leave(nameOf(of))));
  }

  /** All at once, so that the log is asked once for all. A log that fails is told of by the writers' loops. */
  async measure(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ writer }) => writer.measure()));
  }

  /** Waits for the attempts under way, however long they take. */
  async end(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #start(of: TopicPartition): void {
    const { log, store, mapping, policy, group, signals, logger, signal } = this.#options;
    const signalType = signalOfTopic(of.topic);
    if (signalType === undefined || !signals.includes(signalType))
      throw new TypeError(`Cannot write a topic as it is not ours: ${of.topic}`);
    const writer = new PartitionWriter({
      log,
      store,
      ledger: this.#ledger,
      mapping,
      policy,
      group,
      signalType,
      of: { topic: of.topic, partition: of.partition },
      limits: { ...DEFAULT_BATCH_LIMITS, ...this.#options.limits },
      collecting: this.#collecting,
      budget: this.#budget,
      shards: this.#options.shards ?? 1,
      backoff: this.#options.backoff ?? {},
      metrics: this.#metrics,
      logger,
    });
    const stop = new AbortController();
    const done = writer.run(AbortSignal.any([signal, stop.signal]));
    this.#running.set(nameOf(of), { writer, stop, done });
  }

  async #leave(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (!running) return;
    this.#running.delete(name);
    running.stop.abort();
    const timer = new AbortController();
    const limit = sleep(this.#options.leaveMillis ?? 5_000, undefined, { signal: timer.signal });
    await Promise.race([running.done, limit.catch(() => {})]);
    timer.abort();
    // An attempt that hangs may end long after the partition is another's, or ours again.
    running.writer.abandon();
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
