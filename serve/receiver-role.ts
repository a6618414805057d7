import { type DiskWatermark, watchDisk } from '../ingest/receiver/disk-watermark.ts';
import { type Receivers, startReceivers } from '../ingest/receiver/start-receivers.ts';
import type { DurableLog } from '../log/types.ts';
import { TOPIC_OF_SIGNAL } from '../schemas/names.ts';
import type { ProcessContext } from './process-context.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const DISK_MILLIS = 1000;
/** Every broker is asked. */
const BROKER_DISK_MILLIS = 5000;

/** Opens the OTLP ports. */
export async function startReceiverRole(context: ProcessContext, log: DurableLog): Promise<Receivers> {
  const { configuration, registry, parts, readiness } = context;
  const logger = context.logger.child({ role: 'receiver' });
  const disk = await diskOf(context, log);
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
    excessAttributes: configuration.excessAttributes,
    maxValueBytes: configuration.maxValueKib * KIB,
    overLongValues: configuration.overLongValues,
    outOfRangeTimes: configuration.outOfRangeTimes,
    restoreBodies: configuration.mode === 'embedded',
    retentionDays: {
      traces: configuration.retentionTracesDays,
      metrics: configuration.retentionMetricsDays,
      logs: configuration.retentionLogsDays,
    },
    pressure: () => disk.pressure(),
    registry,
    logger,
    now: Date.now,
  });
  parts.add('receivers', () => receivers.close());
  readiness.set('receivers', () => disk.pressure()?.reason ?? receivers.problem());
  return receivers;
}

/** The log's disk: one that is full would break it. */
async function diskOf(
  { configuration, registry, logger, parts }: ProcessContext,
  log: DurableLog,
): Promise<DiskWatermark> {
  const isEmbedded = configuration.mode === 'embedded';
  const disk = await watchDisk({
    whose: isEmbedded ? 'of the data directory' : 'of a Kafka broker',
    freeBytes: () => log.freeBytes(Object.values(TOPIC_OF_SIGNAL)),
    intervalMillis: isEmbedded ? DISK_MILLIS : BROKER_DISK_MILLIS,
    minFreeBytes: configuration.diskMinFreeMib * MIB,
    registry,
    logger,
  });
  parts.add('disk', async () => disk.close());
  return disk;
}
