import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localTable } from '../../schemas/local-table.ts';
import { migrationsFor } from '../../schemas/migrations/index.ts';
import { LEDGER_TABLE } from '../../schemas/migrations/ledger-table.ts';
import { statementsOf } from '../../schemas/migrations/render.ts';
import { EXPIRIES } from '../../schemas/migrations/retention.ts';
import { DATABASE, TABLES } from '../../schemas/names.ts';
import { INSERT_COLUMNS } from '../../schemas/tables.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { migrate } from '../../store/migrate/migrate.ts';
import { encodeRows } from '../../store/native/encode-rows.ts';
import type { InsertBlock, Store } from '../../store/types.ts';
import { CLUSTER, startTestCluster, type TestCluster, withoutCluster } from '../support/cluster.ts';
import { LOGS_3 } from './foreign/collector-tables.ts';
import { withSessionZone } from './session-zone.ts';

const SETTINGS = {
  retentionTracesDays: 20_000,
  retentionLogsDays: 20_000,
  retentionMetricsDays: 20_000,
  retentionResultsDays: 20_000,
  retentionDeadLettersDays: 20_000,
  fsync: false,
  clickhouseCluster: CLUSTER,
};
const NOTHING = { applied: [], foreign: [], altered: [] };
const VIEWS: readonly string[] = [TABLES.traceIdTsView, TABLES.expHistogramAlias];
const STORED = Object.values(TABLES).filter((name) => !VIEWS.includes(name));

/** All statements of the cluster layout, the ledger's first, as they are sent. */
const STATEMENTS = [
  ...statementsOf(LEDGER_TABLE, 'cluster'),
  ...migrationsFor('cluster').flatMap(({ statements }) => statements),
].map((statement) => statement.replaceAll('{cluster}', CLUSTER));

let cluster: TestCluster;
/** As the writer uses it. */
let store: Store;

beforeAll(async () => {
  // Not UTC on purpose: nothing of the tables may depend on it.
  cluster = await startTestCluster({ shards: 2, timeZone: 'America/New_York' });
  store = createStore(cluster.endpoint);
});
afterAll(async () => {
  await store?.close();
  await cluster?.close();
});

interface TableRow {
  readonly name: string;
  readonly engine: string;
  readonly engine_full: string;
}

const tablesOf = (server: Store) =>
  server.query<TableRow>(
    `SELECT name, engine, engine_full FROM system.tables WHERE database = '${DATABASE}' ORDER BY name`,
    { database: 'system' },
  );

describe('the statements of a cluster', () => {
  test('are all understood by ClickHouse, ON CLUSTER included', async () => {
    for (const statement of STATEMENTS) {
      expect(statement).toContain(` ON CLUSTER '${CLUSTER}'`);
      const [server] = cluster.servers as [Store, ...Store[]];
      const tree = await server.stream(`EXPLAIN AST ${statement}`, { database: 'system' });
      expect(await text(tree), statement).toMatch(/^(?:Create(?:Query|Database)|AlterQuery)/);
    }
  });

  test('make replicated tables that ClickHouse accepts, under paths made of cluster, shard and name', async () => {
    const [server] = cluster.servers as [Store, ...Store[]];
    await server.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
    // Altering one takes a Keeper that lasts: below it is done to plain tables.
    const creating = STATEMENTS.filter((statement) => !statement.startsWith('ALTER'));
    for (const statement of creating) await server.command(withoutCluster(statement));
    const replicas = await server.query<{ table: string; zookeeper_path: string; replica_name: string }>(
      `SELECT table, zookeeper_path, replica_name FROM system.replicas WHERE database = '${DATABASE}' ORDER BY table`,
    );
    expect(replicas).toEqual(
      STORED.map(localTable)
        .toSorted()
        .map((table) => ({
          table,
          zookeeper_path: `/clickhouse/tables/${CLUSTER}/0/${DATABASE}/${table}`,
          replica_name: 'one',
        })),
    );
    for (const { name, engine_full: engine } of await tablesOf(server)) {
      if (!name.endsWith('_local')) continue;
      expect(engine, name).toContain('replicated_deduplication_window = 100000');
      expect(engine, name).toContain('replicated_deduplication_window_seconds = 604800');
    }
    await server.command(`DROP DATABASE ${DATABASE} SYNC`, { database: 'system' });
  });
});

