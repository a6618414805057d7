import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE_NANOS } from '../../../bench/payload/common.ts';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { encodeBlocks } from '../../../ingest/writer/blocks.ts';
import { decode } from '../../../otlp/columns/decode.ts';
import { MIGRATIONS } from '../../../schemas/migrations/index.ts';
import { type Signal, TABLES } from '../../../schemas/names.ts';
import * as tables from '../../../schemas/tables.ts';

const COLUMNS: Record<string, readonly tables.TableColumn[]> = {
  [TABLES.traces]: tables.SPAN_COLUMNS,
  [TABLES.logs]: tables.LOG_COLUMNS,
  [TABLES.gauge]: tables.GAUGE_COLUMNS,
  [TABLES.sum]: tables.SUM_COLUMNS,
  [TABLES.histogram]: tables.HISTOGRAM_COLUMNS,
  [TABLES.expHistogram]: tables.EXP_HISTOGRAM_COLUMNS,
  [TABLES.summary]: tables.SUMMARY_COLUMNS,
};

const MONTH_SECONDS = 30 * 86_400;
const POLICY = {
  retentionSeconds: { traces: MONTH_SECONDS, logs: MONTH_SECONDS, metrics: MONTH_SECONDS },
};

const directory = mkdtempSync(join(tmpdir(), 'valet-tables-'));
let session: Session;

function rows(sql: string): Record<string, string>[] {
  return session
    .query(sql, 'JSONEachRow')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>);
}

/** Stores a payload of the signal in its tables; returns the rows the blocks said they hold, by table. */
function store(signal: Signal): Record<string, number> {
  const requests = generatePayload(signal, { requests: 2 }).map((bytes, offset) => ({
    bytes,
    offset,
    appendedMillis: Number(BASE_NANOS / 1_000_000n),
    tenant: `tenant-${offset}`,
  }));
  const { blocks } = encodeBlocks(decode(signal, requests), POLICY);
  for (const { table, columns, chunks } of blocks) {
    const path = join(directory, `${table}.native`);
    writeFileSync(path, Buffer.concat(chunks));
    const names = columns.map((name) => `\`${name}\``).join(', ');
    session.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM file('${path}', 'Native')`);
  }
  return Object.fromEntries(blocks.map((block) => [block.table, block.rows]));
}

beforeAll(() => {
  session = new Session(join(directory, 'data'));
  session.query('CREATE DATABASE valet ENGINE = Atomic');
  session.query('USE valet');
  for (const { statements } of MIGRATIONS) for (const statement of statements) session.query(statement);
});

afterAll(() => {
  session.close();
  rmSync(directory, { recursive: true });
});

describe('the columns of the telemetry tables', () => {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    test(`the columns of ${table} are those its migration creates`, () => {
      const created = rows(`DESCRIBE TABLE ${table}`)
        .filter((row) => row['default_type'] === '')
        .map(({ name, type }) => ({ name, type }));
      expect(created).toEqual(columns);
    });
  }

  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    test(`the blocks of ${signal} go into the tables the migrations create`, () => {
      const stored = store(signal);
      expect(Object.values(stored).reduce((sum, count) => sum + count)).toBe(2000);
      for (const [table, count] of Object.entries(stored)) {
        const [found] = rows(`SELECT count() AS count, uniqExact(TenantId) AS tenants FROM ${table}`);
        expect([Number(found?.['count']), Number(found?.['tenants'])]).toEqual([count, 2]);
      }
    });
  }
});
