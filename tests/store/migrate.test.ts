import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESULT_COLUMNS } from '../../engine/results/result-columns.ts';
import { MIGRATIONS } from '../../schemas/migrations/index.ts';
import { EXPIRIES } from '../../schemas/migrations/retention.ts';
import type { Migration } from '../../schemas/migrations/types.ts';
import { TABLES } from '../../schemas/names.ts';
import {
  EXP_HISTOGRAM_COLUMNS,
  GAUGE_COLUMNS,
  HISTOGRAM_COLUMNS,
  LOG_COLUMNS,
  SPAN_COLUMNS,
  SUM_COLUMNS,
  SUMMARY_COLUMNS,
} from '../../schemas/tables.ts';
import { migrate } from '../../store/migrate/migrate.ts';
import type { Store } from '../../store/types.ts';
import { startTestEngine, type TestEngine } from '../support/embedded.ts';
import { withSessionZone } from './session-zone.ts';

const [telemetry] = MIGRATIONS as [Migration, ...Migration[]];
const VERSIONS = MIGRATIONS.map(({ version }) => version);

const SETTINGS = {
  retentionTracesDays: 14,
  retentionLogsDays: 7,
  retentionMetricsDays: 30,
  retentionResultsDays: 400,
  retentionDeadLettersDays: 30,
  fsync: true,
};

let fixture: TestEngine;
let store: Store;

beforeEach(async () => {
  fixture = await startTestEngine();
  store = fixture.store;
});
afterEach(() => fixture?.close());

