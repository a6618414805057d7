import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { GROUP_WRITER, SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';
import type { BackoffOptions } from './backoff.ts';
import { StoreLedger } from './ledger.ts';
import { PartitionWriter } from './partition-writer.ts';
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
  readonly logger: Logger;
  /** Ends the writer, see {@link PartitionWriter.run}. */
  readonly signal: AbortSignal;
  /** @default all */
  readonly signals?: readonly Signal[];
  /** @default GROUP_WRITER */
  readonly group?: string;
  readonly limits?: Partial<BatchLimits>;
  readonly backoff?: BackoffOptions;
  /** @default StoreLedger over `store` */
  readonly ledger?: BatchLedger;
}

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/**
 * Carries the log into the store until the signal aborts: a {@link PartitionWriter} for each partition the group
 * gives, begun and ended as partitions come and go. Resolves when all have ended. The topics must exist.
 */
export async function runWriter<Policy>(options: WriterOptions<Policy>): Promise<void> {
  const { log, store, signal, group = GROUP_WRITER, signals = SIGNALS } = options;
  const metrics = new WriterMetrics(options.registry);
  const ledger = options.ledger ?? new StoreLedger(store);
  const signalOfTopic = new Map<string, Signal>(signals.map((each) => [TOPIC_OF_SIGNAL[each], each]));
  const running = new Map<string, Running>();

  const start = (of: TopicPartition) => {
    const writer = new PartitionWriter({
      ...options,
      group,
      metrics,
      ledger,
      of,
      signalType: signalOfTopic.get(of.topic) as Signal,
      limits: { ...DEFAULT_BATCH_LIMITS, ...options.limits },
      backoff: options.backoff ?? {},
    });
    const stop = new AbortController();
    running.set(nameOf(of), { stop, done: writer.run(AbortSignal.any([signal, stop.signal])) });
  };

  const membership = await log.join(group, [...signalOfTopic.keys()], {
    assigned: (partitions) => partitions.forEach(start),
    revoked: async (partitions) => {
      await Promise.all(
        partitions.map(async (of) => {
          const found = running.get(nameOf(of));
          found?.stop.abort();
          await found?.done;
          running.delete(nameOf(of));
        }),
      );
    },
  });
  await aborted(signal);
  await membership.close();
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
