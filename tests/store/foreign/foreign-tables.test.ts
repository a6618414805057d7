import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BASE_NANOS } from '../../../bench/payload/common.ts';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { encodeBlocks } from '../../../ingest/writer/blocks.ts';
import { decode } from '../../../otlp/columns/decode.ts';
import { DATABASE, type Signal, TABLES } from '../../../schemas/names.ts';
import { INSERT_COLUMNS } from '../../../schemas/tables.ts';
import { createStore } from '../../../store/client/clickhouse-store.ts';
import type { ForeignTables } from '../../../store/migrate/foreign/types.ts';
import { type Migrated, migrate } from '../../../store/migrate/migrate.ts';
import type { InsertBlock, Store } from '../../../store/types.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';
import * as made from './collector-tables.ts';
import { RARE_METRICS } from './rare-metrics.ts';

const SETTINGS = {
  retentionTracesDays: 20_000,
  retentionLogsDays: 20_000,
  retentionMetricsDays: 20_000,
  retentionResultsDays: 20_000,
  retentionDeadLettersDays: 20_000,
  fsync: false,
};
const DAYS_SECONDS = 30 * 86_400;
const POLICY = { retentionSeconds: { traces: DAYS_SECONDS, metrics: DAYS_SECONDS, logs: DAYS_SECONDS } };

interface Generation {
  readonly signal: Signal;
  readonly statements: readonly string[];
  /** What the refusal says of it. */
  readonly told: readonly RegExp[];
}

const TENANT_AND_SCOPE = /otel_traces lacks the columns TenantId, ScopeAttributes/;
const FORGETS = /otel_\w+ does not remember enough inserts.*non_replicated_deduplication_window = default/;
const NO_TENANT_IN_LOOK_UP = /otel_traces_trace_id_ts lacks the columns TenantId/;
const VIEW_WITHOUT_TENANT = /otel_traces_trace_id_ts_mv fills otel_traces_trace_id_ts without the tenant/;

const GENERATIONS: Readonly<Record<string, Generation>> = {
  'logs of the first generation': {
    signal: 'logs',
    statements: [made.LOGS_1],
    told: [/otel_logs lacks the columns TenantId, EventName/, FORGETS],
  },
  'logs of the second': {
    signal: 'logs',
    statements: [made.LOGS_2],
    told: [/otel_logs lacks the columns TenantId, EventName/, FORGETS],
  },
  'logs of the third': {
    signal: 'logs',
    statements: [made.LOGS_3],
    told: [/otel_logs lacks the columns TenantId;/, FORGETS],
  },
  'traces as released': {
    signal: 'traces',
    statements: made.TRACES_RELEASED,
    told: [TENANT_AND_SCOPE, FORGETS, NO_TENANT_IN_LOOK_UP, VIEW_WITHOUT_TENANT],
  },
  'the newest traces': {
    signal: 'traces',
    statements: made.TRACES_NEWEST,
    told: [TENANT_AND_SCOPE, FORGETS, NO_TENANT_IN_LOOK_UP, VIEW_WITHOUT_TENANT],
  },
  'spans without the look-up of traces': {
    signal: 'traces',
    statements: made.TRACES_NEWEST.slice(0, 1),
    told: [TENANT_AND_SCOPE, FORGETS],
  },
  'older metrics': {
    signal: 'metrics',
    statements: made.METRICS_OLD,
    told: [/otel_metrics_gauge lacks the columns TenantId/, /otel_metrics_summary lacks/, FORGETS],
  },
  'the newest metrics, with times in seconds': {
    signal: 'metrics',
    statements: made.METRICS_NEWEST,
    told: [/otel_metrics_sum lacks the columns TenantId/, FORGETS],
  },
  'metrics with the other name of exponential histograms': {
    signal: 'metrics',
    statements: made.METRICS_OTHER_NAME,
    told: [/otel_metrics_exponential_histogram is a table, where otel_metrics_exp_histogram is the table/],
  },
};

let fixture: TestEngine;
let store: Store;
/** Rows as Valet's own tables hold them, by table. */
const expected = new Map<string, readonly Row[]>();

type Row = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  fixture = await startTestEngine();
  store = fixture.store;
  await migrate(store, SETTINGS);
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    for (const block of blocks(signal)) await store.insert(block);
  }
  for (const table of [...Object.keys(INSERT_COLUMNS), TABLES.traceIdTs]) {
    expected.set(table, await rowsOf(table));
    expect(expected.get(table)?.length, table).toBeGreaterThan(0);
  }
});
beforeEach(async () => {
  await store.command(`DROP DATABASE IF EXISTS ${DATABASE} SYNC`, { database: 'system' });
  await store.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
});
afterAll(() => fixture?.close());

