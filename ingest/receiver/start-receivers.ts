import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DurableLog } from '../../log/types.ts';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { Admission } from './admission.ts';
import { AppendHealth } from './append-health.ts';
import { Door } from './door.ts';
import { startGrpc } from './grpc/start-grpc.ts';
import { startHeartbeats } from './heartbeat.ts';
import { startHttp } from './http/start-http.ts';
import { Intake } from './intake.ts';
import type { Pressure } from './pressure.ts';
import { ReceiverMetrics } from './receiver-metrics.ts';
import { RecentBodies } from './recent-bodies.ts';
import type { RecordRules } from './record-policy.ts';
import { RequestLog } from './request-log.ts';
import { restoreRecentBodies } from './restore-recent-bodies.ts';
import { TenantLimits } from './tenant-limits.ts';
import { tenantHeaderName } from './tenant-name.ts';

/** How often requests are looked for whose time to arrive is over, at most. */
const SWEEP_MILLIS = 1000;

/** Options of {@link startReceivers}. */
export interface ReceiverOptions extends RecordRules {
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
  /** HTTP header and gRPC metadata that names the tenant, such as `x-scope-orgid`; '' for one tenant. @default '' */
  readonly tenantHeader?: string;
  /** Most bytes of OTLP as protobuf a tenant may send a second, averaged; 0 for no limit. @default 0 */
  readonly tenantMaxBytesPerSecond?: number;
  /** Most records a tenant may send a second, averaged; 0 for no limit. @default 0 */
  readonly tenantMaxRecordsPerSecond?: number;
  /**
   * Read the bodies of the last five minutes back from the log at the start: for a log that one receiver alone writes.
   * @default true
   */
  readonly restoreBodies?: boolean;
  /** Asked for every request: while it tells of a pressure, nothing is taken. @default never */
  readonly pressure?: () => Pressure | undefined;
  /** Where the receiver's metrics are registered. */
  readonly registry: Registry;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A request must have arrived after this time. @default 30_000 */
  readonly readTimeoutMillis?: number;
  /** A sender that does not read its answer for so long loses its connection. @default 30_000 */
  readonly unreadTimeoutMillis?: number;
  /** A sender slower than 64 KiB/s for this long loses its place when others need the memory. @default 1000 */
  readonly slowMillis?: number;
  /** @default 10_000 */
  readonly heartbeatMillis?: number;
}

/** Running receivers. */
export interface Receivers {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Request bytes held now. */
  inFlightBytes(): number;
  /** Why the log takes nothing; undefined when it does. */
  problem(): string | undefined;
  /** Takes no more requests, lets those under way finish for a few seconds, stops the heartbeats. */
  close(): Promise<void>;
}

/**
 * Opens OTLP/gRPC and OTLP/HTTP for all three signals. A body repeated within five minutes is known, with
 * `restoreBodies` also across a restart.
 *
 * @throws {RangeError} when a request could be larger than what may be in flight, or no header has the tenant's name
 * @throws {LogError} when the log cannot be read
 */
export async function startReceivers(options: ReceiverOptions): Promise<Receivers> {
  const { log, registry, logger, host, maxRequestBytes, maxInFlightBytes } = options;
  if (maxRequestBytes > maxInFlightBytes) {
    throw new RangeError(
      `Cannot start receivers as a request may not exceed the ${maxInFlightBytes} bytes in flight: current value is ${maxRequestBytes}`,
    );
  }
  const { readTimeoutMillis = 30_000, slowMillis = 1000, now } = options;
  const admission = new Admission({ maxBytes: maxInFlightBytes, readTimeoutMillis, slowMillis });
  const limits = new TenantLimits({
    rates: {
      bytes: options.tenantMaxBytesPerSecond ?? 0,
      records: options.tenantMaxRecordsPerSecond ?? 0,
    },
    now,
  });
  const metrics = new ReceiverMetrics(registry, {
    inFlightBytes: () => admission.bytes,
    tenants: () => limits.size,
  });
  const door = new Door({
    admission,
    limits,
    metrics,
    maxRequestBytes,
    tenantHeader: tenantHeaderName(options.tenantHeader ?? ''),
    pressure: options.pressure ?? (() => undefined),
  });
  const recentBodies = recentBodiesOf(now);
  if (options.restoreBodies ?? true) {
    for (const signal of SIGNALS)
      await restoreRecentBodies(log, TOPIC_OF_SIGNAL[signal], { bodies: recentBodies[signal], now: now() });
  }
  const health = new AppendHealth(now);
  const requestLog = await RequestLog.open(log, health);
  const intake = new Intake({ ...options, requestLog, admission, metrics, recentBodies });
  const { unreadTimeoutMillis = 30_000 } = options;
  const shared = { door, intake, metrics, logger, host, unreadTimeoutMillis };
  const http = await startHttp({ ...shared, port: options.httpPort, readTimeoutMillis });
  const grpc = await startGrpc({ ...shared, port: options.grpcPort }).catch(async (error: unknown) => {
    await http.close();
    throw error;
  });
  const sweep = setInterval(() => admission.sweep(), Math.min(SWEEP_MILLIS, readTimeoutMillis));
  sweep.unref();
  const stopHeartbeats = startHeartbeats({
    log,
    health,
    metrics,
    logger,
    intervalMillis: options.heartbeatMillis ?? 10_000,
  });
  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    inFlightBytes: () => admission.bytes,
    problem: () => health.problem,
    close: async () => {
      clearInterval(sweep);
      await Promise.all([http.close(), grpc.close(), stopHeartbeats()]);
    },
  };
}

function recentBodiesOf(now: () => number): Record<Signal, RecentBodies> {
  return {
    traces: new RecentBodies({ now }),
    metrics: new RecentBodies({ now }),
    logs: new RecentBodies({ now }),
  };
}
