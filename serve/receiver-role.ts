import { type Receivers, startReceivers } from '../ingest/receiver/start-receivers.ts';
import type { DurableLog } from '../log/types.ts';
import type { ProcessContext } from './process-context.ts';

const MIB = 1024 * 1024;

/** Opens the OTLP ports. */
export async function startReceiverRole(context: ProcessContext, log: DurableLog): Promise<Receivers> {
  const { configuration, registry, logger, parts } = context;
  const receivers = await startReceivers({
    log,
    host: configuration.host,
    grpcPort: configuration.otlpGrpcPort,
    httpPort: configuration.otlpHttpPort,
    maxRequestBytes: configuration.maxRequestMib * MIB,
    maxInFlightBytes: configuration.maxInFlightMib * MIB,
    retentionDays: {
      traces: configuration.retentionTracesDays,
      metrics: configuration.retentionMetricsDays,
      logs: configuration.retentionLogsDays,
    },
    registry,
    logger: logger.child({ role: 'receiver' }),
    now: Date.now,
  });
  parts.add('receivers', () => receivers.close());
  return receivers;
}