describe('migrate() on a cluster', () => {
  test('makes every table on every server, and sends nothing the second time', async () => {
    const versions = migrationsFor('cluster').map(({ version }) => version);
    expect(await migrate(cluster.store, SETTINGS)).toEqual({ ...NOTHING, applied: versions });
    for (const server of cluster.servers) {
      const names = (await tablesOf(server)).map(({ name }) => name);
      expect(names).toEqual([...Object.values(TABLES), ...STORED.map(localTable)].toSorted());
    }
    const sent = cluster.statements.length;
    expect(await migrate(cluster.store, SETTINGS)).toEqual(NOTHING);
    expect(cluster.statements.slice(sent)).toEqual([]);
  });

  test('gives readers the usual names over the local tables', async () => {
    for (const server of cluster.servers) {
      const tables = new Map((await tablesOf(server)).map((table) => [table.name, table]));
      for (const name of STORED) {
        expect(tables.get(name)?.engine_full, name).toBe(
          `Distributed('${CLUSTER}', '${DATABASE}', '${localTable(name)}')`,
        );
        expect(tables.get(localTable(name))?.engine).toMatch(/MergeTree$/);
      }
      const columns = await server.query<{ table: string; columns: readonly string[] }>(
        `SELECT table, arraySort(groupArray(name || ' ' || type)) AS columns FROM system.columns
         WHERE database = '${DATABASE}' GROUP BY table`,
      );
      const byTable = new Map(columns.map((row) => [row.table, row.columns]));
      for (const name of STORED) expect(byTable.get(name), name).toEqual(byTable.get(localTable(name)));
    }
  });

  test('names the time zone of every time, and gives local tables their TTL', async () => {
    for (const server of cluster.servers) {
      const bare = await server.query(
        `SELECT table, name, type FROM system.columns WHERE database = '${DATABASE}'
         AND type LIKE '%DateTime%' AND type NOT LIKE '%\\'UTC\\'%'`,
      );
      expect(bare).toEqual([]);
      const tables = new Map((await tablesOf(server)).map((table) => [table.name, table.engine_full]));
      for (const { table } of EXPIRIES)
        expect(tables.get(localTable(table))).toContain('+ toIntervalDay(20000)');
    }
  });

  test('applies a changed retention to the local tables of every server', async () => {
    await migrate(cluster.store, { ...SETTINGS, retentionLogsDays: 19_000 });
    for (const server of cluster.servers) {
      const logs = (await tablesOf(server)).find(({ name }) => name === localTable(TABLES.logs));
      expect(logs?.engine_full).toContain('toIntervalDay(19000)');
    }
  });

  test('makes what a server that came later is missing', async () => {
    const [, second] = cluster.servers as [Store, Store];
    await second.command(`DROP DATABASE ${DATABASE} SYNC`, { database: 'system' });
    expect(await migrate(cluster.store, { ...SETTINGS, retentionLogsDays: 19_000 })).toEqual(NOTHING);
    const [one, other] = await Promise.all(cluster.servers.map(tablesOf));
    expect(other?.map(({ name }) => name)).toEqual(one?.map(({ name }) => name));
  });

  test('refuses tables of one server under the usual names, and one server refuses a cluster’s', async () => {
    const [first] = cluster.servers as [Store, ...Store[]];
    const { clickhouseCluster: _, ...single } = SETTINGS;
    await expect(migrate(first, single)).rejects.toMatchObject({
      code: 'time-zone',
      message: expect.stringContaining('current value is America/New_York; set <timezone>UTC</timezone>'),
    });
    const tables = await tablesOf(first);
    expect(await migrate(inUtc(first), single).catch((error: unknown) => error)).toMatchObject({
      code: 'foreign-tables',
      message: expect.stringContaining(
        "otel_traces is a cluster's (Distributed): set VALET_CLICKHOUSE_CLUSTER",
      ),
    });
    expect(await tablesOf(first)).toEqual(tables);
    await first.command('RENAME TABLE otel_logs TO spare');
    await first.command(
      'CREATE TABLE otel_logs (Timestamp DateTime64(9)) ENGINE = MergeTree ORDER BY Timestamp',
    );
    for (const foreignTables of ['refuse', 'alter', 'accept'] as const) {
      await expect(migrate(cluster.store, { ...SETTINGS, foreignTables })).rejects.toMatchObject({
        code: 'foreign-tables',
        message: expect.stringContaining(
          "otel_logs is one server's (MergeTree), where a cluster's is Distributed",
        ),
      });
    }
    await first.command('DROP TABLE otel_logs SYNC');
    await first.command('RENAME TABLE spare TO otel_logs');
  });

  test('refuses a name ClickHouse could not have', async () => {
    const named = migrate(cluster.store, { ...SETTINGS, clickhouseCluster: "it's" });
    await expect(named).rejects.toThrow(RangeError);
  });
});

