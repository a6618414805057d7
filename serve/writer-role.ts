import { setTimeout as sleep } from 'node:timers/promises';
import type { Gauge } from 'prom-client';
import type { RowPolicy } from '../ingest/writer/mapping/types.ts';
import type { WriterWorkerData } from '../ingest/writer/worker-data.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { createStore } from '../store/client/clickhouse-store.ts';
import type { ForeignTable } from '../store/migrate/foreign/types.ts';
import { migrate } from '../store/migrate/migrate.ts';
import type { StoreEndpoint } from '../store/types.ts';
import { foreignTablesGauge, showForeignTables } from './foreign-tables-gauge.ts';
import type { ProcessContext } from './process-context.ts';
import { RoleWorker } from './role-worker.ts';

const DAY_SECONDS = 86_400;
const MAX_PAUSE_MILLIS = 10_000;

/**
 * Prepares the tables, however long ClickHouse takes to let it, then runs the writer's worker: receivers and engine
 * do not wait for ClickHouse, the writer does.
 */
export function startWriterRole(context: ProcessContext, endpoint: StoreEndpoint): void {
  const { parts, readiness } = context;
  const writer = new WriterRole(context, endpoint);
  parts.add('writer', () => writer.stop());
  readiness.set('writer', () => writer.problem);
}

class WriterRole {
  readonly #context: ProcessContext;
  readonly #endpoint: StoreEndpoint;
  readonly #stopping = new AbortController();
  readonly #begun: Promise<void>;
  #worker: RoleWorker | undefined;
  readonly #foreignTables: Gauge<'table' | 'lacks'>;
  #foreign: readonly ForeignTable[] = [];
  #waitingFor = 'the tables are being prepared';

  constructor(context: ProcessContext, endpoint: StoreEndpoint) {
    this.#context = context;
    this.#endpoint = endpoint;
    this.#foreignTables = foreignTablesGauge(context.registry);
    this.#begun = this.#begin();
  }

  /** Undefined while the writer runs, else why it does not. */
  get problem(): string | undefined {
    return this.#worker ? this.#worker.problem : this.#waitingFor;
  }

  /** Lets the batch under way end; resolves when the worker has. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#begun;
    await this.#worker?.stop();
  }

  async #begin(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMillis = 250; !signal.aborted; pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS)) {
      if (await this.#migrated()) {
        this.#startWorker();
        return;
      }
      await sleep(pauseMillis, undefined, { signal }).catch(() => undefined);
    }
  }

  async #migrated(): Promise<boolean> {
    const { configuration, logger } = this.#context;
    const store = createStore(this.#endpoint);
    try {
      const { altered, foreign } = await migrate(store, {
        ...configuration,
        // In a cluster other replicas have the rows.
        fsync: configuration.clickhouseCluster === '',
      });
      for (const statement of altered) logger.warn({ statement }, 'a table another program made was altered');
      for (const table of foreign) logger.warn(table, 'a table another program made is used as it is');
      this.#foreign = foreign;
      showForeignTables(this.#foreignTables, foreign);
      return true;
    } catch (error) {
      this.#waitingFor = `the tables cannot be prepared: ${(error as Error).message}`;
      logger.error({ err: error }, 'the tables cannot be prepared; trying again');
      return false;
    } finally {
      await store.close();
    }
  }

  #startWorker(): void {
    const { configuration, logAddress, logger, workers } = this.#context;
    const workerData: WriterWorkerData = {
      log: logAddress,
      endpoint: { ...this.#endpoint, missingColumns: missingColumns(this.#foreign) },
      policy: rowPolicy(configuration),
      logLevel: configuration.logLevel,
    };
    const entry = new URL('../ingest/writer/main.ts', import.meta.url);
    this.#worker = new RoleWorker({ role: 'writer', entry, workerData, logger });
    workers.push(this.#worker);
  }
}

function missingColumns(tables: readonly ForeignTable[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(tables.map(({ table, missingColumns: columns }) => [table, columns]));
}

function rowPolicy(configuration: Configuration): RowPolicy {
  return {
    retentionSeconds: {
      traces: configuration.retentionTracesDays * DAY_SECONDS,
      metrics: configuration.retentionMetricsDays * DAY_SECONDS,
      logs: configuration.retentionLogsDays * DAY_SECONDS,
    },
  };
}
