/** Tables of the Collector's exporter, which have no tenant column, behind the endpoint. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOGS_3 } from '../../store/foreign/collector-tables.ts';
import { post, ROWS, type SqlTest, startSqlTest } from './support.ts';

let sql: SqlTest;
type Ask = (statement: string, params?: Record<string, string>) => Promise<{ status: number; text: string }>;
/** Of a process that accepts such tables: the only tenant, and another one. */
let askAccepting: Ask;
let askOther: Ask;

beforeAll(async () => {
  sql = await startSqlTest();
  await sql.test.store.command('DROP TABLE valet.otel_logs SYNC');
  await sql.test.store.command(LOGS_3);
  await sql.test.store.command(
    "INSERT INTO valet.otel_logs (Timestamp, ServiceName, Body) VALUES ('2026-11-20 10:00:00', 'shop', 'hello')",
  );
  const ask = async (tenant: string): Promise<Ask> => {
    const { port } = await sql.another({ tenant, acceptsForeignTables: true });
    return (statement, params) => post(`http://127.0.0.1:${port}`, statement, params);
  };
  askAccepting = await ask('');
  askOther = await ask('other');
});
afterAll(() => sql.close());

const STATEMENTS = ['SELECT Body FROM otel_logs', 'DESCRIBE otel_logs', 'SHOW CREATE TABLE valet.otel_logs'];

describe('a table without a tenant column', () => {
  it.each(STATEMENTS)('is refused with the reason and what can be done: %s', async (statement) => {
    for (const ask of [sql.ask, askOther]) {
      const { status, text } = await ask(statement);
      expect(status).toBe(403);
      expect(text).toMatch(/otel_logs was made by another program and has no TenantId/);
      expect(text).toMatch(/VALET_FOREIGN_TABLES=alter adds the column, =accept shows them/);
      expect(text).not.toContain('hello');
    }
    expect((await sql.ask("SHOW TABLES LIKE 'otel_logs'")).text).toBe('');
  });

  it('is shown to the only tenant where such tables are accepted', async () => {
    expect(await askAccepting('SELECT Body, ServiceName FROM otel_logs WHERE 1')).toMatchObject({
      status: 200,
      text: 'hello\tshop\n',
    });
    expect((await askAccepting('SELECT count() FROM otel_logs AS a, otel_traces AS b')).text).toBe(
      `${ROWS}\n`,
    );
    expect((await askAccepting("SHOW TABLES LIKE 'otel_logs'")).text).toBe('otel_logs\n');
    for (const statement of STATEMENTS) expect((await askAccepting(statement)).status, statement).toBe(200);
  });

  it('is filtered by what the reader gives, as any other', async () => {
    const params = { additional_table_filters: "{'otel_logs': 'Body != \\'hello\\''}" };
    expect((await askAccepting('SELECT count() FROM otel_logs', params)).text).toBe('0\n');
  });

  it('is not opened by a view on a table whose rows have tenants', async () => {
    await sql.test.store.command('DROP TABLE valet.otel_traces_trace_id_ts_mv SYNC');
    await sql.test.store.command(
      `CREATE MATERIALIZED VIEW valet.otel_traces_trace_id_ts_mv TO valet.otel_traces_trace_id_ts
       AS SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM valet.otel_traces GROUP BY TraceId`,
    );
    const { port } = await sql.another({ tenant: '', acceptsForeignTables: true });
    const { status, text } = await post(
      `http://127.0.0.1:${port}`,
      'SELECT * FROM otel_traces_trace_id_ts_mv',
    );
    expect([status, text]).toEqual([403, expect.any(String)]);
    expect(text).toMatch(/otel_traces_trace_id_ts_mv was made by another program and has no TenantId/);
  });

  it('does not open what was never meant for readers', async () => {
    for (const table of ['valet_migrations', 'valet_batches']) {
      const { status, text } = await askAccepting(`SELECT * FROM ${table}`);
      expect([status, text.includes('is not available')]).toEqual([403, true]);
    }
  });
});