describe('insert() into a cluster', () => {
  const spans = (shard: number, hour: string): InsertBlock => {
    const columns = INSERT_COLUMNS[TABLES.traces] ?? [];
    const rows = Array.from({ length: 10 }, (_, index) => ({
      TenantId: '',
      Timestamp: new Date(`2026-01-02T${hour}:00:0${index}Z`),
      TraceId: `${shard}-${index % 2}`,
      ServiceName: `shard ${shard}`,
    }));
    const used = columns.filter(({ name }) => name in (rows[0] ?? {}));
    return {
      table: TABLES.traces,
      columns: used.map(({ name }) => name),
      chunks: encodeRows(used, rows),
      token: `spans-${shard}-${hour}`,
      shard,
    };
  };

  test('stores rows on their shard, once, where readers of either server find all', async () => {
    await migrate(cluster.store, SETTINGS);
    for (const _ of [1, 2]) for (const shard of [0, 1]) await store.insert(spans(shard, '12'));
    for (const [shard, server] of cluster.servers.entries()) {
      expect(await server.query(`SELECT DISTINCT ServiceName AS name FROM otel_traces_local`)).toEqual([
        { name: `shard ${shard}` },
      ]);
      expect(
        await server.query('SELECT ServiceName, count() AS n FROM otel_traces GROUP BY ALL ORDER BY ALL'),
      ).toEqual([
        { ServiceName: 'shard 0', n: '10' },
        { ServiceName: 'shard 1', n: '10' },
      ]);
      expect(
        await server.query(
          `SELECT TraceId, min(Start) AS First, max(End) AS Last FROM otel_traces_trace_id_ts
           GROUP BY TraceId ORDER BY TraceId LIMIT 2`,
        ),
      ).toEqual([
        { TraceId: '0-0', First: '2026-01-02 12:00:00', Last: '2026-01-02 12:00:08' },
        { TraceId: '0-1', First: '2026-01-02 12:00:01', Last: '2026-01-02 12:00:09' },
      ]);
    }
  });

  test('keeps to days in UTC, whatever the servers’ time zone is', async () => {
    // The evening before, in New York.
    await store.insert(spans(0, '03'));
    expect(
      await cluster.servers[0]?.query(
        `SELECT partition, sum(rows) AS n FROM system.parts
         WHERE database = '${DATABASE}' AND table = 'otel_traces_local' AND active GROUP BY partition`,
      ),
    ).toEqual([{ partition: '2026-01-02', n: '20' }]);
    for (const zone of ['America/New_York', 'Asia/Tokyo']) {
      const [row] = await withSessionZone(cluster.servers[0] as Store, zone).query<{ n: string; at: string }>(
        `SELECT count() AS n, toString(min(Timestamp)) AS at FROM otel_traces
         WHERE Timestamp >= '2026-01-02 00:00:00' AND Timestamp < '2026-01-02 04:00:00'`,
      );
      expect(row).toEqual({ n: '10', at: '2026-01-02 03:00:00.000000000' });
    }
  });

  test('replaces rows of the engine under their key, read with FINAL on any server', async () => {
    const columns = [
      { name: 'Slo', type: 'LowCardinality(String)' },
      { name: 'Slice', type: 'DateTime' },
      { name: 'Good', type: 'UInt64' },
      { name: 'UpdatedAt', type: 'DateTime64(3)' },
    ];
    for (const good of [7, 9]) {
      const row = {
        Slo: 's',
        Slice: new Date('2026-01-02T03:04:00Z'),
        Good: good,
        UpdatedAt: new Date(good),
      };
      await store.insert({
        table: TABLES.slices,
        columns: columns.map(({ name }) => name),
        chunks: encodeRows(columns, [row]),
      });
    }
    for (const server of cluster.servers) {
      expect(await server.query(`SELECT Slice, Good FROM ${TABLES.slices} FINAL`)).toEqual([
        { Slice: '2026-01-02 03:04:00', Good: '9' },
      ]);
    }
  });
});

