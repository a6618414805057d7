import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REFUSALS } from '../../../query/sql/guard/refusal.ts';
import { ROWS, type SqlTest, startSqlTest } from './support.ts';

let sql: SqlTest;

beforeAll(async () => {
  sql = await startSqlTest();
});
afterAll(() => sql.close());

/** Statements that must do nothing, by what they try. */
const STATEMENTS: Readonly<Record<string, string>> = {
  'reads a file by function': "SELECT file('/etc/passwd')",
  'reads a file by function in other letters': "SELECT FILE('/etc/passwd')",
  'reads a file by a quoted function name': 'SELECT "file"(\'/etc/passwd\')',
  'reads a file by a back-quoted function name': "SELECT `file`('/etc/passwd')",
  'reads a file with a comment in the call': "SELECT file/* harmless */('/etc/passwd')",
  'reads a file behind nested comments': "/* /* */ SELECT 1; */ SELECT file('/etc/passwd')",
  'reads a file behind a line comment': "SELECT 1 -- ' \n + file('/etc/passwd')",
  'reads a file in a lambda': "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
  'reads a file by APPLY': "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')",
  'reads a file by APPLY without brackets': "SELECT * APPLY file FROM (SELECT '/etc/passwd')",
  'reads a file by APPLY of a lambda': "SELECT * APPLY(x -> file(x)) FROM (SELECT '/etc/passwd')",
  'reads a file by APPLY of a lambda without brackets, its argument named like a function':
    "SELECT * APPLY lower -> file('/etc/passwd') FROM (SELECT 'x')",
  'explains a file by APPLY of a lambda without brackets':
    "EXPLAIN SYNTAX SELECT * APPLY lower -> file('/etc/passwd') FROM (SELECT 'x')",
  'reads a table by APPLY of a lambda':
    "SELECT * APPLY lower -> (SELECT count() FROM otel_logs) FROM (SELECT 'x')",
  'gives = another meaning': 'WITH (a, b) -> 1 AS equals SELECT DISTINCT TenantId FROM otel_logs',
  'gives = another meaning inside of an expression':
    'SELECT DISTINCT TenantId FROM otel_logs WHERE arrayExists((x, y) -> 1 AS equals, [1], [1])',
  'gives = another meaning in a subquery':
    'SELECT (WITH (a, b) -> 1 AS equals SELECT groupUniqArray(TenantId) FROM otel_logs)',
  'gives OR another meaning': 'WITH (a, b) -> 1 AS or SELECT DISTINCT database FROM system.tables',
  'gives IN another meaning': 'WITH (a, b) -> 1 AS in SELECT name FROM system.databases',
  'names the ledger of migrations behind IN by an alias':
    "WITH valet_migrations AS foo SELECT (1, 'a', 'b', now()) IN foo",
  'names the ledger of migrations behind IN by an alias of an alias':
    "WITH valet_migrations AS foo, foo AS bar SELECT (1, 'a', 'b', now()) IN bar",
  'writes a subquery like ours with aliases that change it': `SELECT ServiceName FROM otel_logs UNION ALL
    SELECT ServiceName FROM (SELECT *, TimestampTime FILL FROM valet.otel_logs WHERE TenantId = ('' AS TenantId))`,
  'hides a line break in a name that is a string': "SELECT 1 FROM 'a\\nTableIdentifier b'",
  'brings nodes of the tree along in a string behind FROM':
    "WITH a AS (SELECT 1), b AS (SELECT 1 FROM 'a\\n       Literal x') SELECT * FROM a",
  'names what looks like the end of a node': 'SELECT 1 AS `x (alias y)`',
  'reads a table among others in brackets': 'SELECT * FROM (system.processes AS a JOIN otel_logs AS b ON 1)',
  'reads a file by APPLY of a quoted name': 'SELECT * APPLY("file") FROM (SELECT \'/etc/passwd\')',
  'reads a file in REPLACE': "SELECT * REPLACE(file(x) AS x) FROM (SELECT '/etc/passwd' AS x)",
  'reads a file in a window frame': "SELECT sum(1) OVER (ORDER BY file('/etc/passwd'))",
  'reads a file in LIMIT': "SELECT 1 LIMIT length(file('/etc/passwd'))",
  'reads a file in INTERPOLATE':
    "SELECT 1 AS x, 'a' AS y ORDER BY x WITH FILL INTERPOLATE (y AS file('/etc/passwd'))",
  'reads a file in a parameter of an aggregate': "SELECT quantile(length(file('/etc/passwd')))(1)",
  'reads a file in WITH': "WITH file('/etc/passwd') AS f SELECT f",
  'reads a file in QUALIFY': "SELECT 1 QUALIFY file('/etc/passwd') != ''",
  'reads a file in EXPLAIN': "EXPLAIN SYNTAX SELECT file('/etc/passwd')",
  'reads a file in DESCRIBE': "DESCRIBE (SELECT file('/etc/passwd'))",
  'reads a file in EXISTS': "SELECT EXISTS(SELECT file('/etc/passwd'))",
  'reads a file in a table filter': `SELECT count() FROM otel_logs SETTINGS additional_table_filters = {'otel_logs' : 'Body = file(''/etc/passwd'')'}`,
  'reads a file by a table function': "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  'reads a file by a path as a table': 'SELECT * FROM `/etc/passwd`',
  'reads a file by a path as a table of the overlay database': 'SELECT * FROM `default`.`/etc/passwd`',
  'reads a file by a format schema': "SELECT 1 SETTINGS format_schema = '/etc/passwd' FORMAT Protobuf",
  'reads a file by a template': "SELECT 1 FORMAT Template SETTINGS format_template_row = '/etc/passwd'",
  'asks whether a path exists': 'EXISTS TABLE `/etc/passwd`',
  'asks whether a path exists in the overlay database': 'EXISTS TABLE `_local`.`/etc/passwd`',
  'describes a path': 'DESCRIBE TABLE `/etc/passwd`',
  'shows how a path would be created': 'SHOW CREATE TABLE `/etc/passwd`',
  'writes a file': "SELECT 1 INTO OUTFILE 'valet-attack'",
  'writes a file, spread over lines': "SELECT 1 INTO\n/**/OUTFILE 'valet-attack' FORMAT CSV",
  'kills queries': 'KILL QUERY WHERE 1 SYNC',
  'kills mutations': 'KILL MUTATION WHERE 1',
  'drops a table': 'DROP TABLE valet.otel_logs',
  'drops a table behind a semicolon': 'SELECT 1; DROP TABLE valet.otel_logs',
  'drops a table behind a comment and a semicolon': 'SELECT 1 -- \n; DROP TABLE valet.otel_logs',
  'drops a table in PARALLEL WITH': 'SELECT 1 PARALLEL WITH DROP TABLE valet.otel_logs',
  inserts: "INSERT INTO valet.otel_logs (Body) VALUES ('x')",
  'inserts what it selects': "INSERT INTO FUNCTION file('valet-attack') SELECT 1",
  'inserts behind WITH': 'WITH 1 AS x INSERT INTO valet.otel_logs (Body) SELECT x',
  truncates: 'TRUNCATE TABLE valet.otel_logs',
  alters: 'ALTER TABLE valet.otel_logs DELETE WHERE 1',
  deletes: 'DELETE FROM valet.otel_logs WHERE 1',
  creates: 'CREATE TABLE valet.x (a UInt8) ENGINE = Memory',
  'creates a function': 'CREATE FUNCTION evil AS x -> file(x)',
  attaches: "ATTACH TABLE valet.x FROM '/tmp' (a UInt8) ENGINE = MergeTree ORDER BY a",
  'sets a setting': 'SET readonly = 0',
  'changes the database': 'USE system',
  'stops the server': 'SYSTEM SHUTDOWN',
  'stops merges': 'SYSTEM STOP MERGES',
  'backs up': "BACKUP DATABASE valet TO Disk('default', 'x')",
  grants: 'GRANT ALL ON *.* TO default',
  'creates a user': 'CREATE USER evil',
  optimizes: 'OPTIMIZE TABLE valet.otel_logs FINAL',
  'begins a transaction': 'BEGIN TRANSACTION',
  'merges tables': "SELECT * FROM merge('valet', '.*')",
  'merges tables of the current database': "SELECT * FROM merge('.*')",
  'fetches an address': "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
  'reads S3': "SELECT * FROM s3('http://127.0.0.1:1/x', 'CSV', 'a String')",
  'connects to another server': "SELECT * FROM remote('127.0.0.1:1', system.one)",
  'reads the cluster': "SELECT * FROM clusterAllReplicas('default', system.one)",
  'connects to MySQL': "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
  'connects to PostgreSQL': "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
  'opens SQLite': "SELECT * FROM sqlite('x.db', 'y')",
  'runs a program': "SELECT * FROM executable('id', 'TSV', 'a String')",
  'reads the input': "SELECT * FROM input('a UInt8')",
  'evaluates text': "SELECT * FROM eval('SELECT 1')",
  'lists the file system': "SELECT * FROM filesystem('/')",
  'reads a dictionary as a table': "SELECT * FROM dictionary('x')",
  'loops over a table': 'SELECT * FROM loop(valet.otel_logs) LIMIT 1',
  'views a query': 'SELECT * FROM view(SELECT 1)',
  'views a query if permitted': "SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a UInt8'))",
  'explains in a subquery': 'SELECT * FROM (EXPLAIN SELECT 1)',
  'reads an index of a table': "SELECT * FROM mergeTreeIndex('valet', 'otel_logs')",
  'reads other queries': 'SELECT query FROM system.processes',
  'reads the query log': 'SELECT * FROM system.query_log',
  'reads the configuration': 'SELECT * FROM system.server_settings',
  'reads users': 'SELECT * FROM system.users',
  'reads named collections': 'SELECT * FROM `system`.`named_collections`',
  'reads a system table by quoted parts': 'SELECT * FROM "system" . "processes"',
  'reads a system table behind IN': 'SELECT 1 IN system.processes',
  'reads a system table behind IN by function': "SELECT in('x', system.processes)",
  'reads a system table by JOIN': 'SELECT 1 FROM system.one JOIN system.processes ON 1',
  'reads a system table behind a comma': 'SELECT 1 FROM system.one, system.processes',
  'reads a system table in a CTE': 'WITH p AS (SELECT * FROM system.processes) SELECT * FROM p',
  'reads a system table first': 'FROM system.processes SELECT *',
  'reads a system table in a scalar subquery': 'SELECT (SELECT count() FROM system.processes)',
  'reads the information schema': 'SELECT * FROM information_schema.tables',
  'reads the ledger of migrations': 'SELECT * FROM valet_migrations',
  'reads the ledger of migrations by its database': 'SELECT * FROM valet.valet_migrations',
  'reads the ledger of migrations behind IN': 'SELECT 1 IN (SELECT version FROM valet_migrations)',
  'names the ledger of migrations behind IN': 'SELECT (1, 2) IN valet_migrations',
  'names a table behind IN by function': "SELECT in('x', otel_logs)",
  'names a table behind IN in brackets': "SELECT 'x' IN (otel_logs)",
  'names a table behind IN with parameters': "SELECT in(1)('x', otel_logs)",
  'names a table behind IN with a window': "SELECT in('x', otel_logs) OVER ()",
  'names what is no table yet': 'SELECT * FROM valet_soon',
  'names what is no table yet behind IN': "SELECT 'x' IN valet_soon",
  'takes a table for a CTE with columns': 'WITH otel_logs (a) AS (SELECT 1) SELECT * FROM otel_logs',
  'takes a table for a materialized CTE': 'WITH otel_logs AS MATERIALIZED (SELECT 1) SELECT * FROM otel_logs',
  'takes a table for a CTE': "WITH otel_logs AS (SELECT 'x' AS Body) SELECT Body FROM otel_logs",
  'takes a table for a CTE in a subquery':
    'SELECT * FROM (WITH otel_logs AS (SELECT 1) SELECT * FROM otel_logs)',
  'reads a path of parts': 'SELECT _part FROM valet.otel_logs',
  'reads paths of tables': 'SELECT data_paths FROM system.tables',
  'reads paths of parts': 'SELECT path FROM system.parts',
  'asks for columns of any table': "SELECT hasColumnInTable('system', 'processes', 'query')",
  'joins by name': "SELECT joinGet('valet.x', 'y', 1)",
  'asks a dictionary': "SELECT dictGet('x', 'y', 1)",
  'asks for the host': 'SELECT hostName(), FQDN()',
  'asks for the server id': 'SELECT serverUUID()',
  'asks for a macro': "SELECT getMacro('x')",
  'asks for a server setting': "SELECT getServerSetting('max_server_memory_usage')",
  'asks for a setting that is not its own': "SELECT getSetting('format_schema')",
  "asks for the request's headers": "SELECT getClientHTTPHeader('X-Valet-Key')",
  'asks for the certificate': 'SELECT showCertificate()',
  'asks for addresses of code': 'SELECT addressToLine(1)',
  'asks for the disk': 'SELECT filesystemAvailable()',
  'asks the network': "SELECT reverseDNSQuery('127.0.0.1')",
  'asks a language model': "SELECT aiGenerate('x')",
  'runs a model': "SELECT catboostEvaluate('x.bin', 1)",
  sleeps: 'SELECT sleep(3)',
  'sleeps for each row': 'SELECT sum(sleepEachRow(1)) FROM numbers(3)',
  'writes to the log': "SELECT logTrace('x')",
  'calls an internal function': "SELECT __getScalar('x')",
  'fails by an aggregate': 'SELECT aggThrow(0.5)(1)',
  'lifts read-only in the statement': 'SELECT 1 SETTINGS readonly = 0',
  'sets an unknown setting in the statement': 'SELECT 1 SETTINGS allow_ddl = 1',
  'sets a setting in a subquery': 'SELECT * FROM (SELECT 1 SETTINGS max_threads = 9)',
  'sets a setting in a UNION': 'SELECT 1 SETTINGS max_memory_usage = 0 UNION ALL SELECT 2',
  'adds a filter to results': "SELECT 1 AS x SETTINGS additional_result_filter = 'x = 2'",
  'breaks out of a table filter': `SELECT count() FROM otel_logs SETTINGS additional_table_filters = {'otel_logs' : '1) OR (1'}`,
  'selects in a table filter': `SELECT count() FROM otel_logs SETTINGS additional_table_filters = {'otel_logs' : 'Body IN (SELECT query FROM system.processes)'}`,
  'uses a here-document': "SELECT $$file('/etc/passwd')$$",
  'uses typographic quotes': 'SELECT ‘x’',
  'hides a line break in a name': 'SELECT 1 AS `a\nTableIdentifier system.one`',
  'hides an escape in a name': 'SELECT 1 AS `a\\n`',
  'hides a NUL': "SELECT 1 \0 + file('/etc/passwd')",
  'leaves a quote open': "SELECT 'x",
  'leaves a comment open': 'SELECT 1 /*',
  'nests brackets deeply': `SELECT ${'('.repeat(3_000)}1${')'.repeat(3_000)}`,
  'shows processes': 'SHOW PROCESSLIST',
  'shows grants': 'SHOW GRANTS',
  'shows users': 'SHOW USERS',
  'shows tables of a foreign database': 'SHOW TABLES FROM information_schema',
  'shows tables with a condition': 'SHOW TABLES FROM valet WHERE file(name) != name',
  'checks a table': 'CHECK TABLE valet.otel_logs',
  watches: 'WATCH valet.otel_logs',
  'explains a table override': 'EXPLAIN TABLE OVERRIDE mysql(x) PARTITION BY y',
  'explains an insert': "EXPLAIN INSERT INTO valet.otel_logs (Body) VALUES ('x')",
  'samples a table': 'SELECT count() FROM otel_logs SAMPLE 0.1',
  'answers by a foreign protocol': 'SELECT 1 FORMAT PostgreSQLWire',
  'sends nothing': '   -- only a comment',
};

