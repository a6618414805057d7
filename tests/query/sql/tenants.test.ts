import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, ROWS, type SqlTest, startSqlTest } from './support.ts';

let sql: SqlTest;
let askOther: (
  statement: string,
  params?: Record<string, string>,
) => Promise<{ status: number; text: string }>;

beforeAll(async () => {
  sql = await startSqlTest();
  const other = await sql.another({ tenant: 'other' });
  askOther = (statement, params) => post(`http://127.0.0.1:${other.port}`, statement, params);
});
afterAll(() => sql.close());

const JSON_STRINGS = "'otel_logs' : '";

/** Statements a reader of one tenant sends; none may show the other's rows. */
const STATEMENTS: Readonly<Record<string, string>> = {
  'a plain read': 'SELECT DISTINCT ServiceName FROM otel_logs ORDER BY 1',
  'a disjunction': 'SELECT DISTINCT ServiceName FROM otel_logs WHERE 1 OR TenantId != TenantId ORDER BY 1',
  'a condition on the tenant':
    "SELECT DISTINCT ServiceName FROM otel_logs WHERE TenantId IN ('', 'other') ORDER BY 1",
  'a UNION':
    'SELECT DISTINCT ServiceName FROM (SELECT * FROM otel_logs UNION ALL SELECT * FROM valet.otel_logs) ORDER BY 1',
  'a join':
    'SELECT DISTINCT b.ServiceName FROM otel_logs AS a JOIN `valet`.`otel_logs` AS b ON a.TraceId = b.TraceId ORDER BY 1',
  'a comma join': 'SELECT DISTINCT b.ServiceName FROM system.one AS a, otel_logs AS b ORDER BY 1',
  'an alias of another table': 'SELECT DISTINCT ServiceName FROM otel_logs AS otel_traces ORDER BY 1',
  'an alias TenantId': "SELECT DISTINCT ServiceName, 'other' AS TenantId FROM otel_logs ORDER BY 1",
  'a WITH TenantId': "WITH 'other' AS TenantId SELECT DISTINCT ServiceName FROM otel_logs ORDER BY 1",
  'a CTE': 'WITH all AS (SELECT * FROM default.otel_logs) SELECT DISTINCT ServiceName FROM all ORDER BY 1',
  'a subquery behind IN':
    'SELECT DISTINCT ServiceName FROM otel_logs WHERE TraceId IN (SELECT TraceId FROM otel_logs) ORDER BY 1',
  'a filter with a comment': `SELECT DISTINCT ServiceName FROM otel_logs ORDER BY 1 SETTINGS additional_table_filters = {${JSON_STRINGS}1 --'}`,
  'a filter that is always true': `SELECT DISTINCT ServiceName FROM otel_logs ORDER BY 1 SETTINGS additional_table_filters = {${JSON_STRINGS}1 OR TenantId = TenantId'}`,
  'every column of every place':
    "SELECT DISTINCT COLUMNS('ServiceName') FROM (FROM otel_logs SELECT *) ORDER BY ALL",
};

describe('a reader of one tenant', () => {
  it.each(Object.entries(STATEMENTS))('sees only its own rows by %s', async (_what, statement) => {
    const [one, other] = [await sql.ask(statement), await askOther(statement)];
    expect(one.status, one.text).toBe(200);
    expect(one.text).toContain('shop-1');
    expect(one.text).not.toContain('secret-');
    expect(other.status, other.text).toBe(200);
    expect(other.text).toContain('secret-1');
    expect(other.text).not.toContain('shop-');
  });

  it('counts only its own rows, with FINAL and in views', async () => {
    for (const ask of [sql.ask, askOther]) {
      expect((await ask('SELECT count() FROM otel_traces')).text).toBe(`${ROWS}\n`);
      expect((await ask('SELECT count() FROM otel_traces_trace_id_ts FINAL')).text).toBe(`${ROWS / 5}\n`);
      expect((await ask('SELECT count() FROM otel_traces_trace_id_ts_mv FINAL')).text).toBe(`${ROWS / 5}\n`);
      expect((await ask('SELECT count() FROM otel_metrics_exponential_histogram')).text).toBe('0\n');
    }
  });

  it("sees no other tenant's values in the errors of its conditions", async () => {
    const conditions = [
      "toUInt64(extract(Body, '^[a-z]+')) = 1",
      "throwIf(Body LIKE 'hello%') = 0",
      'toDate(Body) = today()',
    ];
    for (const condition of conditions) {
      const { text } = await askOther(`SELECT count() FROM otel_logs WHERE ${condition}`);
      expect(text).not.toContain('hello');
      expect(text).not.toContain('shop');
    }
    expect((await askOther("SELECT sum(throwIf(Body LIKE 'hello%')) FROM otel_logs")).text).toBe('0\n');
  });

  it('is told nothing of parts, which count all rows', async () => {
    expect((await sql.ask('SELECT sum(rows) > 0 FROM system.parts WHERE active')).text).toBe('1\n');
    expect((await askOther('SELECT sum(rows) FROM system.parts')).status).toBe(403);
  });

  it('is told nothing of the sizes of tables, columns and indexes, which count all rows', async () => {
    const reads = [
      'SELECT total_rows FROM system.tables',
      'SELECT sum(data_compressed_bytes) FROM system.columns',
      'SELECT sum(marks_bytes) FROM system.data_skipping_indices',
    ];
    for (const read of reads) {
      expect((await sql.ask(read)).status).toBe(200);
      expect((await askOther(read)).text).toContain('UNKNOWN_IDENTIFIER');
    }
    expect((await askOther("SELECT type FROM system.columns WHERE name = 'Body'")).text).toBe('String\n');
  });
});
