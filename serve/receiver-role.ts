import { type DiskWatermark, watchDisk } from '../ingest/receiver/disk-watermark.ts';
import { type Receivers, startReceivers } from '../ingest/receiver/start-receivers.ts';
import type { DurableLog } from '../log/types.ts';
import type { ProcessContext } from './process-context.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Opens the OTLP ports. */
export async function startReceiverRole(context: ProcessContext, log: DurableLog): Promise<Receivers> {
  const { configuration, registry, parts, readiness } = context;
  const logger = context.logger.child({ role: 'receiver' });
  const disk = await diskOf(context);
  const receivers = await startReceivers({
    log,
    host: configuration.host,
    grpcPort: configuration.otlpGrpcPort,
    httpPort: configuration.otlpHttpPort,
    maxRequestBytes: configuration.maxRequestMib * MIB,
    maxInFlightBytes: configuration.maxInFlightMib * MIB,
    tenantHeader: configuration.tenantHeader,
    tenantMaxBytesPerSecond: configuration.tenantMaxMibPerSecond * MIB,
    tenantMaxRecordsPerSecond: configuration.tenantMaxRecordsPerSecond,
    maxAttributes: configuration.maxAttributes,
    maxValueBytes: configuration.maxValueKib * KIB,
    overLongValues: configuration.overLongValues,
    outOfRangeTimes: configuration.outOfRangeTimes,
    restoreBodies: configuration.mode === 'embedded',
    retentionDays: {
      traces: configuration.retentionTracesDays,
      metrics: configuration.retentionMetricsDays,
      logs: configuration.retentionLogsDays,
    },
    ...(disk && { pressure: () => disk.pressure() }),
    registry,
    logger,
    now: Date.now,
  });
  parts.add('receivers', () => receivers.close());
  readiness.set('receivers', () => disk?.pressure()?.reason ?? receivers.problem());
  return receivers;
}

/** The embedded log's disk; brokers watch over theirs. */
async function diskOf({
  configuration,
  registry,
  logger,
  parts,
}: ProcessContext): Promise<DiskWatermark | undefined> {
  if (configuration.mode === 'server') return undefined;
  const disk = await watchDisk({
    directory: configuration.dataDir,
    minFreeBytes: configuration.diskMinFreeMib * MIB,
    registry,
    logger,
  });
  parts.add('disk', async () => disk.close());
  return disk;
}
