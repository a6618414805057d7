/** All roles in one process: opens log and store, starts the roles in the order in which they can work, ends them in reverse. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { EngineReplica } from './engine/core/replica.ts';
import type { EngineWorkerData } from './engine/worker-data.ts';
import { startReceivers } from './ingest/receiver/start-receivers.ts';
import { explainListenError } from './listen-error.ts';
import { openLmdbLog } from './log/lmdb/open-lmdb-log.ts';
import type { DurableLog, TopicOptions } from './log/types.ts';
import { mergedMetrics } from './merged-metrics.ts';
import packageJson from './package.json' with { type: 'json' };
import { followEngine } from './query/api/replica-follower.ts';
import { startQuery } from './query/api/start-query.ts';
import { startSqlEndpoint } from './query/sql/endpoint.ts';
import { RoleWorker } from './role-worker.ts';
import type { Configuration } from './schemas/configuration.ts';
import { SIGNALS, TOPIC_DEFINITIONS, TOPIC_OF_SIGNAL, TOPIC_SLI, TOPIC_STATE } from './schemas/names.ts';
import { createStore } from './store/client/clickhouse-store.ts';
import { type EmbeddedEngine, startEmbedded } from './store/embedded/start-embedded.ts';
import type { StoreEndpoint } from './store/types.ts';
import { WriterRole } from './writer-role.ts';

const MIB = 1024 * 1024;
const DAY_SECONDS = 86_400;

/** Something to end, with its name for the log. */
interface Part {
  readonly name: string;
  close(): Promise<unknown>;
}

/**
 * Runs until SIGINT, SIGTERM, or the end of the channel of the process that started it. Rejects when a part cannot
 * start; those already running are ended first.
 */
export async function serve(configuration: Configuration): Promise<void> {
  const logger = pino({ name: 'valet', level: configuration.logLevel });
  const parts: Part[] = [];
  const stopped = stopRequest();
  try {
    await startAll(configuration, logger, parts);
    await stopped.promise;
    logger.info('stopping');
  } catch (error) {
    throw explainListenError(error, configuration);
  } finally {
    stopped.abort();
    await closeAll(parts, logger);
  }
}

async function startAll(configuration: Configuration, logger: Logger, parts: Part[]): Promise<void> {
  const { host, dataDir } = configuration;
  makeDataDir(dataDir);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const logPath = join(dataDir, 'log');
  const log = await openLmdbLog({ path: logPath, logger, maintain: true });
  parts.push({ name: 'log', close: () => log.close() });
  await ensureTopics(log, configuration);

  const receivers = await startReceivers({
    log,
    host,
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
  parts.push({ name: 'receivers', close: () => receivers.close() });

  const embedded = await startStoreEngine(configuration, logger, parts);
  const endpoint = embedded?.endpoint ?? serverEndpoint(configuration);
  const store = createStore(endpoint);
  parts.push({ name: 'store', close: () => store.close() });

  const engineData: EngineWorkerData = {
    logPath,
    endpoint,
    sloDir: configuration.sloDir,
    latenessSeconds: configuration.latenessSeconds,
    logLevel: configuration.logLevel,
  };
  const engine = new RoleWorker({
    role: 'engine',
    entry: new URL('./engine/main.ts', import.meta.url),
    workerData: engineData,
    logger,
  });
  parts.push({ name: 'engine', close: () => engine.stop() });

  const writer = new WriterRole({
    store,
    settings: { ...configuration, fsync: embedded !== undefined },
    workerData: {
      logPath,
      endpoint,
      policy: {
        retentionSeconds: {
          traces: configuration.retentionTracesDays * DAY_SECONDS,
          metrics: configuration.retentionMetricsDays * DAY_SECONDS,
          logs: configuration.retentionLogsDays * DAY_SECONDS,
        },
      },
      logLevel: configuration.logLevel,
    },
    logger,
  });
  parts.push({ name: 'writer', close: () => writer.stop() });

  const replica = new EngineReplica({ latenessSeconds: configuration.latenessSeconds });
  const follower = followEngine({ log, replica, logger: logger.child({ role: 'query' }) });
  parts.push({ name: 'replica', close: () => follower.close() });

  const allowedHosts = namesOf(configuration.allowedHosts);
  const sql = await startSqlEndpoint({
    endpoint,
    host,
    port: configuration.sqlPort,
    limits: {
      maxSeconds: configuration.sqlMaxSeconds,
      maxMemoryBytes: configuration.sqlMaxMemoryMib * MIB,
      maxResultRows: configuration.sqlMaxResultRows,
    },
    tenant: '',
    allowedHosts,
    registry,
    logger: logger.child({ role: 'sql' }),
  });
  parts.push({ name: 'sql', close: () => sql.close() });

  const query = await startQuery({
    view: replica,
    store,
    host,
    allowedHosts,
    port: configuration.apiPort,
    consoleDir: fileURLToPath(new URL('./query/console/', import.meta.url)),
    demoControlUrl: configuration.demoControlUrl,
    registry,
    metrics: () => mergedMetrics(registry, [engine, ...(writer.worker ? [writer.worker] : [])]),
    logger: logger.child({ role: 'query' }),
    now: Date.now,
    ready: () => {
      const reasons = [engine.problem, writer.problem, follower.problem, storeProblem(embedded)].filter(
        (reason) => reason !== undefined,
      );
      return { ok: reasons.length === 0, reasons };
    },
    onUpdate: (listener) => follower.onUpdate(listener),
    info: {
      version: packageJson.version,
      mode: embedded ? 'embedded' : 'server',
      ports: {
        otlpGrpc: receivers.grpcPort,
        otlpHttp: receivers.httpPort,
        sql: sql.port,
        api: configuration.apiPort,
      },
    },
  });
  parts.push({ name: 'query', close: () => query.close() });
  logger.info(
    { api: query.port, sql: sql.port, otlpGrpc: receivers.grpcPort, otlpHttp: receivers.httpPort, host },
    `listening; console at http://${host}:${query.port}`,
  );
}

function namesOf(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '');
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    const message = `Cannot make the data directory ${dataDir}: ${(cause as Error).message}; set VALET_DATA_DIR`;
    throw Object.assign(new Error(message, { cause }), { code: (cause as NodeJS.ErrnoException).code });
  }
}

