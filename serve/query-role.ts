import { fileURLToPath } from 'node:url';
import { EngineReplica } from '../engine/core/replica.ts';
import type { DurableLog } from '../log/types.ts';
import packageJson from '../package.json' with { type: 'json' };
import { startQuery } from '../query/api/start-query.ts';
import { startSqlEndpoint } from '../query/sql/endpoint.ts';
import { createStore } from '../store/client/clickhouse-store.ts';
import type { StoreEndpoint } from '../store/types.ts';
import { followWhenOpen } from './follow-when-open.ts';
import { mergedMetrics } from './merged-metrics.ts';
import type { ProcessContext } from './process-context.ts';

const MIB = 1024 * 1024;

/** What the query role needs of its neighbours. */
export interface QueryRoleOptions {
  readonly endpoint: StoreEndpoint;
  /** Awaited in the background: the API answers before. */
  readonly log: Promise<DurableLog>;
  /** Where the receivers listen, for `/api/v1/info`. */
  readonly ports: { readonly otlpGrpc: number; readonly otlpHttp: number };
}

/** Where it listens. */
export interface QueryPorts {
  readonly port: number;
  readonly sqlPort: number;
}

/** Opens SQL, API and console; follows the engine once the log is there. */
export async function startQueryRole(
  context: ProcessContext,
  { endpoint, log, ports }: QueryRoleOptions,
): Promise<QueryPorts> {
  const { configuration, registry, parts, readiness, workers } = context;
  const { host, latenessSeconds } = configuration;
  const allowedHosts = namesOf(configuration.allowedHosts);
  const logger = context.logger.child({ role: 'query' });
  const store = createStore(endpoint);
  parts.add('store', () => store.close());
  // Where senders name tenants, rows without a tenant may be anybody's.
  const acceptsForeignTables = configuration.foreignTables === 'accept' && configuration.tenantHeader === '';
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
    acceptsForeignTables,
    allowedHosts,
    registry,
    logger: context.logger.child({ role: 'sql' }),
  });
  parts.add('sql', () => sql.close());

  const replica = new EngineReplica({ latenessSeconds });
  const follower = followWhenOpen(log, { replica, logger });
  // Ended before the log, which may be opened only later.
  void log.then(
    () => parts.add('replica', () => follower.close()),
    () => undefined,
  );
  readiness.set('replica', () => follower.problem());
  const query = await startQuery({
    view: replica,
    store,
    acceptsForeignTables,
    host,
    allowedHosts,
    port: configuration.apiPort,
    consoleDir: fileURLToPath(new URL('../query/console/', import.meta.url)),
    demoControlUrl: configuration.demoControlUrl,
    registry,
    metrics: () => mergedMetrics(registry, workers),
    logger,
    now: Date.now,
    ready: () => readiness.now(),
    onUpdate: (listener) => follower.onUpdate(listener),
    info: {
      version: packageJson.version,
      mode: configuration.mode,
      ports: {
        ...ports,
        sql: sql.port,
        api: configuration.apiPort,
      },
    },
  });
  parts.add('query', () => query.close());
  return { port: query.port, sqlPort: sql.port };
}

function namesOf(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '');
}
