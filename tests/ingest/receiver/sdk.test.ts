import { type Attributes, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPLogExporter as LogsGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogsJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogsProto } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricsGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricsJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricsProto } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TracesGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesProto } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import type { Signal } from '../../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../../schemas/otlp.ts';
import { decode } from '../../otlp/support/decode.ts';
import { NOW_MILLIS } from '../../otlp/support/payloads.ts';
import { start, type TestReceivers } from './support/start.ts';

const PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'] as const;
type Protocol = (typeof PROTOCOLS)[number];

const ATTRIBUTES: Attributes = {
  text: 'käse 😀',
  count: 42,
  big: Number.MAX_SAFE_INTEGER,
  ratio: 0.25,
  yes: true,
  list: ['a', 'b'],
  numbers: [1, 2.5],
};
const resource = resourceFromAttributes({ 'service.name': 'checkout', 'service.version': '1.2.3' });

interface Exporters {
  readonly traces: SpanExporter;
  readonly metrics: PushMetricExporter;
  readonly logs: LogRecordExporter;
}

function exporters(protocol: Protocol, receivers: TestReceivers): Exporters {
  const grpc = { url: `http://127.0.0.1:${receivers.grpcPort}` };
  const at = (path: string) => ({ url: receivers.http(path) });
  switch (protocol) {
    case 'grpc':
      return { traces: new TracesGrpc(grpc), metrics: new MetricsGrpc(grpc), logs: new LogsGrpc(grpc) };
    case 'http/protobuf':
      return {
        traces: new TracesProto(at('/v1/traces')),
        metrics: new MetricsProto(at('/v1/metrics')),
        logs: new LogsProto(at('/v1/logs')),
      };
    case 'http/json':
      return {
        traces: new TracesJson(at('/v1/traces')),
        metrics: new MetricsJson(at('/v1/metrics')),
        logs: new LogsJson(at('/v1/logs')),
      };
  }
}

/** Ids that count up from a start, so every protocol sends the same. */
function idGenerator() {
  let ids = 0;
  const next = (length: number) => (++ids).toString(16).padStart(length, 'a');
  return { generateTraceId: () => next(32), generateSpanId: () => next(16) };
}

async function sendTraces(exporter: SpanExporter): Promise<void> {
  const provider = new TracerProvider({
    resource,
    idGenerator: idGenerator(),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('shop', '1.0.0');
  for (let i = 0; i < 5; i++) {
    const span = tracer.startSpan(`step ${i}`, {
      kind: SpanKind.CLIENT,
      attributes: ATTRIBUTES,
      startTime: NOW_MILLIS + i,
      links: [
        {
          context: { traceId: 'b'.repeat(32), spanId: 'c'.repeat(16), traceFlags: TraceFlags.SAMPLED },
          attributes: { n: i },
        },
      ],
    });
    span.addEvent('retry', { attempt: i }, NOW_MILLIS + i + 1);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'upstream' });
    span.end(NOW_MILLIS + i + 20);
  }
  await provider.forceFlush();
  await provider.shutdown();
}

async function sendLogs(exporter: LogRecordExporter): Promise<void> {
  const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('shop', '1.0.0');
  const body = { nested: { deep: [1, 'two', true, null] }, bytes: new Uint8Array([0, 255]) };
  logger.emit({
    severityNumber: 17,
    severityText: 'ERROR',
    body,
    attributes: ATTRIBUTES,
    eventName: 'page.view',
    timestamp: NOW_MILLIS,
    observedTimestamp: NOW_MILLIS + 1,
  });
  logger.emit({
    severityNumber: 9,
    body: 'plain',
    timestamp: NOW_MILLIS + 2,
    observedTimestamp: NOW_MILLIS + 3,
  });
  await provider.forceFlush();
  await provider.shutdown();
}

async function sendMetrics(exporter: PushMetricExporter): Promise<void> {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const views = [
    { instrumentName: 'spread', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const },
  ];
  const provider = new MeterProvider({ resource, readers: [reader], views });
  const meter = provider.getMeter('shop', '1.0.0');
  meter.createCounter('orders', { unit: '{order}', description: 'orders placed' }).add(3, ATTRIBUTES);
  meter.createUpDownCounter('queue').add(-2.5);
  meter.createGauge('temperature').record(21.5);
  meter.createHistogram('latency', { unit: 'ms' }).record(12);
  const spread = meter.createHistogram('spread');
  for (const value of [0, 1, 2, 1000, 0.001]) spread.record(value);
  await provider.shutdown();
}

const SEND = {
  traces: (from: Exporters) => sendTraces(from.traces),
  metrics: (from: Exporters) => sendMetrics(from.metrics),
  logs: (from: Exporters) => sendLogs(from.logs),
} as const satisfies Record<Signal, unknown>;

/** A decoded request of spans, as far as a test looks into it. */
interface Message {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scope_spans: readonly { readonly spans: readonly { readonly [field: string]: unknown }[] }[];
  }[];
}

/** Everything stored, times of the clock's making left out. */
async function received(protocol: Protocol, signal: Signal): Promise<Message[]> {
  const receivers = await start({
    now: () => Date.now(),
    retentionDays: { traces: 3650, metrics: 3650, logs: 3650 },
  });
  await SEND[signal](exporters(protocol, receivers));
  const records = await receivers.stored(signal);
  return records.map(({ value }) => plain(decode(REQUEST_MESSAGE[signal], value), signal === 'metrics'));
}

/** Integers as text, so that messages compare and match; with `timeless` times only say that they are there. */
function plain(value: Record<string, unknown>, timeless: boolean): Message {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (timeless && key.endsWith('time_unix_nano')) return 'time';
    return typeof inner === 'bigint' ? String(inner) : inner;
  });
  return JSON.parse(text) as Message;
}

describe("the official SDK's exporters", () => {
  test.each(['traces', 'metrics', 'logs'] as const)(
    'deliver the same %s over all three protocols',
    async (signal) => {
      const [overGrpc, overProtobuf, overJson] = await Promise.all(
        PROTOCOLS.map((protocol) => received(protocol, signal)),
      );
      expect(overGrpc).toHaveLength(1);
      expect(overProtobuf).toEqual(overGrpc);
      expect(overJson).toEqual(overGrpc);
    },
  );

  test('deliver spans value by value', async () => {
    const [request] = await received('http/json', 'traces');
    const resourceSpans = request?.resource_spans[0];
    const serviceName = { key: 'service.name', value: { string_value: 'checkout' } };
    expect(resourceSpans?.resource.attributes[0]).toEqual(serviceName);
    const spans = resourceSpans?.scope_spans[0]?.spans;
    expect(spans).toHaveLength(5);
    expect(spans?.[2]).toMatchObject({
      name: 'step 2',
      kind: '3',
      start_time_unix_nano: `${NOW_MILLIS + 2}000000`,
      end_time_unix_nano: `${NOW_MILLIS + 22}000000`,
      status: { message: 'upstream', code: '2' },
      links: [{ trace_id: 'b'.repeat(32), span_id: 'c'.repeat(16) }],
      events: [{ name: 'retry' }],
    });
    expect(spans?.[2]?.['trace_id']).toHaveLength(32);
    expect(spans?.[2]?.['attributes']).toContainEqual({
      key: 'big',
      value: { int_value: '9007199254740991' },
    });
    expect(spans?.[2]?.['attributes']).toContainEqual({ key: 'text', value: { string_value: 'käse 😀' } });
  });
});
