/** What the official OpenTelemetry JavaScript SDK sends equals what SQL returns, value by value: tests for any target. */
import {
  ROOT_CONTEXT,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import { createExporters, type Protocol } from '../../demo/telemetry/exporters.ts';
import { eventually } from '../support/valet-process.ts';
import type { SdkTarget } from './sdk-target.ts';

const PROTOCOLS: readonly Protocol[] = ['grpc', 'http/protobuf', 'http/json'];

/** Nanoseconds that no double holds: what arrives must be exact. */
function exactTime(offsetNanos = 0): [number, number] {
  return [Math.floor(Date.now() / 1000), 123_456_789 + offsetNanos];
}

function nanos([seconds, rest]: [number, number]): string {
  return (BigInt(seconds) * 1_000_000_000n + BigInt(rest)).toString();
}

function byName(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return String(a['MetricName']).localeCompare(String(b['MetricName']));
}

const ATTRIBUTES = {
  text: 'Grüße, 世界 🚀',
  integer: 42,
  large: 9_007_199_254_740_991,
  negative: -7,
  fraction: 0.1,
  yes: true,
  no: false,
  list: ['a', 'b'],
  numbers: [1, 2.5],
};
const STORED_ATTRIBUTES = {
  fraction: '0.1',
  integer: '42',
  large: '9007199254740991',
  list: '["a","b"]',
  negative: '-7',
  no: 'false',
  numbers: '[1,2.5]',
  text: 'Grüße, 世界 🚀',
  yes: 'true',
};

/** Sends over every protocol to the target, which stands when tests run. */
export function testJavascriptSdk(target: () => SdkTarget): void {
  describe.each(PROTOCOLS)('the JavaScript SDK over %s', (protocol) => {
    const service = `sdk-${protocol.replace('/', '-')}`;
    const resource = resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' });
    const exporters = () =>
      createExporters(protocol, {
        grpcUrl: `http://127.0.0.1:${target().ports.grpc}`,
        httpUrl: `http://127.0.0.1:${target().ports.http}`,
      });

    test('stores spans as sent', async () => {
      const provider = new TracerProvider({
        resource,
        spanProcessors: [new BatchSpanProcessor({ exporter: exporters().traces })],
      });
      const tracer = provider.getTracer('sdk-test', '0.9.0');
      const startTime = exactTime();
      const endTime = exactTime(1_000_001);
      const linked = {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceFlags: TraceFlags.SAMPLED,
      };
      const parent = tracer.startSpan('parent', { kind: SpanKind.SERVER, startTime }, ROOT_CONTEXT);
      const child = tracer.startSpan(
        'child',
        {
          kind: SpanKind.CLIENT,
          startTime,
          attributes: ATTRIBUTES,
          links: [{ context: linked, attributes: { why: 'test' } }],
        },
        trace.setSpan(ROOT_CONTEXT, parent),
      );
      child.addEvent('cache miss', { key: 'k1', size: 3 }, exactTime(5));
      child.setStatus({ code: SpanStatusCode.ERROR, message: 'out of cheese' });
      child.end(endTime);
      parent.end(endTime);
      await provider.shutdown();

      const rows = await eventually('two spans', async () => {
        const found = await target().sql(`
        SELECT TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName,
               ScopeVersion, SpanAttributes, toString(Duration) AS Duration, StatusCode, StatusMessage,
               toString(toUnixTimestamp64Nano(Timestamp)) AS Start, Events.Name AS EventNames,
               arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS EventTimes,
               Events.Attributes AS EventAttributes, Links.TraceId AS LinkTraceIds, Links.SpanId AS LinkSpanIds,
               Links.Attributes AS LinkAttributes
        FROM otel_traces WHERE ServiceName = '${service}' ORDER BY SpanName`);
        return found.length === 2 ? found : undefined;
      });
      const common = {
        TraceId: child.spanContext().traceId,
        TraceState: '',
        ServiceName: service,
        ScopeName: 'sdk-test',
        ScopeVersion: '0.9.0',
        Duration: '1000001',
        Start: nanos(startTime),
        ResourceAttributes: expect.objectContaining({ 'service.name': service, 'service.version': '1.2.3' }),
      };
      expect(rows[0]).toEqual({
        ...common,
        SpanId: child.spanContext().spanId,
        ParentSpanId: parent.spanContext().spanId,
        SpanName: 'child',
        SpanKind: 'Client',
        SpanAttributes: STORED_ATTRIBUTES,
        StatusCode: 'Error',
        StatusMessage: 'out of cheese',
        EventNames: ['cache miss'],
        EventTimes: [expect.stringMatching(/123456794$/)],
        EventAttributes: [{ key: 'k1', size: '3' }],
        LinkTraceIds: [linked.traceId],
        LinkSpanIds: [linked.spanId],
        LinkAttributes: [{ why: 'test' }],
      });
      expect(rows[1]).toMatchObject({
        ...common,
        SpanName: 'parent',
        SpanKind: 'Server',
        ParentSpanId: '',
        StatusCode: 'Unset',
        StatusMessage: '',
        EventNames: [],
        LinkTraceIds: [],
      });
    });

    test('stores log records as sent', async () => {
      const provider = new LoggerProvider({
        resource,
        processors: [new BatchLogRecordProcessor({ exporter: exporters().logs })],
      });
      const timestamp = exactTime();
      const spanContext = {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceFlags: TraceFlags.SAMPLED,
      };
      const context = trace.setSpanContext(ROOT_CONTEXT, spanContext);
      const logger = provider.getLogger('sdk-test', '0.9.0');
      logger.emit({
        timestamp,
        severityNumber: SeverityNumber.WARN,
        severityText: 'WARN',
        body: 'disk nearly full: 93 %',
        eventName: 'disk.pressure',
        attributes: ATTRIBUTES,
        context,
      });
      logger.emit({
        timestamp,
        severityNumber: SeverityNumber.INFO,
        body: { nested: { list: [1, 'two'] } },
        eventName: 'z',
      });
      await provider.shutdown();

      const rows = await eventually('two log records', async () => {
        const found = await target().sql(`
        SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS Time, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber,
               ServiceName, Body, ScopeName, ScopeVersion, LogAttributes, EventName
        FROM otel_logs WHERE ServiceName = '${service}' ORDER BY EventName`);
        return found.length === 2 ? found : undefined;
      });
      expect(rows[0]).toEqual({
        Time: nanos(timestamp),
        TraceId: spanContext.traceId,
        SpanId: spanContext.spanId,
        TraceFlags: 1,
        SeverityText: 'WARN',
        SeverityNumber: SeverityNumber.WARN,
        ServiceName: service,
        Body: 'disk nearly full: 93 %',
        ScopeName: 'sdk-test',
        ScopeVersion: '0.9.0',
        LogAttributes: STORED_ATTRIBUTES,
        EventName: 'disk.pressure',
      });
      expect(rows[1]).toMatchObject({
        Body: '{"nested":{"list":[1,"two"]}}',
        TraceId: '',
        SpanId: '',
        EventName: 'z',
      });
    });

    test('stores metrics of every kind the SDK has as sent', async () => {
      const provider = new MeterProvider({
        resource,
        readers: [
          new PeriodicExportingMetricReader({
            exporter: exporters().metrics,
            exportIntervalMillis: 3_600_000,
          }),
        ],
        views: [
          {
            instrumentName: 'test.exponential',
            aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
          },
        ],
      });
      const meter = provider.getMeter('sdk-test', '0.9.0');
      meter.createCounter('test.counter', { unit: '{call}', description: 'calls' }).add(5, { route: '/a' });
      meter.createUpDownCounter('test.updown').add(-3);
      meter.createGauge('test.gauge').record(36.6, { room: 'kitchen' });
      const histogram = meter.createHistogram('test.histogram', {
        advice: { explicitBucketBoundaries: [1, 10] },
      });
      for (const value of [0.5, 5, 50, 7]) histogram.record(value);
      const exponential = meter.createHistogram('test.exponential');
      for (const value of [1, 2, 4]) exponential.record(value);
      await provider.shutdown();

      const [numbers, histograms, exponentials] = await eventually('points in four tables', async () => {
        const where = `WHERE ServiceName = '${service}' AND ScopeName = 'sdk-test'`;
        const found = await Promise.all([
          target().sql(`
          SELECT MetricName, MetricUnit, MetricDescription, Attributes, Value, AggregationTemporality AS Temporality, IsMonotonic
          FROM otel_metrics_sum ${where}
          UNION ALL
          SELECT MetricName, MetricUnit, MetricDescription, Attributes, Value, 0, false FROM otel_metrics_gauge ${where}`),
          target().sql(`
          SELECT toString(Count) AS Count, Sum, arrayMap(c -> toString(c), BucketCounts) AS Buckets, ExplicitBounds, Min, Max FROM otel_metrics_histogram ${where}`),
          target().sql(`
          SELECT toString(Count) AS Count, Sum, ZeroCount, Min, Max, arraySum(PositiveBucketCounts) AS Positive
          FROM otel_metrics_exp_histogram ${where}`),
        ]);
        return found[0].length === 3 && found[1].length === 1 && found[2].length === 1 ? found : undefined;
      });
      expect(numbers.toSorted(byName)).toEqual([
        {
          MetricName: 'test.counter',
          MetricUnit: '{call}',
          MetricDescription: 'calls',
          Attributes: { route: '/a' },
          Value: 5,
          Temporality: 1,
          IsMonotonic: true,
        },
        {
          MetricName: 'test.gauge',
          MetricUnit: '',
          MetricDescription: '',
          Attributes: { room: 'kitchen' },
          Value: 36.6,
          Temporality: 0,
          IsMonotonic: false,
        },
        {
          MetricName: 'test.updown',
          MetricUnit: '',
          MetricDescription: '',
          Attributes: {},
          Value: -3,
          // The SDK's delta preference leaves up-down counters cumulative.
          Temporality: 2,
          IsMonotonic: false,
        },
      ]);
      expect(histograms[0]).toMatchObject({
        Count: '4',
        Buckets: ['1', '2', '1'],
        Sum: 62.5,
        ExplicitBounds: [1, 10],
        Min: 0.5,
        Max: 50,
      });
      expect(exponentials[0]).toMatchObject({ Count: '3', Sum: 7, Min: 1, Max: 4 });
      expect(Number(exponentials[0]?.['Positive'])).toBe(3);
    });
  });
}
