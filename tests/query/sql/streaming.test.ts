import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSqlEndpoint } from '../../../query/sql/endpoint.ts';
import { post, ROWS, type SqlTest, startSqlTest } from './support.ts';

let sql: SqlTest;

beforeAll(async () => {
  sql = await startSqlTest();
});
afterAll(() => sql.close());

const ENDLESS = 'SELECT number, cityHash64(number) FROM system.numbers WHERE NOT ignore(number)';

/** Statements with the marker that the engine runs now. */
async function running(marker: string): Promise<number> {
  const statement = `SELECT count() FROM system.processes WHERE query LIKE '%${marker}%' AND query NOT LIKE '%system.processes%'`;
  return Number((await sql.direct(statement)).text);
}

describe('the SQL endpoint streams', () => {
  it('rows before the statement has ended, and stops when the reader leaves', async () => {
    const marker = 'marker_streaming';
    const wide = await sql.another({
      limits: { maxSeconds: 60, maxMemoryBytes: 2 ** 29, maxResultRows: 1e12, maxResultBytes: 1e12 },
    });
    const query = new URLSearchParams({ query: `${ENDLESS} AND '${marker}' != '' FORMAT TSV` });
    const outgoing = get(`http://127.0.0.1:${wide.port}/?${query}`);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(response, 'readable');
    expect(String(response.read(100))).toMatch(/^0\t/);
    expect(await running(marker)).toBe(1);
    outgoing.destroy();
    await expect.poll(() => running(marker), { timeout: 15_000 }).toBe(0);
  });

  it('no faster than the reader reads', async () => {
    const wide = await sql.another({
      limits: { maxSeconds: 60, maxMemoryBytes: 2 ** 29, maxResultRows: 1e12, maxResultBytes: 1e12 },
    });
    const before = process.memoryUsage.rss();
    const query = new URLSearchParams({ query: `${ENDLESS} AND 'marker_slow' != '' FORMAT RowBinary` });
    const outgoing = get(`http://127.0.0.1:${wide.port}/?${query}`);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    // Two readings of the engine's own counter, alike, say that it stands still while nobody reads.
    const written = async (): Promise<string> =>
      (
        await sql.direct(
          `SELECT sum(read_rows) FROM system.processes WHERE query LIKE '%marker_slow%' AND query NOT LIKE '%system.processes%'`,
        )
      ).text;
    let last = '';
    await expect
      .poll(
        async () => {
          const now = await written();
          const still = now === last && now !== '0\n';
          last = now;
          return still;
        },
        { timeout: 15_000, interval: 500 },
      )
      .toBe(true);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
    response.destroy();
  });

  it('ends a statement whose reader leaves before the first row', async () => {
    const marker = 'marker_leaves';
    const outgoing = request(`${sql.url}/`, { method: 'POST' });
    outgoing.on('error', () => {});
    outgoing.end(`SELECT max(cityHash64(number, '${marker}')) FROM numbers(9000000000)`);
    await expect.poll(() => running(marker), { timeout: 10_000 }).toBe(1);
    outgoing.destroy();
    await expect.poll(() => running(marker), { timeout: 15_000 }).toBe(0);
  });

  it('compressed answers as they are', async () => {
    const options = { headers: { 'Accept-Encoding': 'gzip' } };
    const outgoing = get(`${sql.url}/?query=SELECT+number+FROM+numbers(1000)`, options);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.headers['content-encoding']).toBe('gzip');
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(gunzipSync(Buffer.concat(chunks)).toString().split('\n')).toHaveLength(1_001);
  });
});