/** Requests of two tenants, as the writer inserts them. */
function blocks(signal: Signal): readonly (InsertBlock & { readonly rows: number })[] {
  const payload = generatePayload(signal, { requests: 2, records: 100 });
  if (signal === 'metrics') payload.push(RARE_METRICS);
  const requests = payload.map((bytes, offset) => ({
    bytes,
    offset,
    appendedMillis: Number(BASE_NANOS / 1_000_000n),
    tenant: `tenant-${offset}`,
  }));
  return encodeBlocks(decode(signal, requests), POLICY).blocks.map(
    ({ table, day, rows, columns, chunks }) => ({
      table,
      rows,
      columns,
      chunks,
      token: `${table}-${day}`,
    }),
  );
}

/** What the table holds in the columns that are inserted, times in whole seconds, in an order of its own. */
async function rowsOf(table: string, without: readonly string[] = []): Promise<readonly Row[]> {
  const columns = INSERT_COLUMNS[table]?.map(({ name }) => name) ?? ['TenantId', 'TraceId'];
  const chosen = columns.filter((name) => !without.includes(name)).map((name) => `\`${name}\``);
  const rows = await store.query<Row>(`SELECT ${chosen.join(', ')} FROM ${table}`);
  const text = (row: Row) =>
    JSON.stringify(row, (_, value) =>
      typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d+$/, '$1') : value,
    );
  return rows
    .map(text)
    .sort()
    .map((row) => JSON.parse(row) as Row);
}

function without(rows: readonly Row[], columns: readonly string[]): readonly Row[] {
  return rows
    .map((row) =>
      JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name)))),
    )
    .sort()
    .map((row) => JSON.parse(row) as Row);
}

const run = (foreignTables: ForeignTables): Promise<Migrated> =>
  migrate(store, { ...SETTINGS, foreignTables });

/** Every definition in the database. */
const layout = () =>
  store.query<{ name: string; create_table_query: string }>(
    `SELECT name, create_table_query FROM system.tables WHERE database = '${DATABASE}' ORDER BY name`,
  );

async function make(statements: readonly string[]): Promise<void> {
  for (const statement of statements) await store.command(statement);
}