async function ensureTopics(log: DurableLog, configuration: Configuration): Promise<void> {
  const retained: TopicOptions = {
    retentionMillis: configuration.logRetentionHours * 3_600_000,
    retentionBytes: configuration.logRetentionMib * MIB,
  };
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal], retained);
  await log.ensureTopic(TOPIC_SLI, retained);
  await log.ensureTopic(TOPIC_STATE, { cleanup: 'compact' });
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
}

async function startStoreEngine(
  { clickhouseUrl, dataDir, clickhouseMemoryMib }: Configuration,
  logger: Logger,
  parts: Part[],
): Promise<EmbeddedEngine | undefined> {
  if (clickhouseUrl !== '') return undefined;
  const embedded = await startEmbedded({
    dataDir,
    memoryMib: clickhouseMemoryMib,
    logger: logger.child({ role: 'store' }),
  });
  parts.push({ name: 'ClickHouse', close: () => embedded.close() });
  return embedded;
}

function serverEndpoint({ clickhouseUrl, clickhouseUser, clickhousePassword }: Configuration): StoreEndpoint {
  return {
    url: clickhouseUrl,
    ...(clickhouseUser === '' ? {} : { username: clickhouseUser }),
    ...(clickhousePassword === '' ? {} : { password: clickhousePassword }),
  };
}

function storeProblem(embedded: EmbeddedEngine | undefined): string | undefined {
  if (!embedded || embedded.state === 'ready') return undefined;
  return `ClickHouse is ${embedded.state}`;
}

function stopRequest() {
  const controller = new AbortController();
  const promise = new Promise<void>((resolve) =>
    controller.signal.addEventListener('abort', () => resolve()),
  );
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  // Started with a channel, it ends when the process at the other end does.
  if (process.connected) process.once('disconnect', abort);
  return { promise, abort, signal: controller.signal };
}

/** In reverse order of their start. */
async function closeAll(parts: readonly Part[], logger: Logger): Promise<void> {
  for (const part of parts.toReversed()) {
    try {
      await part.close();
    } catch (error) {
      logger.error({ err: error, part: part.name }, 'could not end a part in order');
    }
  }
  if (process.connected) process.disconnect();
}