/** Parameters and headers that must do nothing, by what they try. */
const PARAMETERS: Readonly<Record<string, readonly [Record<string, string>, string?]>> = {
  'lifts read-only': [{ readonly: '0' }],
  'lifts read-only by a text': [{ readonly: 'false' }],
  'opens a session': [{ session_id: 'x', session_timeout: '60' }],
  'sets a stylesheet': [{ stylesheet: '/etc/passwd' }],
  'buffers the answer': [{ buffer_size: '1000000000' }],
  'asks for progress headers': [{ send_progress_in_http_headers: '1' }],
  'allows definitions': [{ allow_ddl: '1' }],
  'allows introspection': [{ allow_introspection_functions: '1' }],
  'allows reading headers': [{ allow_get_client_http_header: '1' }],
  'names a schema': [{ format_schema: '/etc/passwd' }],
  'takes another role': [{ role: 'admin' }],
  'reads another database': [{ database: 'information_schema' }],
  'answers by a template': [{ default_format: 'Template' }],
  'gives a compressed body': [{ decompress: '1' }],
  'gives a limit that is no number': [{ max_threads: '1; DROP TABLE x' }],
  'gives a timezone that is no name': [{ session_timezone: "UTC' --" }],
  'gives a query_id with a line break': [{ query_id: 'a\r\nX-Evil: 1' }],
  'gives external data': [{ x_structure: 'a UInt8' }],
  'names a path by parameter': [{ param_t: '/etc/passwd' }, 'SELECT * FROM {t:Identifier}'],
  'names a system table by parameters': [
    { param_d: 'system', param_t: 'processes' },
    'SELECT * FROM {d:Identifier}.{t:Identifier}',
  ],
  'names a function by parameter': [{ param_f: 'file' }, "SELECT {f:Identifier}('/etc/passwd')"],
  'breaks out of a name by parameter': [
    { param_t: 'otel_logs` UNION ALL SELECT 1 --' },
    'SELECT 1 FROM {t:Identifier}',
  ],
  'hides a line break in a name by parameter': [{ param_t: 'a\nb' }, 'SELECT 1 AS {t:Identifier}'],
  'filters by a file': [
    { additional_table_filters: "{'otel_logs' : 'Body = file(''/etc/passwd'')'}" },
    'SELECT 1 FROM otel_logs',
  ],
  'continues the statement of the address in the body': [
    { query: 'SELECT 1 UNION ALL SELECT' },
    "file('/etc/passwd')",
  ],
};

