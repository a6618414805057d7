import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SqlTest, startSqlTest } from './support.ts';

let sql: SqlTest;

beforeAll(async () => {
  sql = await startSqlTest();
  // The direct engine sees every tenant's rows: with one tenant both see the same.
  await sql.test.store.command(
    "ALTER TABLE valet.otel_traces DELETE WHERE TenantId = 'other' SETTINGS mutations_sync = 2",
  );
  await sql.test.store.command(
    "ALTER TABLE valet.otel_logs DELETE WHERE TenantId = 'other' SETTINGS mutations_sync = 2",
  );
  await sql.test.store.command(
    "ALTER TABLE valet.otel_metrics_sum DELETE WHERE TenantId = 'other' SETTINGS mutations_sync = 2",
  );
  await sql.test.store.command(
    "ALTER TABLE valet.otel_traces_trace_id_ts DELETE WHERE TenantId = 'other' SETTINGS mutations_sync = 2",
  );
});
afterAll(() => sql.close());

const TRACE = 'cfcd208495d565ef66e7dff9f98764da';

const STATEMENTS: Readonly<Record<string, string>> = {
  "Grafana's handshake": 'SELECT version(), revision(), timezone()',
  "Grafana's ping": 'SELECT 1',
  'a version query': 'SELECT version()',
  'a column list':
    "SELECT name, type, table FROM system.columns WHERE database = 'valet' AND table = 'otel_logs'",
  'the functions':
    'SELECT name, is_aggregate, case_insensitive, alias_to, description FROM system.functions ORDER BY name LIMIT 10000',
  'a description': 'DESC TABLE "valet"."otel_logs"',
  'a description without database': 'DESCRIBE otel_traces',
  'a description of a query':
    'DESCRIBE (SELECT ServiceName, count() AS c FROM (SELECT 1 AS ServiceName) GROUP BY ServiceName)',
  'a creating statement': 'SHOW CREATE TABLE valet.otel_traces',
  'columns shown': 'SHOW COLUMNS FROM otel_logs',
  'columns shown with a pattern': "SHOW FULL COLUMNS FROM otel_logs FROM valet LIKE '%Attributes'",
  'functions shown': "SHOW FUNCTIONS LIKE 'toStartOf%'",
  'a count': 'SELECT count() FROM otel_traces',
  'a count by a qualified name': 'SELECT count() FROM "valet"."otel_traces"',
  'a count with blanks in the name': 'SELECT count() FROM valet . otel_traces;',
  'every column': 'SELECT * FROM otel_traces ORDER BY Timestamp, SpanId LIMIT 7',
  'an alias column': 'SELECT max(TimestampTime) FROM otel_logs',
  'a materialized column': 'SELECT `__otel_materialized_k8s.pod.name`, count() FROM otel_logs GROUP BY 1',
  'nested columns': 'SELECT "Events.Name", Events.Timestamp FROM otel_traces ORDER BY Timestamp LIMIT 2',
  subcolumns: 'SELECT SpanAttributes.keys, Events.Name.size0 FROM otel_traces ORDER BY Timestamp LIMIT 2',
  'map subscripts':
    "SELECT SpanAttributes['http.route'] AS r, count() FROM otel_traces GROUP BY r ORDER BY r",
  'columns by the name of the table':
    'SELECT otel_logs.Body FROM otel_logs ORDER BY otel_logs.Timestamp LIMIT 3',
  'columns by the full name of the table':
    'SELECT valet.otel_logs.Body FROM valet.otel_logs ORDER BY valet.otel_logs.Timestamp LIMIT 3',
  'an alias of a table':
    "SELECT l.Body FROM otel_logs AS l WHERE l.ServiceName = 'shop-1' ORDER BY l.Timestamp LIMIT 3",
  'an alias without AS': 'SELECT l.* FROM otel_logs l ORDER BY l.Timestamp LIMIT 3',
  'a join in brackets': 'SELECT count() FROM (otel_logs AS l JOIN otel_traces AS t ON l.TraceId = t.TraceId)',
  'tables in brackets': 'SELECT count() FROM (otel_logs, otel_metrics_sum)',
  'subqueries in brackets':
    'SELECT count() FROM ((SELECT 1 FROM otel_logs) UNION ALL (SELECT 2 FROM otel_logs))',
  'APPLY before another column':
    'SELECT * APPLY(max) EXCEPT Body, 1 AS one FROM (SELECT Body, SeverityNumber FROM otel_logs)',
  'APPLY without brackets': "SELECT COLUMNS('Number$') APPLY toString APPLY length FROM otel_logs LIMIT 2",
  FINAL: 'SELECT count() FROM otel_traces_trace_id_ts FINAL',
  'FINAL behind an alias':
    "SELECT min(t.Start) FROM otel_traces_trace_id_ts AS t FINAL WHERE t.TraceId != ''",
  'a self join': `SELECT c.SpanName, count() FROM otel_traces AS p INNER JOIN otel_traces AS c ON p.TraceId = c.TraceId AND c.ParentSpanId = p.SpanId GROUP BY 1 ORDER BY 1`,
  'a join USING': 'SELECT count() FROM otel_traces JOIN otel_logs USING TraceId',
  'tables behind a comma':
    'SELECT count() FROM otel_traces AS a, otel_traces_trace_id_ts AS b WHERE a.TraceId = b.TraceId',
  'a UNION':
    "SELECT * FROM (SELECT 'traces' AS t, count() AS c FROM otel_traces UNION ALL SELECT 'logs', count() FROM otel_logs) ORDER BY t",
  INTERSECT:
    'SELECT DISTINCT ServiceName FROM otel_traces INTERSECT SELECT DISTINCT ServiceName FROM otel_logs ORDER BY 1',
  'a subquery in IN':
    "SELECT count() FROM otel_logs WHERE TraceId IN (SELECT TraceId FROM otel_traces WHERE StatusCode = 'Error')",
  'a scalar subquery': 'SELECT (SELECT max(Duration) FROM otel_traces) AS m',
  'a common table expression':
    "WITH e AS (SELECT TraceId FROM otel_traces WHERE StatusCode = 'Error') SELECT count() FROM e WHERE TraceId IN e",
  'a common table expression in another':
    'WITH a AS (SELECT ServiceName AS s FROM otel_traces), b AS (SELECT s, count() AS c FROM a GROUP BY s) SELECT * FROM b ORDER BY s',
  'a common table expression with columns': 'WITH t (n) AS (SELECT 7) SELECT n FROM t',
  'a named list behind IN':
    "SELECT count() FROM otel_logs WHERE ServiceName IN (WITH ['shop-1'] AS l SELECT arrayJoin(l))",
  'a named tuple behind IN':
    "WITH ('shop-1', 'shop-2') AS names SELECT count() FROM otel_logs WHERE ServiceName IN names",
  'a recursive common table expression':
    'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t',
  'a list behind IN':
    "WITH ['shop-1', 'shop-2'] AS names SELECT count() FROM otel_logs WHERE has(names, ServiceName) AND ServiceName IN ('shop-1', 'shop-2')",
  'FROM first': 'FROM otel_logs SELECT count()',
  'FROM in functions':
    "SELECT EXTRACT(DAY FROM Timestamp), TRIM(BOTH 'h' FROM Body), SUBSTRING(Body FROM 1 FOR 2) FROM otel_logs ORDER BY Timestamp LIMIT 1",
  'DISTINCT FROM': 'SELECT count() FROM otel_logs WHERE ServiceName IS DISTINCT FROM SeverityText',
  'ARRAY JOIN':
    'SELECT k, count() FROM otel_traces ARRAY JOIN mapKeys(SpanAttributes) AS k GROUP BY k ORDER BY k',
  'ORDER BY WITH FILL':
    'SELECT toStartOfMinute(Timestamp) AS t, count() FROM otel_logs GROUP BY t ORDER BY t WITH FILL FROM toDateTime(1795168800) TO toDateTime(1795169400) STEP 60',
  'window functions':
    'SELECT ServiceName, lagInFrame(count(), 1) OVER (PARTITION BY ServiceName ORDER BY toStartOfMinute(Timestamp)) AS previous FROM otel_traces GROUP BY ServiceName, toStartOfMinute(Timestamp) ORDER BY ServiceName, toStartOfMinute(Timestamp)',
  'a named window':
    'SELECT row_number() OVER w AS n FROM otel_logs WINDOW w AS (ORDER BY Timestamp) ORDER BY n LIMIT 3',
  quantiles:
    "SELECT ServiceName, quantile(0.95)(Duration), quantilesTDigest(0.5, 0.9)(Duration), countIf(StatusCode = 'Error') FROM otel_traces GROUP BY ServiceName ORDER BY 1",
  combinators:
    "SELECT sumMap(map(ServiceName, toUInt64(1))), uniqExactIf(TraceId, Duration > 5), argMax(SpanName, Duration), anyIf(SpanId, SpanId = '1'), topK(1)(ServiceName)[1] FROM otel_traces",
  'lambdas and arrays':
    'SELECT arrayMap(x -> x * 2, range(4)), arrayFilter((k, v) -> k != v, [1, 2], [1, 3])',
  'columns by a pattern': "SELECT COLUMNS('^(Trace|Span)Id$') FROM otel_logs ORDER BY Timestamp LIMIT 2",
  'EXCEPT and REPLACE':
    'SELECT * EXCEPT (Body, ResourceAttributes, LogAttributes) REPLACE (upper(ServiceName) AS ServiceName) FROM otel_logs ORDER BY Timestamp LIMIT 2',
  'APPLY of a function':
    "SELECT COLUMNS('^Severity') APPLY(toString) APPLY length FROM otel_logs ORDER BY Timestamp LIMIT 2",
  'LIMIT BY': 'SELECT ServiceName, Body FROM otel_logs ORDER BY Timestamp LIMIT 1 BY ServiceName',
  'GROUPING SETS':
    'SELECT ServiceName, SeverityText, count() FROM otel_logs GROUP BY GROUPING SETS ((ServiceName), (SeverityText)) ORDER BY ALL',
  'WITH TOTALS': 'SELECT ServiceName, count() FROM otel_logs GROUP BY ServiceName WITH TOTALS ORDER BY 1',
  'comments of every kind':
    'SELECT 1 -- one\n, 2 # two\n, 3 #! three\n, /* four /* nested */ */ 4 /* \' */ FROM /* " */ otel_logs LIMIT 1',
  'odd literals':
    "SELECT x'41', 0x1F, 1_000, 1e3, .5, -1, 'it''s', 'a\\'b\\\\', '\\x41', [1, 2][1], (1, 'a').2, map('k', 1)['k'], NULL, true",
  operators:
    "SELECT 1 + 2 * 3 % 4, 1 <=> NULL, 5 BETWEEN 1 AND 9, 'a' || 'b', 1 = 1 ? 'y' : 'n', CAST('1' AS UInt8), '2'::Int64, CASE WHEN 1 THEN 2 ELSE 3 END",
  dates:
    "SELECT toStartOfInterval(toDateTime('2026-11-20 10:07:00'), INTERVAL 5 MINUTE), DATE '2026-01-01', toDateTime('2026-01-01 00:00:00') + INTERVAL '1 day', fromUnixTimestamp64Milli(1795168800000)",
  'table functions of numbers':
    "SELECT * FROM numbers(3) AS n JOIN values('a UInt64, b String', (0, 'x'), (1, 'y')) AS v ON n.number = v.a ORDER BY number",
  'a series': 'SELECT * FROM generate_series(1, 10, 3)',
  'an empty table': "SELECT * FROM null('a UInt8')",
  'the alias view': 'SELECT count() FROM otel_metrics_exponential_histogram',
  'keys of a map, as Grafana asks':
    'SELECT DISTINCT arrayJoin(mapKeys("ResourceAttributes")) as keys FROM "valet"."otel_logs" WHERE Timestamp >= toDateTime(\'2026-11-20 00:00:00\') LIMIT 1000',
  'the volume of logs, as Grafana asks':
    'SELECT toStartOfInterval("Timestamp", INTERVAL 60 second) as time, sum(multiSearchAny(toString("SeverityText"), [\'error\',\'ERROR\',\'Error\'])) as error FROM "valet"."otel_logs" WHERE ( time >= toDateTime(1795168800) AND time <= toDateTime(1795172400) ) GROUP BY time ORDER BY time ASC LIMIT 100',
  'logs, as Grafana asks':
    'SELECT "Timestamp" as timestamp, "Body" as body, "SeverityText" as level, mapConcat(ResourceAttributes, LogAttributes) as labels, "TraceId" as traceID FROM "valet"."otel_logs" WHERE ( timestamp >= fromUnixTimestamp64Milli(1795168800000) AND timestamp <= fromUnixTimestamp64Milli(1795172400000) ) AND level IN (\'ERROR\') ORDER BY timestamp DESC LIMIT 10',
  'a trace by its id, as Grafana asks': `WITH '${TRACE}' as __gf_trace_id, (SELECT min(Start) FROM "valet"."otel_traces_trace_id_ts" WHERE TraceId = __gf_trace_id) as __gf_trace_start, (SELECT max(End) + 1 FROM "valet"."otel_traces_trace_id_ts" WHERE TraceId = __gf_trace_id) as __gf_trace_end SELECT "TraceId" as traceID, "SpanId" as spanID, "ParentSpanId" as parentSpanID, "ServiceName" as serviceName, "SpanName" as operationName, multiply(toUnixTimestamp64Nano("Timestamp"), 0.000001) as startTime, multiply("Duration", 0.000001) as duration, arrayMap(key -> map('key', key, 'value',"SpanAttributes"[key]), mapKeys("SpanAttributes")) as tags, arrayMap(key -> map('key', key, 'value',"ResourceAttributes"[key]), mapKeys("ResourceAttributes")) as serviceTags, if("StatusCode" IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) as statusCode, arrayMap((name, timestamp, attributes) -> tuple(name, toString(toUnixTimestamp64Milli(timestamp)), arrayMap( key -> map('key', key, 'value', attributes[key]), mapKeys(attributes)))::Tuple(name String, timestamp String, fields Array(Map(String, String))), "Events".Name, "Events".Timestamp, "Events".Attributes) AS logs FROM "valet"."otel_traces" WHERE traceID = __gf_trace_id AND "Timestamp" >= __gf_trace_start AND "Timestamp" <= __gf_trace_end ORDER BY startTime ASC LIMIT 1000`,
  'a search of traces, as Grafana asks': `SELECT "TraceId" as traceID, "ServiceName" as serviceName, "SpanName" as operationName, "Timestamp" as startTime, multiply("Duration", 0.000001) as duration FROM "valet"."otel_traces" WHERE ( Timestamp >= toDateTime(1795168800) AND Timestamp <= toDateTime(1795172400) ) AND ( ParentSpanId = '' ) AND ( Duration > 0 ) ORDER BY Timestamp DESC, Duration DESC LIMIT 20`,
  'levels per service':
    "SELECT ServiceName, positionCaseInsensitive(Body, 'HELLO') > 0 AS p, replaceRegexpAll(any(Body), '[0-9]+', 'N'), cityHash64(ServiceName) % 10 FROM otel_logs GROUP BY ServiceName, p HAVING count() > 1 ORDER BY 1",
};

