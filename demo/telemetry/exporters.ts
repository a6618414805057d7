/** The official OTLP exporters, by protocol. */
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc';
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonMetrics,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

export type Protocol = 'grpc' | 'http/protobuf' | 'http/json';

/** Where OTLP is taken: base addresses without a path. */
export interface ExporterTarget {
  /** For instance `http://127.0.0.1:4317`. */
  readonly grpcUrl: string;
  /** For instance `http://127.0.0.1:4318`. */
  readonly httpUrl: string;
}

export interface Exporters {
  readonly traces: SpanExporter;
  readonly metrics: PushMetricExporter;
  readonly logs: LogRecordExporter;
}

/** Exporters of the three signals; metrics are deltas. */
export function createExporters(protocol: Protocol, target: ExporterTarget): Exporters {
  const temporality = { temporalityPreference: AggregationTemporalityPreference.DELTA };
  const http = (signal: string) => ({ url: `${target.httpUrl}/v1/${signal}` });
  const grpc = { url: target.grpcUrl };
  switch (protocol) {
    case 'grpc':
      return {
        traces: new GrpcTraces(grpc),
        metrics: new GrpcMetrics({ ...grpc, ...temporality }),
        logs: new GrpcLogs(grpc),
      };
    case 'http/protobuf':
      return {
        traces: new ProtoTraces(http('traces')),
        metrics: new ProtoMetrics({ ...http('metrics'), ...temporality }),
        logs: new ProtoLogs(http('logs')),
      };
    case 'http/json':
      return {
        traces: new JsonTraces(http('traces')),
        metrics: new JsonMetrics({ ...http('metrics'), ...temporality }),
        logs: new JsonLogs(http('logs')),
      };
  }
}
