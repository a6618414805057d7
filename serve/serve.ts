/** One process: starts its roles in the order in which they can work, ends them in reverse. */
import { pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { DurableLog } from '../log/types.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { logAddress, serverEndpoint } from './addresses.ts';
import { startEngineRole } from './engine-role.ts';
import { explainListenError } from './listen-error.ts';
import { startOperationsPort } from './operations-port.ts';
import { Parts } from './parts.ts';
import type { ProcessContext } from './process-context.ts';
import { startQueryRole } from './query-role.ts';
import { ReadinessChecks } from './readiness.ts';
import { startReceiverRole } from './receiver-role.ts';
import { ROLES, type Role } from './role.ts';
import { startSelfTelemetry } from './self-telemetry/start-self-telemetry.ts';
import { startLog } from './start-log.ts';
import { startStoreEngine } from './store-engine.ts';
import { startWriterRole } from './writer-role.ts';

const EVENT_LOOP_MILLIS = 100;

/**
 * Runs until SIGINT, SIGTERM, or the end of the channel of the process that started it. Rejects when a part cannot
 * start; those already running are ended first.
 */
export async function serve(configuration: Configuration, roles: ReadonlySet<Role>): Promise<void> {
  if (configuration.mode === 'embedded' && roles.size < ROLES.length) {
    throw new RangeError(
      'Cannot take on some roles only in embedded mode: leave --role out, or set VALET_MODE=server',
    );
  }
  const logger = pino({ name: 'valet', level: configuration.logLevel });
  const parts = new Parts();
  const stopped = stopRequest();
  const context: ProcessContext = {
    configuration,
    roles,
    logAddress: logAddress(configuration),
    logger,
    registry: new Registry(),
    parts,
    readiness: new ReadinessChecks(),
    workers: [],
    stopping: stopped.signal,
  };
  // The event loop is looked at by a timer, which costs more than all else while nothing happens.
  collectDefaultMetrics({ register: context.registry, eventLoopMonitoringPrecision: EVENT_LOOP_MILLIS });
  try {
    await (configuration.mode === 'embedded' ? startEmbedded(context) : startOnServers(context));
    await stopped.promise;
    logger.info('stopping');
  } catch (error) {
    if (!stopped.signal.aborted) throw explainListenError(error, configuration);
  } finally {
    stopped.abort();
    await parts.close(logger);
    if (process.connected) process.disconnect();
  }
}

/** All roles on the embedded log; senders are served before ClickHouse's engine is up. */
async function startEmbedded(context: ProcessContext): Promise<void> {
  const log = await startLog(context);
  const receivers = await startReceiverRole(context, log);
  const endpoint = serverEndpoint(context.configuration) ?? (await startStoreEngine(context));
  startEngineRole(context, endpoint);
  startWriterRole(context, endpoint);
  startSelfTelemetry(context, log);
  const ports = { otlpGrpc: receivers.grpcPort, otlpHttp: receivers.httpPort };
  const query = await startQueryRole(context, { endpoint, log: Promise.resolve(log), ports });
  sayListening(context, { ...ports, api: query.port, sql: query.sqlPort });
}

/** Some roles or all on Kafka and a ClickHouse server; `/healthz` and `/readyz` answer before either does. */
async function startOnServers(context: ProcessContext): Promise<void> {
  const { configuration, roles } = context;
  const endpoint = serverEndpoint(configuration);
  if (endpoint === undefined)
    throw new RangeError('Cannot run on servers as VALET_CLICKHOUSE_URL is not set');
  const opening = Promise.withResolvers<DurableLog>();
  const ports = { otlpGrpc: configuration.otlpGrpcPort, otlpHttp: configuration.otlpHttpPort };
  const api = roles.has('query')
    ? await startQueryRole(context, { endpoint, log: opening.promise, ports })
    : await startOperationsPort(context);
  sayListening(context, { api: api.port });
  const log = await startLog(context);
  opening.resolve(log);
  if (roles.has('engine')) startEngineRole(context, endpoint);
  if (roles.has('writer')) startWriterRole(context, endpoint);
  startSelfTelemetry(context, log);
  if (!roles.has('receiver')) return;
  const receivers = await startReceiverRole(context, log);
  sayListening(context, { otlpGrpc: receivers.grpcPort, otlpHttp: receivers.httpPort });
}

function sayListening(
  { configuration, logger }: ProcessContext,
  ports: Readonly<Record<string, number>>,
): void {
  const { host } = configuration;
  const console = ports['sql'] === undefined ? '' : `; console at http://${host}:${ports['api']}`;
  logger.info({ ...ports, host }, `listening${console}`);
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