const PLAIN = { output_format_write_statistics: '0' };

describe('the SQL endpoint answers as the engine itself does:', () => {
  it.each(Object.entries(STATEMENTS))('%s', async (_what, statement) => {
    const params = { ...PLAIN, default_format: 'JSONCompactEachRowWithNamesAndTypes' };
    const [guarded, direct] = [await sql.ask(statement, params), await sql.direct(statement, params)];
    expect(direct.status, direct.text).toBe(200);
    expect(guarded.status, guarded.text).toBe(200);
    expect(guarded.text).toBe(direct.text);
  });

  it.each([
    'JSON',
    'JSONEachRow',
    'CSV',
    'TSVWithNamesAndTypes',
    'Native',
    'ArrowStream',
    'Parquet',
    'RowBinary',
    'Pretty',
  ])('in the format %s', async (format) => {
    const statement = `SELECT * FROM otel_traces ORDER BY Timestamp, SpanId LIMIT 100 FORMAT ${format}`;
    const [guarded, direct] = [await sql.ask(statement, PLAIN), await sql.direct(statement, PLAIN)];
    expect(guarded.status, guarded.text).toBe(200);
    expect(guarded.headers.get('x-clickhouse-format')).toBe(direct.headers.get('x-clickhouse-format'));
    expect(guarded.headers.get('content-type')).toBe(direct.headers.get('content-type'));
    expect(guarded.bytes.equals(direct.bytes)).toBe(true);
  });

  it('in the Native format of a protocol version', async () => {
    const params = { client_protocol_version: '54460', default_format: 'Native' };
    const statement =
      'SELECT ServiceName, mapKeys(ResourceAttributes) AS k, Timestamp FROM otel_logs ORDER BY Timestamp LIMIT 9';
    const [guarded, direct] = [await sql.ask(statement, params), await sql.direct(statement, params)];
    expect(guarded.bytes.equals(direct.bytes)).toBe(true);
    // A block of that version begins with its info; without the version it begins with the number of columns.
    expect(guarded.bytes.subarray(0, 3)).toEqual(Buffer.from([1, 0, 2]));
  });
});

