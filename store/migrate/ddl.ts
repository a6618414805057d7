import { LEDGER_TABLE } from '../../schemas/migrations/ledger-table.ts';
import { statementsOf } from '../../schemas/migrations/render.ts';
import type { Layout } from '../../schemas/migrations/types.ts';
import { DATABASE } from '../../schemas/names.ts';
import type { QueryOptions, Store } from '../types.ts';

/**
 * A statement waits so long for every server of a cluster. One that is away by then does it when it is back, in the
 * order of Keeper's queue: a cluster can be brought up to date with a server down.
 */
const ON_CLUSTER = {
  distributed_ddl_task_timeout: 30,
  distributed_ddl_output_mode: 'null_status_on_timeout',
} as const;
const CLUSTER_NAME = /^[\w.-]+$/;

/** The database's definitions, on one server or on all of a cluster. */
export class Ddl {
  readonly store: Store;
  readonly layout: Layout;
  readonly #cluster: string;

  /** `cluster`: '' for a single server. Throws `RangeError` for a name ClickHouse could not have. */
  constructor(store: Store, cluster: string) {
    if (cluster !== '' && !CLUSTER_NAME.test(cluster)) {
      throw new RangeError(
        `Cannot use the cluster's name as it may hold letters, digits, "_", "-" and "." only: current value is ${cluster}`,
      );
    }
    this.store = store;
    this.layout = cluster === '' ? 'single' : 'cluster';
    this.#cluster = cluster;
  }

  /** ` ON CLUSTER …` in a cluster, for the place behind a name. */
  get onCluster(): string {
    return this.layout === 'single' ? '' : ` ON CLUSTER '${this.#cluster}'`;
  }

  /** A system table to read from: every server's, and one that is away has no rows. */
  system(table: string): string {
    return this.layout === 'single'
      ? `system.${table}`
      : `clusterAllReplicas('${this.#cluster}', system.${table})`;
  }

  /** Rows of a query over {@link system}. */
  query<Row>(sql: string, params: QueryOptions['params'] = {}): Promise<readonly Row[]> {
    return this.store.query<Row>(sql, {
      database: 'system',
      params: { database: DATABASE, ...params },
      settings: this.layout === 'single' ? {} : { skip_unavailable_shards: 1 },
    });
  }

  /** Runs a statement; `{cluster}` in it becomes the cluster's name. */
  async run(statement: string, database: string = DATABASE): Promise<void> {
    await this.store.command(statement.replaceAll('{cluster}', this.#cluster), {
      database,
      settings: this.layout === 'single' ? {} : ON_CLUSTER,
    });
  }

  /** Makes the database and the ledger of migrations where they are missing. */
  async ensureLedger(): Promise<void> {
    if (await this.#hasLedger()) return;
    await this.run(`CREATE DATABASE IF NOT EXISTS ${DATABASE}${this.onCluster} ENGINE = Atomic`, 'system');
    for (const statement of statementsOf(LEDGER_TABLE, this.layout)) await this.run(statement);
  }

  /** Asked first: in a cluster every CREATE needs all servers, and a start must not. */
  async #hasLedger(): Promise<boolean> {
    const rows = await this.query<{ names: string }>(
      `SELECT countIf(database = {database:String} AND name = {name:String}) AS names FROM ${this.system('tables')}
       GROUP BY hostName(), tcpPort()`,
      { name: LEDGER_TABLE.name },
    );
    return rows.every(({ names }) => names !== '0');
  }
}
