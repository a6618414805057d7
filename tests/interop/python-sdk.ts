/** What the official OpenTelemetry Python SDK sends equals what SQL returns, value by value: tests for any target. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/valet-process.ts';
import { pythonWithSdk } from './python/environment.ts';
import type { SdkTarget } from './sdk-target.ts';

const run = promisify(execFile);
const SENDER = fileURLToPath(new URL('./python/send.py', import.meta.url));
/** Making the environment downloads packages the first time. */
const SETUP_LIMIT_MILLIS = 300_000;

const STORED_ATTRIBUTES = {
  fraction: '0.1',
  integer: '42',
  largest: '9223372036854775807',
  no: 'false',
  numbers: '[1,2]',
  smallest: '-9223372036854775808',
  text: 'Grüße, 世界 🚀',
  texts: '["a","b"]',
  yes: 'true',
};

/** What only the SDK knows before it is stored. */
interface Sent {
  readonly traceId: string;
  readonly parentId: string;
  readonly childId: string;
  readonly traceFlags: number;
}

const byName = (rows: readonly Record<string, unknown>[]) =>
  Object.fromEntries(rows.map((row) => [row['MetricName'], row]));

/** Sends over both protocols to the target, which stands when tests run. Needs python3. */
export function testPythonSdk(target: () => SdkTarget): void {
  let python: string;
  beforeAll(async () => {
    python = await pythonWithSdk();
  }, SETUP_LIMIT_MILLIS);

  describe.each(['grpc', 'http'])('the Python SDK over %s', (protocol) => {
    const service = `python-${protocol}`;
    /** Nanoseconds that no double holds: what arrives must be exact. */
    const start = BigInt(Math.floor(Date.now() / 1000)) * 1_000_000_000n + 123_456_789n;
    const resource = { 'service.name': service, 'service.version': '1.2.3', ports: '[80,443]' };
    const scope = { ScopeName: 'python-test', ScopeVersion: '0.9.0' };
    let sent: Sent;

    beforeAll(async () => {
      const address =
        protocol === 'grpc' ? `127.0.0.1:${target().ports.grpc}` : `http://127.0.0.1:${target().ports.http}`;
      const { stdout, stderr } = await run(python, [SENDER, protocol, address, service, `${start}`]);
      // Its exporters log what is refused and rejected.
      expect(stderr).toBe('');
      sent = JSON.parse(stdout) as Sent;
    });

    async function stored(statement: string, count: number): Promise<readonly Record<string, unknown>[]> {
      return eventually(`${count} rows of ${statement}`, async () => {
        const rows = await target().sql(statement);
        return rows.length >= count ? rows : undefined;
      });
    }

    test('stores spans as sent', async () => {
      const rows = await stored(
        `SELECT TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion,
              ScopeAttributes, SpanAttributes, toString(Duration) AS Duration, StatusCode, StatusMessage,
              toString(toUnixTimestamp64Nano(Timestamp)) AS Start, Events.Name AS EventNames,
              arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS EventTimes,
              Events.Attributes AS EventAttributes, Links.TraceId AS LinkTraceIds, Links.SpanId AS LinkSpanIds,
              Links.TraceState AS LinkTraceStates, Links.Attributes AS LinkAttributes
       FROM otel_traces WHERE ServiceName = '${service}' ORDER BY SpanName`,
        2,
      );
      const common = {
        ...scope,
        TraceId: sent.traceId,
        ServiceName: service,
        ResourceAttributes: resource,
        ScopeAttributes: { 'scope.kind': 'test' },
      };
      expect(rows).toEqual([
        {
          ...common,
          SpanId: sent.childId,
          ParentSpanId: sent.parentId,
          SpanName: 'child',
          SpanKind: 'Client',
          SpanAttributes: STORED_ATTRIBUTES,
          Start: `${start + 1n}`,
          Duration: '1000001',
          StatusCode: 'Error',
          StatusMessage: 'out of cheese',
          EventNames: ['cache miss'],
          EventTimes: [`${start + 5n}`],
          EventAttributes: [{ key: 'k1', size: '3' }],
          LinkTraceIds: ['0af7651916cd43dd8448eb211c80319c'],
          LinkSpanIds: ['b7ad6b7169203331'],
          // This SDK's exporter leaves a link's trace state out.
          LinkTraceStates: [''],
          LinkAttributes: [{ why: 'test' }],
        },
        {
          ...common,
          SpanId: sent.parentId,
          ParentSpanId: '',
          SpanName: 'parent',
          SpanKind: 'Server',
          SpanAttributes: {},
          Start: `${start}`,
          Duration: '2000000',
          StatusCode: 'Unset',
          StatusMessage: '',
          EventNames: [],
          EventTimes: [],
          EventAttributes: [],
          LinkTraceIds: [],
          LinkSpanIds: [],
          LinkTraceStates: [],
          LinkAttributes: [],
        },
      ]);
    });

    test('stores log records as sent', async () => {
      const rows = await stored(
        `SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS Time, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber,
              ServiceName, Body, ResourceAttributes, ScopeName, ScopeVersion, LogAttributes, EventName
       FROM otel_logs WHERE ServiceName = '${service}' ORDER BY Timestamp`,
        2,
      );
      const common = { ...scope, ServiceName: service, ResourceAttributes: resource };
      expect(rows).toEqual([
        {
          ...common,
          Time: `${start + 7n}`,
          TraceId: sent.traceId,
          SpanId: sent.childId,
          TraceFlags: sent.traceFlags,
          SeverityText: 'WARN',
          SeverityNumber: 13,
          Body: 'disk nearly full: 93 %',
          LogAttributes: { ...STORED_ATTRIBUTES, bytes: 'AP8=', map: '{"list":[1,"two"]}' },
          EventName: 'disk.pressure',
        },
        {
          ...common,
          // Without a time of its own: when it was observed.
          Time: `${start + 9n}`,
          TraceId: '',
          SpanId: '',
          TraceFlags: 0,
          SeverityText: '',
          SeverityNumber: 0,
          Body: '{"nested":{"list":[1,"two",null]}}',
          LogAttributes: {},
          EventName: '',
        },
      ]);
    });

    test('stores sums and gauges as sent', async () => {
      const where = `WHERE ServiceName = '${service}' AND ScopeName = 'python-test'`;
      const columns = 'MetricName, MetricUnit, MetricDescription, Attributes, ResourceAttributes, Value';
      const sums = await stored(
        `SELECT ${columns}, AggregationTemporality, IsMonotonic FROM otel_metrics_sum ${where}`,
        2,
      );
      const gauges = await stored(`SELECT ${columns} FROM otel_metrics_gauge ${where}`, 1);
      expect(byName(sums)).toEqual({
        'test.counter': {
          MetricName: 'test.counter',
          MetricUnit: '{call}',
          MetricDescription: 'calls',
          Attributes: { route: '/a' },
          ResourceAttributes: resource,
          Value: 5,
          AggregationTemporality: 1,
          IsMonotonic: true,
        },
        'test.updown': {
          MetricName: 'test.updown',
          MetricUnit: '',
          MetricDescription: '',
          Attributes: {},
          ResourceAttributes: resource,
          Value: -3,
          AggregationTemporality: 2,
          IsMonotonic: false,
        },
      });
      expect(gauges).toEqual([
        {
          MetricName: 'test.gauge',
          MetricUnit: '',
          MetricDescription: '',
          Attributes: { room: 'kitchen' },
          ResourceAttributes: resource,
          Value: 36.6,
        },
      ]);
    });

    test('stores histograms as sent', async () => {
      const where = `WHERE ServiceName = '${service}' AND ScopeName = 'python-test'`;
      const columns = 'MetricName, toString(Count) AS Count, Sum, Min, Max, AggregationTemporality';
      const histograms = await stored(
        `SELECT ${columns}, MetricUnit, arrayMap(c -> toString(c), BucketCounts) AS Buckets, ExplicitBounds,
              Exemplars.TraceId AS ExemplarTraceIds, Exemplars.SpanId AS ExemplarSpanIds, Exemplars.Value AS ExemplarValues
       FROM otel_metrics_histogram ${where}`,
        1,
      );
      const exponentials = await stored(
        `SELECT ${columns}, Scale, PositiveOffset, toString(ZeroCount) AS ZeroCount,
              toString(arraySum(PositiveBucketCounts)) AS Positive, length(NegativeBucketCounts) AS Negatives
       FROM otel_metrics_exp_histogram ${where}`,
        1,
      );
      expect(histograms).toEqual([
        {
          MetricName: 'test.histogram',
          MetricUnit: 's',
          Count: '4',
          Sum: 62.5,
          Min: 0.5,
          Max: 50,
          AggregationTemporality: 1,
          Buckets: ['1', '2', '1'],
          ExplicitBounds: [1, 10],
          // The one that was recorded inside a sampled span.
          ExemplarTraceIds: [sent.traceId],
          ExemplarSpanIds: [sent.childId],
          ExemplarValues: [7],
        },
      ]);
      expect(exponentials).toMatchObject([
        { MetricName: 'test.exponential', Count: '3', Sum: 7, Min: 1, Max: 4, ZeroCount: '0', Positive: '3' },
      ]);
    });
  });
}