function expectRefused({ status, text, headers }: { status: number; text: string; headers: Headers }): void {
  expect(status, text).toBeGreaterThanOrEqual(400);
  expect(status, text).toBeLessThan(500);
  expect(text).toMatch(/^Code: \d+\. DB::Exception: .+\. \([A-Z_]+\)/s);
  expect(headers.get('x-clickhouse-exception-code')).toMatch(/^\d+$/);
  expect(text).not.toContain('root:');
}

describe('the SQL endpoint refuses a statement that', () => {
  it.each(Object.entries(STATEMENTS))('%s', async (_what, statement) => {
    expectRefused(await sql.ask(statement));
  });
});

describe('the SQL endpoint refuses a request that', () => {
  it.each(Object.entries(PARAMETERS))('%s', async (_what, [params, statement = 'SELECT 1']) => {
    expectRefused(await sql.ask(statement, params));
  });

  it('comes under a foreign host name', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: sql.endpoint.port,
          path: '/?query=SELECT+1',
          headers: { Host: 'evil.example' },
        },
        (answer) => resolve(answer.resume().statusCode),
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(status).toBe(403);
  });

  it('comes from a page of another site', async () => {
    // fetch() itself may not set this header.
    const { request } = await import('node:http');
    const headers = { Host: 'localhost', 'Sec-Fetch-Site': 'cross-site' };
    const status = await new Promise((resolve, reject) => {
      const target = { host: '127.0.0.1', port: sql.endpoint.port, path: '/?query=SELECT+1', headers };
      const outgoing = request(target, (answer) => resolve(answer.resume().statusCode));
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(status).toBe(403);
  });

  it('is longer than a statement may be', async () => {
    const { status, text } = await sql.ask(`SELECT '${'x'.repeat(300_000)}'`);
    expect(status).toBe(413);
    expect(text).toContain('QUERY_IS_TOO_LARGE');
  });

  it('becomes longer than a statement may be', async () => {
    const statement = `SELECT 1 FROM ${Array(1_000).fill('otel_logs').join()}`;
    const filters = `{'otel_logs' : 'Body != \\'${'x'.repeat(50_000)}\\''}`;
    const { status, text } = await sql.ask(statement, { additional_table_filters: filters });
    expect(status).toBe(413);
    expect(text).toContain('Valet: the statement names too many tables');
  });

  it('unpacks to more than a statement may be', async () => {
    const { gzipSync } = await import('node:zlib');
    const response = await fetch(sql.url, {
      method: 'POST',
      body: gzipSync(Buffer.alloc(50_000_000, 'x')),
      headers: { 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('gzip');
  });
});

describe('docs/sql.md', () => {
  it('lists the refusals, all of them and no others', async () => {
    const page = await readFile(new URL('../../../docs/sql.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\| (\d+) +\|/gm)].map(
      ([, name, code, status]) => [name, { code: Number(code), status: Number(status) }],
    );
    expect(Object.fromEntries(listed)).toEqual(REFUSALS);
  });
});

describe('after all of these', () => {
  it('the tables hold what they held', async () => {
    expect((await sql.direct('SELECT count() FROM valet.otel_logs')).text).toBe(`${2 * ROWS}\n`);
    expect((await sql.direct("SELECT count() FROM system.functions WHERE name = 'evil'")).text).toBe('0\n');
  });

  it('no answer carries the secret of the engine', async () => {
    const secret = Object.values(sql.test.endpoint.headers ?? {})[0] as string;
    for (const statement of [
      'SELECT x',
      'SELECT file(1)',
      'SELEC',
      'SELECT * FROM system.settings',
      'SELECT throwIf(1)',
    ]) {
      const { text, headers } = await sql.ask(statement);
      expect(text).not.toContain(secret);
      expect([...headers.values()].join()).not.toContain(secret);
    }
  });

  it('the engine still answers nobody without its secret', async () => {
    expect((await fetch(`${sql.test.endpoint.url}/?query=SELECT+1`)).status).toBe(404);
  });
});
