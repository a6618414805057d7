import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type SqlEndpoint, type SqlEndpointOptions, startSqlEndpoint } from '../../../query/sql/endpoint.ts';
import { migrate } from '../../../store/migrate/migrate.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';

const RETENTION = {
  retentionTracesDays: 14,
  retentionLogsDays: 14,
  retentionMetricsDays: 14,
  retentionResultsDays: 400,
  retentionDeadLettersDays: 30,
};
/** Spans and log records of the tenant `''`; the tenant `other` has as many. */
export const ROWS = 500;

/** An answer as bytes and head. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface SqlTest {
  readonly test: TestEngine;
  readonly endpoint: SqlEndpoint;
  readonly url: string;
  readonly registry: Registry;
  /** Sends a statement to the guarded endpoint. */
  ask(statement: string, params?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a statement to the engine itself. */
  direct(statement: string, params?: Record<string, string>): Promise<Answer>;
  /** Another endpoint on the same engine. */
  another(options: Partial<SqlEndpointOptions>): Promise<SqlEndpoint>;
  close(): Promise<void>;
}

/** A real engine with tables and a little data, and the endpoint before it. */
export async function startSqlTest(): Promise<SqlTest> {
  const test = await startTestEngine();
  await migrate(test.store, { ...RETENTION, fsync: false });
  await fill(test);
  const extra: SqlEndpoint[] = [];
  const registry = new Registry();
  const start = (options: Partial<SqlEndpointOptions>): Promise<SqlEndpoint> =>
    startSqlEndpoint({
      endpoint: test.endpoint,
      host: '127.0.0.1',
      port: 0,
      limits: { maxSeconds: 20, maxMemoryBytes: 500 * 2 ** 20, maxResultRows: 100_000 },
      tenant: '',
      registry: new Registry(),
      logger: pino({ level: 'silent' }),
      ...options,
    });
  const endpoint = await start({ registry });
  const url = `http://127.0.0.1:${endpoint.port}`;
  return {
    test,
    endpoint,
    url,
    registry,
    ask: (statement, params = {}, headers = {}) => post(url, statement, params, headers),
    direct: (statement, params = {}) =>
      post(test.endpoint.url, statement, { database: 'valet', ...params }, { ...test.endpoint.headers }),
    async another(options) {
      const one = await start(options);
      extra.push(one);
      return one;
    },
    async close() {
      for (const one of [...extra, endpoint]) await one.close();
      await test.close();
    },
  };
}

/** POSTs a statement. */
export async function post(
  url: string,
  statement: string,
  params: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/?${new URLSearchParams(params)}`, {
    method: 'POST',
    body: statement,
    headers,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString() };
}

async function fill({ store }: TestEngine): Promise<void> {
  for (const tenant of ['', 'other']) {
    await store.command(`INSERT INTO valet.otel_traces
      (TenantId, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes,
       SpanAttributes, Duration, StatusCode, \`Events.Timestamp\`, \`Events.Name\`, \`Events.Attributes\`)
      SELECT '${tenant}', toDateTime64('2026-11-20 10:00:00', 9) + number, lower(hex(MD5(toString(intDiv(number, 5))))),
        lower(hex(number)), if(number % 5 = 0, '', '1'), 'GET /' || toString(number % 7), 'Server',
        if('${tenant}' = '', 'shop-', 'secret-') || toString(number % 3), map('service.name', 'shop', 'host.name', 'h'),
        map('http.route', '/' || toString(number % 7), 'n', toString(number)), number * 1000000,
        if(number % 10 = 0, 'Error', 'Unset'), [toDateTime64('2026-11-20 10:00:00', 9)], ['exception'], [map('a', 'b')]
      FROM numbers(${ROWS})`);
    await store.command(`INSERT INTO valet.otel_logs
      (TenantId, Timestamp, TraceId, SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, LogAttributes)
      SELECT '${tenant}', toDateTime64('2026-11-20 10:00:00', 9) + number, lower(hex(MD5(toString(intDiv(number, 5))))),
        ['INFO', 'WARN', 'ERROR'][number % 3 + 1], number % 3 + 9, if('${tenant}' = '', 'shop-', 'secret-') || toString(number % 3),
        if('${tenant}' = '', 'hello ', 'confidential ') || toString(number), map('k8s.pod.name', 'pod-1'), map('k', toString(number))
      FROM numbers(${ROWS})`);
    await store.command(`INSERT INTO valet.otel_metrics_sum (TenantId, ServiceName, MetricName, Attributes, TimeUnix, Value)
      SELECT '${tenant}', 'shop-1', 'requests', map('code', toString(number % 2)), toDateTime64('2026-11-20 10:00:00', 9) + number, number
      FROM numbers(100)`);
  }
}