for (const [name, { signal, statements, told }] of Object.entries(GENERATIONS)) {
  describe(`migrate() on ${name}`, () => {
    test('refuses with what differs and what can be done, and changes nothing', async () => {
      await make(statements);
      const before = await layout();
      const error = await migrate(store, SETTINGS).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'foreign-tables', outcome: 'rejected' });
      const { message } = error as Error;
      for (const pattern of told) expect(message).toMatch(pattern);
      expect(message).toContain('VALET_FOREIGN_TABLES=alter');
      expect(message).toContain('=accept');
      expect(await layout()).toEqual(before);
    });

    test('adds what is missing when told to, and then stores every value once', async () => {
      await make(statements);
      await store.command(earlierRow(signal));
      const { foreign, altered } = await run('alter');
      expect(foreign).toEqual([]);
      expect(altered.length).toBeGreaterThan(0);
      const inserted = blocks(signal);
      for (const _ of [1, 2]) for (const block of inserted) await store.insert(block);
      for (const { table, rows } of inserted) {
        const found = await rowsOf(table);
        const earlier = found.filter(({ ServiceName }) => ServiceName === 'earlier');
        expect(found.length - earlier.length, table).toBe(rows);
        expect(found.filter(({ ServiceName }) => ServiceName !== 'earlier')).toEqual(expected.get(table));
      }
      if (signal === 'traces') expect(await lookUp()).toEqual(expected.get(TABLES.traceIdTs));
      // Its rows keep the time they were promised: none.
      const { create_table_query: definition } = (await layout()).find(
        (table) => table.name === inserted[0]?.table,
      ) as { create_table_query: string };
      expect(definition).not.toContain('TTL');
      // From now on it is as good as Valet's own.
      expect(await run('refuse')).toEqual({ applied: [], foreign: [], altered: [] });
      const rows = await store.query(
        `SELECT count() AS n FROM ${inserted[0]?.table} WHERE ServiceName = 'earlier'`,
      );
      expect(rows).toEqual([{ n: '1' }]);
    });

    test('uses it as it is when told to, says so, and stores every value it has a column for', async () => {
      await make(statements);
      const before = await layout();
      const { foreign, altered } = await run('accept');
      expect(altered).toEqual([]);
      const after = await layout();
      for (const table of before) expect(after).toContainEqual(table);
      const missingColumns = Object.fromEntries(
        foreign.map(({ table, missingColumns: columns }) => [table, columns]),
      );
      const inserting = createStore({ ...fixture.endpoint, missingColumns });
      const inserted = blocks(signal);
      for (const block of inserted) await inserting.insert(block);
      for (const block of inserted) {
        const flags = foreign.find(({ table }) => table === block.table);
        const lacking = flags?.missingColumns ?? [];
        const rows = without(expected.get(block.table) ?? [], lacking);
        expect(without(await rowsOf(block.table, lacking), lacking), block.table).toEqual(rows);
        // Own tables stand beside foreign ones.
        expect([flags?.atLeastOnce ?? false, flags?.singleTenant ?? false]).toEqual(
          before.some((table) => table.name === block.table) ? [true, true] : [false, false],
        );
        await inserting.insert(block);
        const [count] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${block.table}`);
        expect(Number(count?.n), block.table).toBe(rows.length * (flags?.atLeastOnce ? 2 : 1));
      }
      await inserting.close();
      if (signal === 'traces')
        expect((await lookUp()).map(({ TraceId }) => TraceId).sort()).toEqual(
          expected
            .get(TABLES.traceIdTs)
            ?.map(({ TraceId }) => TraceId)
            .sort(),
        );
    });
  });
}

/** One row per tenant and trace, as readers ask for it. */
async function lookUp(): Promise<readonly Row[]> {
  const columns = await store.query<{ name: string }>(`DESCRIBE TABLE ${TABLES.traceIdTs}`);
  const key = columns.some(({ name }) => name === 'TenantId') ? 'TenantId, TraceId' : 'TraceId';
  const rows = await store.query<Row>(
    `SELECT ${key} FROM ${TABLES.traceIdTs} WHERE TraceId != 'earlier' GROUP BY ${key}`,
  );
  return rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

/** A row from the time before. */
function earlierRow(signal: Signal): string {
  if (signal === 'logs')
    return "INSERT INTO otel_logs (Timestamp, ServiceName, Body) VALUES ('2026-01-02 03:04:05', 'earlier', 'x')";
  if (signal === 'traces')
    return "INSERT INTO otel_traces (Timestamp, ServiceName, TraceId) VALUES ('2026-01-02 03:04:05', 'earlier', 'earlier')";
  return "INSERT INTO otel_metrics_gauge (TimeUnix, ServiceName, Value) VALUES ('2026-01-02 03:04:05', 'earlier', 1)";
}

describe('migrate() on altered traces', () => {
  test('keeps the same trace of two tenants apart when rows are merged', async () => {
    await make(made.TRACES_NEWEST);
    await run('alter');
    await store.command(
      `INSERT INTO otel_traces (TenantId, Timestamp, TraceId) SELECT if(number % 2, 'a', 'b'), now64(9), 't' FROM numbers(10)`,
    );
    await store.command('OPTIMIZE TABLE otel_traces_trace_id_ts FINAL');
    expect(
      await store.query('SELECT TenantId, TraceId FROM otel_traces_trace_id_ts ORDER BY TenantId'),
    ).toEqual([
      { TenantId: 'a', TraceId: 't' },
      { TenantId: 'b', TraceId: 't' },
    ]);
  });
});

describe('migrate() on tables nobody can insert into as Valet does', () => {
  const UNUSABLE: Readonly<Record<string, { readonly statement: string; readonly told: RegExp }>> = {
    'another engine': {
      statement: 'CREATE TABLE otel_logs (Timestamp DateTime64(9), Body String) ENGINE = Null',
      told: /otel_logs is not a MergeTree \(Null\)/,
    },
    'attributes of another type': {
      statement: made.LOGS_3.replace(/LogAttributes Map\([^)]+\), String\)/, 'LogAttributes JSON').replaceAll(
        /INDEX idx_log_attr\w* .*\n/g,
        '',
      ),
      told: /otel_logs has LogAttributes as JSON/,
    },
  };

  for (const [name, { statement, told }] of Object.entries(UNUSABLE)) {
    test(`refuses ${name}, whatever it is told`, async () => {
      await make([statement]);
      for (const mode of ['refuse', 'alter', 'accept'] as const) {
        await expect(run(mode)).rejects.toMatchObject({
          code: 'foreign-tables',
          message: expect.stringMatching(told),
        });
      }
    });
  }
});
