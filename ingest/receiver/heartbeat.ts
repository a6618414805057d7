import type { Logger } from 'pino';
import { sourcePartitions } from '../../log/source-topics.ts';
import type { DurableLog } from '../../log/types.ts';
import { HEADER_HEARTBEAT, SIGNALS, type Signal } from '../../schemas/names.ts';
import type { AppendHealth } from './append-health.ts';
import type { ReceiverMetrics } from './receiver-metrics.ts';

/** Options of {@link startHeartbeats}. */
export interface HeartbeatOptions {
  readonly log: DurableLog;
  /** Told how the log took them. */
  readonly health: AppendHealth;
  readonly metrics: ReceiverMetrics;
  readonly logger: Logger;
  /** @default 10_000 */
  readonly intervalMillis?: number;
}

const HEARTBEAT = { headers: { [HEADER_HEARTBEAT]: '1' }, value: new Uint8Array(0) };

/**
 * Appends an empty, marked record to every partition of every signal's topic at each interval, the first after one
 * interval: readers tell by them that the pipeline is alive though nobody sends. A failure is logged and counted;
 * the next interval tries again. Returns what stops them, resolved when the last one is through.
 */
export function startHeartbeats(options: HeartbeatOptions): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  const timer = setInterval(() => {
    // A log that hangs gets no queue of heartbeats.
    if (isRunning) return;
    isRunning = true;
    running = Promise.all(SIGNALS.map((signal) => beat(signal, options))).finally(() => {
      isRunning = false;
    });
  }, options.intervalMillis ?? 10_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

async function beat(signal: Signal, { log, health, metrics, logger }: HeartbeatOptions): Promise<void> {
  try {
    const partitions = await sourcePartitions(log, signal);
    // All at once: they go to the log together, and readers wake up for them together.
    const beats = partitions.map(({ topic, partition }) => log.append(topic, [HEARTBEAT], partition));
    await Promise.allSettled(beats);
    await Promise.all(beats);
    health.succeeded('heartbeat');
  } catch (error) {
    health.failed('heartbeat', error);
    metrics.heartbeatFailed(signal);
    logger.warn({ err: error, signal }, 'Cannot append a heartbeat to the log');
  }
}
