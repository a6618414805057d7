/**
 * The receivers as a process that keeps nothing: what receiving, validating and answering alone cost. Ports come from
 * VALET_OTLP_GRPC_PORT and VALET_OTLP_HTTP_PORT.
 */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { loadConfiguration } from '../../configuration.ts';
import { startReceivers } from '../../ingest/receiver/start-receivers.ts';
import { MemoryLog } from '../../log/memory/memory-log.ts';
import type { Appended } from '../../log/types.ts';
import { SIGNALS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';

const MIB = 1024 * 1024;

class DiscardingLog extends MemoryLog {
  override append(): Promise<Appended> {
    return Promise.resolve({ partition: 0, firstOffset: 0, lastOffset: 0 });
  }
}

const { values } = loadConfiguration(process.env);
const log = new DiscardingLog();
for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal]);
const receivers = await startReceivers({
  log,
  host: values.host,
  grpcPort: values.otlpGrpcPort,
  httpPort: values.otlpHttpPort,
  maxRequestBytes: values.maxRequestMib * MIB,
  maxInFlightBytes: values.maxInFlightMib * MIB,
  retentionDays: {
    traces: values.retentionTracesDays,
    metrics: values.retentionMetricsDays,
    logs: values.retentionLogsDays,
  },
  registry: new Registry(),
  logger: pino({ level: 'warn' }),
  now: Date.now,
});
process.once('SIGTERM', () => void receivers.close().then(() => process.exit(0)));