describe('the SQL endpoint keeps the limit', () => {
  it('of time', async () => {
    const { text } = await sql.ask('SELECT max(cityHash64(number)) FROM numbers(9000000000)', {
      max_execution_time: '1',
    });
    expect(text).toMatch(/TIMEOUT_EXCEEDED/);
  });

  it('of rows of a result', async () => {
    const { text } = await sql.ask('SELECT number FROM numbers(200000)', { wait_end_of_query: '1' });
    expect(text).toContain('TOO_MANY_ROWS_OR_BYTES');
  });

  it('of rows of a result a reader wants cut, by cutting', async () => {
    const params = { max_result_rows: '10', result_overflow_mode: 'break', max_block_size: '5' };
    const { status, text } = await sql.ask('SELECT number FROM numbers(1000)', params);
    expect(status).toBe(200);
    expect(text.split('\n').length).toBeLessThan(100);
  });

  it('of memory', async () => {
    const { text } = await sql.ask("SELECT groupArray(repeat('x', 1000)) FROM numbers(10000000)", {
      max_memory_usage: '100000000',
    });
    expect(text).toContain('MEMORY_LIMIT_EXCEEDED');
  });

  it('of statements at the same time, with Retry-After', async () => {
    const narrow = await sql.another({ maxRunning: 1, maxWaiting: 1, maxWaitMillis: 60_000 });
    const url = `http://127.0.0.1:${narrow.port}`;
    const busy = request(`${url}/`, { method: 'POST' });
    busy.on('error', () => {});
    busy.end("SELECT max(cityHash64(number, 'marker_busy')) FROM numbers(9000000000)");
    await expect.poll(() => running('marker_busy'), { timeout: 10_000 }).toBe(1);
    const waiting = post(url, 'SELECT 1');
    // Either of the two may come first; one waits and one is turned away.
    const answers = await Promise.race([waiting, post(url, 'SELECT 1')]);
    expect(answers.status).toBe(503);
    expect(answers.headers.get('retry-after')).toBe('1');
    expect(answers.text).toContain('TOO_MANY_SIMULTANEOUS_QUERIES');
    busy.destroy();
  });

  it('of patience with readers that take nothing, whatever is left for them', async () => {
    const registry = new Registry();
    const short = await sql.another({
      limits: { maxSeconds: 1, maxMemoryBytes: 2 ** 29, maxResultRows: 1e6 },
      silenceMarginMillis: 500,
      maxRunning: 40,
      registry,
    });
    // Some of these answers end in the buffers between here and there: the engine is done, the reader is not.
    const readers = Array.from({ length: 40 }, (_, i) => {
      const statement = `SELECT repeat('x', 10000) FROM numbers(${250 + i * 8}) FORMAT TSVRaw`;
      const socket = connect(short.port, '127.0.0.1').pause();
      socket.on('error', () => {});
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${statement.length}\r\n\r\n${statement}`,
      );
      return socket;
    });
    const ended = async (): Promise<number> => {
      const [metric] = (await registry.getMetricsAsJSON()).filter(
        ({ name }) => name === 'valet_sql_request_seconds',
      );
      return (metric?.values ?? [])
        .filter((value) => 'metricName' in value && String(value.metricName).endsWith('_count'))
        .reduce((sum, { value }) => sum + Number(value), 0);
    };
    await expect.poll(ended, { timeout: 20_000 }).toBe(readers.length);
    for (const reader of readers) reader.destroy();
  });
});

describe('the SQL endpoint', () => {
  it('answers ping, and 503 for a store that is away', async () => {
    expect(await (await fetch(`${sql.url}/ping`)).text()).toBe('Ok.\n');
    expect(await (await fetch(sql.url)).text()).toBe('Ok.\n');
    const lost = await startSqlEndpoint({
      endpoint: { url: 'http://127.0.0.1:9' },
      host: '127.0.0.1',
      port: 0,
      limits: { maxSeconds: 5, maxMemoryBytes: 1e8, maxResultRows: 10 },
      tenant: '',
      registry: new Registry(),
      logger: pino({ level: 'silent' }),
    });
    const answer = await post(`http://127.0.0.1:${lost.port}`, 'SELECT 1');
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('NETWORK_ERROR');
    expect((await fetch(`http://127.0.0.1:${lost.port}/ping`)).status).toBe(503);
    await lost.close();
  });

  it('answers other paths and methods with 404 and 405', async () => {
    expect((await fetch(`${sql.url}/play`)).status).toBe(404);
    expect((await fetch(sql.url, { method: 'PUT', body: 'SELECT 1' })).status).toBe(405);
  });

  it("gives a query its reader's id, apart from the engine's other queries", async () => {
    const { headers, text } = await sql.ask('SELECT queryID()', { query_id: 'mine' });
    expect(headers.get('x-clickhouse-query-id')).toBe('mine');
    expect(text).toBe('sql:mine\n');
  });

  it('survives a reader that sends half a request', async () => {
    const socket = connect(sql.endpoint.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nSELECT');
    socket.destroy();
    expect((await sql.ask('SELECT 1')).text).toBe('1\n');
  });

  it('tells how many requests ended how', async () => {
    await sql.ask('SELECT 1');
    await sql.ask('DROP TABLE x');
    const metrics = await sql.registry.metrics();
    expect(metrics).toMatch(/valet_sql_request_seconds_count\{outcome="ok"\} [1-9]/);
    expect(metrics).toMatch(/valet_sql_refusals_total\{reason="ACCESS_DENIED"\} [1-9]/);
  });
});

describe('@clickhouse/client', () => {
  it('pings, queries with parameters, and streams', async () => {
    const client = createClient({
      url: sql.url,
      username: 'default',
      password: '',
      compression: { response: true },
      log: { level: ClickHouseLogLevel.OFF },
    });
    expect(await client.ping()).toEqual({ success: true });
    const result = await client.query({
      query:
        'SELECT ServiceName AS s, count() AS c FROM otel_logs WHERE SeverityText = {level: String} GROUP BY s ORDER BY s',
      query_params: { level: 'ERROR' },
      format: 'JSONEachRow',
      clickhouse_settings: { date_time_output_format: 'iso', output_format_json_quote_64bit_integers: 1 },
    });
    expect(await result.json()).toHaveLength(1);
    const stream = await client.query({ query: 'SELECT Body FROM otel_logs', format: 'JSONEachRow' });
    let rows = 0;
    for await (const batch of stream.stream()) rows += batch.length;
    expect(rows).toBe(ROWS);
    await expect(client.command({ query: 'DROP TABLE valet.otel_logs' })).rejects.toMatchObject({
      code: '497',
    });
    await client.close();
  });
});
