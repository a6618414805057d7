import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DurableLog } from '../../log/types.ts';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { Admission } from './admission.ts';
import { startGrpc } from './grpc/start-grpc.ts';
import { startHeartbeats } from './heartbeat.ts';
import { startHttp } from './http/start-http.ts';
import { Intake } from './intake.ts';
import { ReceiverMetrics } from './receiver-metrics.ts';
import { RecentBodies } from './recent-bodies.ts';
import { restoreRecentBodies } from './restore-recent-bodies.ts';

/** Options of {@link startReceivers}. */
export interface ReceiverOptions {
  /** Its topics must exist. */
  readonly log: DurableLog;
  /** Address both ports bind to. */
  readonly host: string;
  /** 0 for any free one. */
  readonly grpcPort: number;
  /** 0 for any free one. */
  readonly httpPort: number;
  /** Largest request, as sent, decompressed and as protobuf; not more than `maxInFlightBytes`. */
  readonly maxRequestBytes: number;
  /** Most request bytes held at a time; beyond it senders are told to come back. */
  readonly maxInFlightBytes: number;
  /** Records older than this are rejected, one by one. */
  readonly retentionDays: Readonly<Record<Signal, number>>;
  /** Where the receiver's metrics are registered. */
  readonly registry: Registry;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A request must have arrived after this time. @default 30_000 */
  readonly readTimeoutMillis?: number;
  /** @default 10_000 */
  readonly heartbeatMillis?: number;
}

/** Running receivers. */
export interface Receivers {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Request bytes held now. */
  inFlightBytes(): number;
  /** Takes no more requests, lets those under way finish for a few seconds, stops the heartbeats. */
  close(): Promise<void>;
}

/**
 * Opens OTLP/gRPC and OTLP/HTTP for all three signals. Bodies of the last five minutes are read back from the log
 * first, so a repeated one is known across a restart.
 *
 * @throws {RangeError} when a request could be larger than what may be in flight
 * @throws {LogError} when the log cannot be read
 */
export async function startReceivers(options: ReceiverOptions): Promise<Receivers> {
  const { log, registry, logger, host, maxRequestBytes, maxInFlightBytes } = options;
  if (maxRequestBytes > maxInFlightBytes) {
    throw new RangeError(
      `Cannot start receivers as a request may not exceed the ${maxInFlightBytes} bytes in flight: current value is ${maxRequestBytes}`,
    );
  }
  const admission = new Admission(maxInFlightBytes);
  const metrics = new ReceiverMetrics(registry, () => admission.bytes);
  const recentBodies = await rememberedBodies(log, options.now);
  const intake = new Intake({ ...options, admission, metrics, recentBodies });
  const readTimeoutMillis = options.readTimeoutMillis ?? 30_000;
  const shared = { intake, admission, metrics, logger, host, readTimeoutMillis };
  const http = await startHttp({ ...shared, port: options.httpPort });
  const grpc = await startGrpc({ ...shared, port: options.grpcPort }).catch(async (error: unknown) => {
    await http.close();
    throw error;
  });
  const stopHeartbeats = startHeartbeats({
    log,
    metrics,
    logger,
    intervalMillis: options.heartbeatMillis ?? 10_000,
  });
  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    inFlightBytes: () => admission.bytes,
    close: async () => {
      await Promise.all([http.close(), grpc.close(), stopHeartbeats()]);
    },
  };
}

async function rememberedBodies(log: DurableLog, now: () => number): Promise<Record<Signal, RecentBodies>> {
  const tables = {
    traces: new RecentBodies({ now }),
    metrics: new RecentBodies({ now }),
    logs: new RecentBodies({ now }),
  };
  for (const signal of SIGNALS) {
    await restoreRecentBodies(log, TOPIC_OF_SIGNAL[signal], { bodies: tables[signal], now: now() });
  }
  return tables;
}