async function engines(): Promise<Map<string, string>> {
  const rows = await store.query<{ name: string; engine_full: string }>(
    'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  );
  return new Map(rows.map((row) => [row.name, row.engine_full]));
}

/** Every definition in the database, to compare two states. */
const layout = () =>
  store.query(
    'SELECT name, uuid, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  );

/** As a server of a version that has no settings of merges by that name; or as one beside a newer one. */
function withoutMergeSettings(inner: Store, isBesideNewer: boolean): Store {
  const older = "SELECT name FROM system.merge_tree_settings WHERE name NOT LIKE 'merge_selector%'";
  const newer = isBesideNewer ? 'UNION ALL SELECT name FROM system.merge_tree_settings' : '';
  return {
    insert: (block) => inner.insert(block),
    command: (sql, options) => inner.command(sql, options),
    stream: (sql, options) => inner.stream(sql, options),
    ping: () => inner.ping(),
    close: async () => {},
    query: (sql, options) =>
      inner.query(sql.replace('FROM system.merge_tree_settings', `FROM (${older} ${newer})`), options),
  };
}

const ledger = () => store.query(`SELECT Version, Name FROM ${TABLES.migrations} FINAL ORDER BY Version`);

describe('migrate()', () => {
  test('makes every table from nothing, and changes nothing the second time', async () => {
    expect(await migrate(store, SETTINGS)).toEqual({ applied: VERSIONS, foreign: [], altered: [] });
    expect([...(await engines()).keys()].sort()).toEqual(Object.values(TABLES).toSorted());
    const before = await layout();
    expect(await migrate(store, SETTINGS)).toEqual({ applied: [], foreign: [], altered: [] });
    expect(await layout()).toEqual(before);
    expect(await ledger()).toEqual(MIGRATIONS.map(({ version, name }) => ({ Version: version, Name: name })));
    expect(await store.query("SELECT engine FROM system.databases WHERE name = 'valet'")).toEqual([
      { engine: 'Atomic' },
    ]);
  });

  test('gives every table a deduplication window, synced inserts and its own TTL', async () => {
    await migrate(store, SETTINGS);
    for (const [table, engine] of await engines()) {
      if (!engine.includes('MergeTree') || table === TABLES.migrations) continue;
      expect(engine, table).toContain('non_replicated_deduplication_window = 100000');
      expect(engine, table).toContain('fsync_after_insert = 1, fsync_part_directory = 1');
      const expiry = EXPIRIES.find((candidate) => candidate.table === table);
      const days = expiry && SETTINGS[expiry.days];
      if (days === undefined) expect(engine, table).not.toContain('TTL');
      else expect(engine, table).toContain(`+ toIntervalDay(${days}) SETTINGS`);
    }
  });

  test('lets parts of telemetry wait until ten can be merged, where every server knows how', async () => {
    await migrate(store, SETTINGS);
    expect((await engines()).get(TABLES.traces)).toContain('merge_selector_base = 10');
    expect((await engines()).get(TABLES.alerts)).not.toContain('merge_selector_base');
    for (const isBesideNewer of [false, true]) {
      await store.command('DROP DATABASE valet SYNC', { database: 'system' });
      await migrate(withoutMergeSettings(store, isBesideNewer), SETTINGS);
      expect((await engines()).get(TABLES.traces)).toContain('min_bytes_for_wide_part');
      expect((await engines()).get(TABLES.traces)).not.toContain('merge_selector_base');
    }
  });

  test('applies changed retention and fsync to the tables and their rows', async () => {
    await migrate(store, SETTINGS);
    const row = `INSERT INTO ${TABLES.logs} (Timestamp, Body) SELECT now64(9) - toIntervalDay({days:UInt8}), 'x'`;
    for (const days of [0, 5]) await store.command(row, { params: { days } });
    await migrate(store, { ...SETTINGS, retentionLogsDays: 3, retentionResultsDays: 90, fsync: false });
    const now = await engines();
    expect(now.get(TABLES.logs)).toContain('toIntervalDay(3)');
    expect(now.get(TABLES.traces)).toContain('toIntervalDay(14)');
    expect(now.get(TABLES.budgets)).toContain('toIntervalDay(90)');
    expect(now.get(TABLES.logs)).toContain('fsync_after_insert = 0');
    // What merges do in their own time.
    await store.command(`ALTER TABLE ${TABLES.logs} MATERIALIZE TTL`, { settings: { mutations_sync: 1 } });
    await store.command(`OPTIMIZE TABLE ${TABLES.logs} FINAL`);
    expect(await store.query(`SELECT count() AS n FROM ${TABLES.logs}`)).toEqual([{ n: '1' }]);
  });

  test('refuses a retention beyond the end of ClickHouse’s times, where rows would expire at once', async () => {
    await expect(migrate(store, { ...SETTINGS, retentionTracesDays: 36_500 })).rejects.toThrow(RangeError);
  });

  test('finishes what was cut off after any statement', async () => {
    await migrate(store, SETTINGS);
    const whole = (await layout()).map((row) => (row as { name: string }).name);
    for (const done of [0, 1, 3, telemetry.statements.length]) {
      await store.command('DROP DATABASE valet SYNC', { database: 'system' });
      const part: Migration = {
        ...telemetry,
        statements: [...telemetry.statements.slice(0, done), 'SELECT FROM WHERE'],
      };
      await expect(migrate(store, SETTINGS, [part])).rejects.toMatchObject({ code: 'bad-statement' });
      expect(await ledger()).toEqual([]);
      expect(await migrate(store, SETTINGS)).toEqual({ applied: VERSIONS, foreign: [], altered: [] });
      expect((await layout()).map((row) => (row as { name: string }).name)).toEqual(whole);
    }
  });

  test('refuses a migration that reads otherwise than when it was applied', async () => {
    await migrate(store, SETTINGS);
    const edited = { ...telemetry, statements: [...telemetry.statements, 'SELECT 1'] };
    await expect(migrate(store, SETTINGS, [edited, ...MIGRATIONS.slice(1)])).rejects.toMatchObject({
      code: 'migration-changed',
      message: expect.stringContaining('migration 1 (telemetry)'),
    });
  });

  test('knows the migrations of every release by their checksums, so that older databases go on', async () => {
    await migrate(store, SETTINGS);
    const checksums = await store.query<{ Checksum: string }>(
      `SELECT Checksum FROM ${TABLES.migrations} FINAL ORDER BY Version LIMIT 2`,
    );
    expect(checksums.map(({ Checksum }) => Checksum)).toEqual([
      '30cc672e8d218dfe3f90604c47d07ff2589e2082392a4e7dbef3492b93de4fbe',
      '45750b2ea183ff055a26d2c8207448390208df7332816e109937654edf3be301',
    ]);
  });

  test('refuses a session in another time zone than UTC, before it makes anything', async () => {
    const abroad = withSessionZone(store, 'Europe/Berlin');
    await expect(migrate(abroad, SETTINGS)).rejects.toMatchObject({
      code: 'time-zone',
      message: expect.stringMatching(/current value is Europe\/Berlin; take session_timezone out of/),
    });
    expect(
      await store.query("SELECT name FROM system.databases WHERE name = 'valet'", { database: 'system' }),
    ).toEqual([]);
  });

  test('refuses a database that a later version made', async () => {
    await migrate(store, SETTINGS, [
      ...MIGRATIONS,
      { version: MIGRATIONS.length + 1, name: 'later', statements: [] },
    ]);
    await expect(migrate(store, SETTINGS)).rejects.toMatchObject({ code: 'migration-newer' });
  });
});

describe('the tables', () => {
  /** Rows of fixed times must not expire while a test looks at them. */
  const KEPT = {
    ...SETTINGS,
    retentionResultsDays: 20_000,
    retentionDeadLettersDays: 30,
    retentionTracesDays: 20_000,
    retentionLogsDays: 20_000,
    retentionMetricsDays: 20_000,
  };

  const INSERTED = [
    [TABLES.traces, SPAN_COLUMNS],
    [TABLES.logs, LOG_COLUMNS],
    [TABLES.gauge, GAUGE_COLUMNS],
    [TABLES.sum, SUM_COLUMNS],
    [TABLES.histogram, HISTOGRAM_COLUMNS],
    [TABLES.expHistogram, EXP_HISTOGRAM_COLUMNS],
    [TABLES.summary, SUMMARY_COLUMNS],
  ] as const;

  test('have exactly the columns the writer fills, with the types it writes', async () => {
    await migrate(store, KEPT);
    for (const [table, columns] of INSERTED) {
      const described = await store.query<{ name: string; type: string; default_type: string }>(
        `DESCRIBE TABLE ${table}`,
      );
      const stored = described.filter((column) => column.default_type === '');
      expect(
        stored.map(({ name, type }) => ({ name, type })),
        table,
      ).toEqual(columns);
    }
  });

  test('have exactly the columns the engine fills, with the types it writes', async () => {
    await migrate(store, KEPT);
    for (const [table, columns] of Object.entries(RESULT_COLUMNS)) {
      const described = await store.query<{ name: string; type: string }>(`DESCRIBE TABLE ${table}`);
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(described.map(({ name, type }) => ({ name, type })).sort(byName), table).toEqual(
        columns.toSorted(byName),
      );
    }
  });

  test('take counts of before there was a scale as they are', async () => {
    await migrate(store, KEPT, MIGRATIONS.slice(0, 3));
    for (const table of [TABLES.budgets, TABLES.burnRates]) {
      await store.command(
        `INSERT INTO ${table} (Slo, Time, Good, Total) VALUES ('s', '2026-01-02 03:04:00', 9, 10)`,
      );
    }
    await migrate(store, KEPT);
    for (const table of [TABLES.budgets, TABLES.burnRates]) {
      expect(await store.query(`SELECT Scale FROM ${table} FINAL`), table).toEqual([{ Scale: 1 }]);
    }
  });

  test('fill the trace look-up by tenant, once for each token', async () => {
    await migrate(store, KEPT);
    const insert = `INSERT INTO ${TABLES.traces} (TenantId, Timestamp, TraceId)
      SELECT if(number < 4, 'a', ''), toDateTime64('2026-01-02 03:04:05.5', 9) + number, if(number = 7, '', 't')
      FROM numbers(8) ORDER BY number`;
    for (const _ of [1, 2]) await store.command(insert, { settings: { insert_deduplication_token: 'once' } });
    expect(await store.query(`SELECT count() AS n FROM ${TABLES.traces}`)).toEqual([{ n: '8' }]);
    expect(
      await store.query(
        `SELECT TenantId, TraceId, min(Start) AS First, max(End) AS Last, count() AS n
         FROM ${TABLES.traceIdTs} GROUP BY ALL ORDER BY ALL`,
      ),
    ).toEqual([
      { TenantId: '', TraceId: 't', First: '2026-01-02 03:04:09', Last: '2026-01-02 03:04:11', n: '1' },
      { TenantId: 'a', TraceId: 't', First: '2026-01-02 03:04:05', Last: '2026-01-02 03:04:08', n: '1' },
    ]);
  });

  test('answer under the names other readers use', async () => {
    await migrate(store, KEPT);
    await store.command(`INSERT INTO ${TABLES.logs} (Timestamp, ResourceAttributes) VALUES
      ('2026-01-02 03:04:05.678', {'k8s.pod.name': 'pod-1'})`);
    expect(
      await store.query(
        `SELECT TimestampTime, \`__otel_materialized_k8s.pod.name\` AS pod FROM ${TABLES.logs}`,
      ),
    ).toEqual([{ TimestampTime: '2026-01-02 03:04:05', pod: 'pod-1' }]);
    await store.command(
      `INSERT INTO ${TABLES.expHistogram} (TimeUnix, Count) VALUES ('2026-01-02 03:04:05.678', 3)`,
    );
    expect(await store.query(`SELECT TimeUnix, Count FROM ${TABLES.expHistogramAlias}`)).toEqual([
      { TimeUnix: '2026-01-02 03:04:05.678000000', Count: '3' },
    ]);
    await store.command(
      `INSERT INTO ${TABLES.traces} (Timestamp, SpanAttributes) VALUES (now(), {'a': 'b'})`,
    );
    expect(await store.query(`SELECT SpanAttributeItems AS items FROM ${TABLES.traces}`)).toEqual([
      { items: ['a=b'] },
    ]);
  });

  test('keep the latest of the engine’s rows under a key', async () => {
    await migrate(store, KEPT);
    const row = `INSERT INTO ${TABLES.slices} (Slo, Generation, \`Group\`, Slice, Good, Total, UpdatedAt)
      VALUES ('s', 1, '', '2026-01-02 03:04:00', {good:UInt64}, 10, {at:DateTime64(3)})`;
    await store.command(row, { params: { good: 9, at: '2026-01-02 03:05:00.000' } });
    await store.command(row, { params: { good: 7, at: '2026-01-02 03:04:30.000' } });
    expect(await store.query(`SELECT Good FROM ${TABLES.slices} FINAL`)).toEqual([{ Good: '9' }]);
  });
});