describe('migrate() on local tables another program made', () => {
  const foreign = LOGS_3.replace('otel_logs (', 'otel_logs_local (');
  const block: InsertBlock = {
    table: TABLES.logs,
    columns: ['TenantId', 'Timestamp', 'Body'],
    chunks: encodeRows(
      [
        { name: 'TenantId', type: 'LowCardinality(String)' },
        { name: 'Timestamp', type: 'DateTime64(9)' },
        { name: 'Body', type: 'String' },
      ],
      [{ TenantId: 'a', Timestamp: new Date('2026-01-02T03:04:05Z'), Body: 'x' }],
    ),
    token: 'logs',
  };

  beforeEach(async () => {
    for (const server of cluster.servers) {
      await server.command(`DROP DATABASE IF EXISTS ${DATABASE} SYNC`, { database: 'system' });
      await server.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
      await server.command(foreign);
    }
  });

  test('adds what is missing on every server', async () => {
    await expect(migrate(cluster.store, SETTINGS)).rejects.toMatchObject({ code: 'foreign-tables' });
    expect((await migrate(cluster.store, { ...SETTINGS, foreignTables: 'alter' })).altered).toHaveLength(2);
    for (const shard of [0, 1]) for (const _ of [1, 2]) await store.insert({ ...block, shard });
    for (const server of cluster.servers) {
      expect(await server.query('SELECT TenantId, Body FROM otel_logs')).toEqual([
        { TenantId: 'a', Body: 'x' },
        { TenantId: 'a', Body: 'x' },
      ]);
    }
  });

  test('uses them as they are', async () => {
    const accepted = await migrate(cluster.store, { ...SETTINGS, foreignTables: 'accept' });
    expect(accepted.foreign).toMatchObject([
      { table: 'otel_logs_local', missingColumns: ['TenantId'], atLeastOnce: true, singleTenant: true },
    ]);
    const inserting = createStore({
      ...cluster.endpoint,
      missingColumns: { otel_logs_local: accepted.foreign[0]?.missingColumns ?? [] },
    });
    for (const _ of [1, 2]) await inserting.insert(block);
    await inserting.close();
    expect(await cluster.servers[1]?.query('SELECT Body FROM otel_logs')).toEqual([
      { Body: 'x' },
      { Body: 'x' },
    ]);
  });
});

/** A store that says its server were in UTC. */
function inUtc(server: Store): Store {
  const said = withSessionZone(server, 'UTC');
  return {
    ...said,
    query: (sql, options) => said.query(sql.replace('serverTimezone()', "'UTC'"), options),
  };
}