describe('the SQL endpoint', () => {
  it("answers Grafana's handshake with the types it scans", async () => {
    const { text } = await sql.ask('SELECT displayName(), version(), revision(), timezone()', {
      default_format: 'JSONCompactEachRowWithNamesAndTypes',
      client_protocol_version: '54460',
      max_execution_time: '14',
    });
    const [, types, row] = text.split('\n').map((line) => (line === '' ? [] : JSON.parse(line)));
    expect(types).toEqual(['String', 'String', 'UInt32', 'String']);
    expect(row[2]).toBeGreaterThanOrEqual(54_454);
  });

  it('shows the databases and tables there are to read', async () => {
    expect((await sql.ask('SHOW DATABASES')).text).toBe('system\nvalet\n');
    const tables = (await sql.ask('SHOW TABLES FROM "valet"')).text.split('\n');
    expect(tables).toContain('otel_traces');
    expect(tables).toContain('valet_budgets');
    expect(tables).not.toContain('valet_migrations');
    expect((await sql.ask("SHOW TABLES LIKE 'otel_log%'", { database: 'default' })).text).toBe('otel_logs\n');
    expect((await sql.ask('SHOW TABLES FROM system LIMIT 2')).text).toBe(
      'aggregate_function_combinators\ncollations\n',
    );
  });

  it('tells which tables exist', async () => {
    expect((await sql.ask('EXISTS TABLE valet.otel_logs')).text).toBe('1\n');
    expect((await sql.ask('EXISTS otel_nothing')).text).toBe('0\n');
    expect((await sql.ask('EXISTS DATABASE valet')).text).toBe('1\n');
  });

  it('applies additional_table_filters, in the statement and as a parameter', async () => {
    const counts = ['count() FROM otel_logs', "countIf(ServiceName = 'shop-1') FROM otel_logs"];
    const [all, one] = await Promise.all(counts.map(async (rest) => (await sql.ask(`SELECT ${rest}`)).text));
    expect(all).not.toBe(one);
    const filter = "{'valet.otel_logs' : 'ServiceName = \\'shop-1\\''}";
    expect(
      (await sql.ask(`SELECT count() FROM "valet"."otel_logs" settings additional_table_filters=${filter}`))
        .text,
    ).toBe(one);
    expect((await sql.ask('SELECT count() FROM otel_logs', { additional_table_filters: filter })).text).toBe(
      one,
    );
  });

  it('takes parameters of values and of names', async () => {
    const params = {
      param_d: 'valet',
      param_t: 'otel_logs',
      param_c: 'ServiceName',
      param_v: "shop-1' OR 1 --",
    };
    const statement = 'SELECT count() FROM {d:Identifier}.{t:Identifier} WHERE {c:Identifier} = {v:String}';
    expect((await sql.ask(statement, params)).text).toBe('0\n');
    const { text } = await sql.ask(statement, { ...params, param_v: 'shop-1' });
    expect(Number(text)).toBeGreaterThan(100);
  });

  it('takes names as parameters in DESCRIBE and SHOW', async () => {
    const params = { param_d: 'default', param_t: 'otel_logs' };
    expect((await sql.ask('DESCRIBE {d:Identifier}.{t:Identifier}', params)).text).toContain('SeverityText');
    expect((await sql.ask('SHOW TABLES FROM {d:Identifier}', params)).text).toContain('otel_traces');
  });

  it('answers what JDBC clients ask first', async () => {
    const handshake =
      "SELECT currentUser() AS user, timezone() AS timezone, version() AS version, getSetting('readonly') AS readonly";
    const { status, text } = await sql.ask(
      `${handshake} FORMAT JSONEachRow`,
      {},
      { 'X-ClickHouse-Database': 'default' },
    );
    expect(status, text).toBe(200);
    expect(text).toContain('"readonly":1');
    expect((await sql.ask('SELECT name FROM system.dictionaries')).text).toBe('');
    expect((await sql.ask('SELECT 1', { compress: '1' })).bytes.length).toBeGreaterThan(2);
  });

  it('takes FORMAT and SETTINGS in either order', async () => {
    expect((await sql.ask('SELECT 1 AS x FORMAT CSVWithNames SETTINGS max_threads = 1')).text).toBe(
      '"x"\n1\n',
    );
    expect(
      (await sql.ask("SELECT 1 AS x SETTINGS max_threads = 1, join_algorithm = 'hash' FORMAT JSONEachRow"))
        .text,
    ).toBe('{"x":1}\n');
  });

  it('clamps limits a reader lifts and keeps those it lowers', async () => {
    const effective = async (params: Record<string, string>, rest = ''): Promise<string> =>
      (
        await sql.ask(
          `SELECT getSetting('max_execution_time'), getSetting('max_memory_usage')${rest}`,
          params,
        )
      ).text;
    expect(await effective({ max_execution_time: '999', max_memory_usage: '0' })).toBe('20\t524288000\n');
    expect(await effective({ max_execution_time: '3' }, ' SETTINGS max_memory_usage = 100000000')).toBe(
      '3\t100000000\n',
    );
  });

  it('takes what HyperDX and the clients send', async () => {
    const params = {
      allow_experimental_analyzer: '1',
      date_time_output_format: 'iso',
      wait_end_of_query: '0',
      cancel_http_readonly_queries_on_client_close: '1',
      output_format_json_quote_64bit_integers: '1',
      max_rows_to_read: '100000',
      use_skip_indexes_for_top_k: '1',
      query_plan_optimize_lazy_materialization: '0',
      enable_full_text_index: '1',
      readonly: '2',
      limit: '1',
    };
    const headers = { 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': 'anything' };
    const { status, text } = await sql.ask(
      'SELECT Timestamp, toUInt64(7) AS n FROM otel_logs ORDER BY Timestamp FORMAT JSONEachRow',
      params,
      headers,
    );
    expect(status).toBe(200);
    expect(text).toBe('{"Timestamp":"2026-11-20T10:00:00.000000000Z","n":"7"}\n');
  });

  it('answers GET with the statement in the address', async () => {
    const response = await fetch(`${sql.url}/?query=SELECT%201&default_format=JSONEachRow`, {
      headers: { Authorization: 'Basic ZGVmYXVsdDo=' },
    });
    expect(await response.text()).toBe('{"1":1}\n');
  });

  it('explains the plan of a read', async () => {
    const { text } = await sql.ask(
      "EXPLAIN indexes = 1 SELECT count() FROM otel_logs WHERE ServiceName = 'shop-1'",
    );
    expect(text).toContain('ReadFromMergeTree (valet.otel_logs)');
    expect(text).toContain('PrimaryKey');
    expect((await sql.ask('EXPLAIN AST SELECT 1')).text).toContain('SelectWithUnionQuery');
  });

  it("passes the engine's own exceptions on", async () => {
    const { status, text, headers } = await sql.ask('SELECT nothing FROM otel_logs');
    expect(status).toBe(404);
    expect(headers.get('x-clickhouse-exception-code')).toBe('47');
    expect(text).toContain('UNKNOWN_IDENTIFIER');
    const missing = await sql.ask('SELECT * FROM otel_nothing');
    expect(missing.text).toContain('UNKNOWN_TABLE');
    const syntax = await sql.ask('SELECT FROM WHERE');
    expect(syntax.status).toBe(400);
    expect(syntax.text).toContain('SYNTAX_ERROR');
  });

  it('sees a table as soon as it is there', async () => {
    expect((await sql.ask('SELECT * FROM otel_later')).status).toBe(404);
    await sql.test.store.command('CREATE TABLE valet.otel_later (TenantId String, x UInt8) ENGINE = Memory');
    await sql.test.store.command("INSERT INTO valet.otel_later VALUES ('', 1), ('other', 2)");
    await expect
      .poll(async () => (await sql.ask('SELECT x FROM otel_later')).text, { timeout: 15_000 })
      .toBe('1\n');
  });
});
