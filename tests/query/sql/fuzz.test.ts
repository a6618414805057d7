import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SqlTest, startSqlTest } from './support.ts';

let sql: SqlTest;

beforeAll(async () => {
  sql = await startSqlTest();
});
afterAll(() => sql.close());

/** Pieces a reader with bad intent would put together; the tenant `other` holds what says `secret` or `confidential`. */
const PIECES = [
  'SELECT',
  '*',
  'ServiceName',
  'Body',
  'DISTINCT',
  'FROM',
  'otel_logs',
  'valet.otel_logs',
  '`valet`.`otel_logs`',
  '"otel_traces"',
  'default.otel_logs',
  'valet_migrations',
  'system.processes',
  'system.tables',
  'system.one',
  'JOIN',
  'LEFT JOIN',
  ',',
  'ON 1',
  'USING TraceId',
  'WHERE',
  'PREWHERE',
  '1',
  'OR',
  'AND',
  "TenantId != ''",
  "TenantId = 'other'",
  'IN',
  'NOT IN',
  '(',
  ')',
  '(SELECT',
  'UNION ALL',
  'UNION DISTINCT',
  'EXCEPT',
  'INTERSECT',
  'AS',
  'a',
  'b',
  'WITH',
  'a AS (',
  'RECURSIVE',
  'FINAL',
  'SAMPLE 1',
  'LIMIT 3',
  'LIMIT 1 BY ServiceName',
  'ORDER BY 1',
  'GROUP BY ALL',
  'HAVING 1',
  'QUALIFY 1',
  'ARRAY JOIN',
  'mapKeys(ResourceAttributes)',
  "file('/etc/passwd')",
  "merge('valet', 'otel')",
  'count()',
  'any(Body)',
  'APPLY(toString)',
  'APPLY file',
  "COLUMNS('.')",
  'EXCEPT(Body)',
  '-- x\n',
  '/*',
  '*/',
  "'",
  '"',
  '`',
  ';',
  '#',
  '\\',
  '.',
  '{t:Identifier}',
  '{d:Identifier}.{t:Identifier}',
  "SETTINGS additional_table_filters = {'otel_logs' : '1'}",
  'SETTINGS max_threads = 1',
  'FORMAT CSV',
  'EXPLAIN',
  'DESCRIBE',
  'SHOW TABLES',
  'EXISTS',
  'INTERVAL 1 DAY',
  'CASE WHEN 1 THEN',
  'END',
  '::String',
  '[1]',
  'NULL',
  'x -> x',
  'OVER ()',
  'TOP 3',
  'PARALLEL WITH',
  'INTO OUTFILE',
];
const RUNS = 400;

/** Sensible beginnings, so that more statements get past the parser. */
const statement = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(' ')),
  fc
    .tuple(
      fc.constantFrom(
        'SELECT *',
        'SELECT ServiceName',
        'WITH a AS (SELECT * FROM otel_logs) SELECT *',
        'FROM otel_logs AS b SELECT *',
      ),
      fc.constantFrom(' FROM otel_logs', ' FROM valet.otel_logs AS a', ' FROM a', ''),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }),
    )
    .map(([head, from, rest]) => `${head}${from} ${rest.join(' ')}`),
  fc
    .tuple(fc.constantFrom(...PIECES), fc.constantFrom(...PIECES), fc.constantFrom(...PIECES))
    .map(([a, b, c]) => `SELECT Body FROM otel_logs WHERE ServiceName ${a} ${b} ${c} LIMIT 5`),
);

describe('the SQL endpoint', () => {
  it(`shows nothing of another tenant, of files or of the engine, whatever is sent (${RUNS} statements)`, async () => {
    const params = { param_d: 'valet', param_t: 'otel_logs', default_format: 'TSV' };
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(statement, async (text) => {
        const { status, text: answer } = await sql.ask(text, params);
        if (status === 200) answered++;
        expect(answer).not.toMatch(/secret-|confidential|root:|X-Valet-Key/);
        expect(status).not.toBe(503);
      }),
      { numRuns: RUNS, seed: 20_261_121 },
    );
    // The test means something only when many of the statements ran.
    expect(answered).toBeGreaterThan(RUNS / 20);
  });
});
