/**
 * OTLP's messages as data: field numbers, JSON names and types of opentelemetry-proto 1.11.0. What validates,
 * translates or locates OTLP bytes reads this table; only the columnar decoders have the numbers in their code.
 */
import type { Signal } from './names.ts';

/** Scalar types of protobuf that OTLP uses; `id` is `bytes` that OTLP/JSON writes in hexadecimal. */
export type OtlpScalar =
  | 'string'
  | 'bytes'
  | 'id'
  | 'bool'
  | 'enum'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double';

/** One field of a message. */
export interface OtlpField {
  readonly number: number;
  /** Name in the .proto file; its JSON name is {@link jsonName} of it. */
  readonly name: string;
  /** A scalar, or the message the field holds. */
  readonly type: OtlpScalar | { readonly message: OtlpMessageName };
  readonly repeated: boolean;
}

/** `time_unix_nano` → `timeUnixNano`, as proto3's JSON mapping spells fields. */
export function jsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const NAMES = [
  'ExportTraceServiceRequest',
  'ExportMetricsServiceRequest',
  'ExportLogsServiceRequest',
  'ResourceSpans',
  'ScopeSpans',
  'Span',
  'Event',
  'Link',
  'Status',
  'ResourceMetrics',
  'ScopeMetrics',
  'Metric',
  'Gauge',
  'Sum',
  'Histogram',
  'ExponentialHistogram',
  'Summary',
  'NumberDataPoint',
  'HistogramDataPoint',
  'ExponentialHistogramDataPoint',
  'Buckets',
  'SummaryDataPoint',
  'ValueAtQuantile',
  'Exemplar',
  'ResourceLogs',
  'ScopeLogs',
  'LogRecord',
  'Resource',
  'EntityRef',
  'InstrumentationScope',
  'KeyValue',
  'KeyValueList',
  'ArrayValue',
  'AnyValue',
] as const;

/** Name of an OTLP message, without its package. */
export type OtlpMessageName = (typeof NAMES)[number];

/** Every message name; the position of a name serves as its number in tables. */
export const OTLP_MESSAGE_NAMES: readonly OtlpMessageName[] = NAMES;

type FieldType = OtlpField['type'];

const field = (number: number, name: string, type: FieldType): OtlpField => ({
  number,
  name,
  type,
  repeated: false,
});
const repeated = (number: number, name: string, type: FieldType): OtlpField => ({
  ...field(number, name, type),
  repeated: true,
});
const message = (name: OtlpMessageName) => ({ message: name });
const attributes = (number: number, name = 'attributes') => repeated(number, name, message('KeyValue'));

/** Fields of every message, in order of their numbers. */
export const OTLP_MESSAGES: Readonly<Record<OtlpMessageName, readonly OtlpField[]>> = {
  ExportTraceServiceRequest: [repeated(1, 'resource_spans', message('ResourceSpans'))],
  ExportMetricsServiceRequest: [repeated(1, 'resource_metrics', message('ResourceMetrics'))],
  ExportLogsServiceRequest: [repeated(1, 'resource_logs', message('ResourceLogs'))],

  ResourceSpans: [
    field(1, 'resource', message('Resource')),
    repeated(2, 'scope_spans', message('ScopeSpans')),
    field(3, 'schema_url', 'string'),
  ],
  ScopeSpans: [
    field(1, 'scope', message('InstrumentationScope')),
    repeated(2, 'spans', message('Span')),
    field(3, 'schema_url', 'string'),
  ],
  Span: [
    field(1, 'trace_id', 'id'),
    field(2, 'span_id', 'id'),
    field(3, 'trace_state', 'string'),
    field(4, 'parent_span_id', 'id'),
    field(5, 'name', 'string'),
    field(6, 'kind', 'enum'),
    field(7, 'start_time_unix_nano', 'fixed64'),
    field(8, 'end_time_unix_nano', 'fixed64'),
    attributes(9),
    field(10, 'dropped_attributes_count', 'uint32'),
    repeated(11, 'events', message('Event')),
    field(12, 'dropped_events_count', 'uint32'),
    repeated(13, 'links', message('Link')),
    field(14, 'dropped_links_count', 'uint32'),
    field(15, 'status', message('Status')),
    field(16, 'flags', 'fixed32'),
  ],
  Event: [
    field(1, 'time_unix_nano', 'fixed64'),
    field(2, 'name', 'string'),
    attributes(3),
    field(4, 'dropped_attributes_count', 'uint32'),
  ],
  Link: [
    field(1, 'trace_id', 'id'),
    field(2, 'span_id', 'id'),
    field(3, 'trace_state', 'string'),
    attributes(4),
    field(5, 'dropped_attributes_count', 'uint32'),
    field(6, 'flags', 'fixed32'),
  ],
  Status: [field(2, 'message', 'string'), field(3, 'code', 'enum')],

  ResourceMetrics: [
    field(1, 'resource', message('Resource')),
    repeated(2, 'scope_metrics', message('ScopeMetrics')),
    field(3, 'schema_url', 'string'),
  ],
  ScopeMetrics: [
    field(1, 'scope', message('InstrumentationScope')),
    repeated(2, 'metrics', message('Metric')),
    field(3, 'schema_url', 'string'),
  ],
  Metric: [
    field(1, 'name', 'string'),
    field(2, 'description', 'string'),
    field(3, 'unit', 'string'),
    field(5, 'gauge', message('Gauge')),
    field(7, 'sum', message('Sum')),
    field(9, 'histogram', message('Histogram')),
    field(10, 'exponential_histogram', message('ExponentialHistogram')),
    field(11, 'summary', message('Summary')),
    attributes(12, 'metadata'),
  ],
  Gauge: [repeated(1, 'data_points', message('NumberDataPoint'))],
  Sum: [
    repeated(1, 'data_points', message('NumberDataPoint')),
    field(2, 'aggregation_temporality', 'enum'),
    field(3, 'is_monotonic', 'bool'),
  ],
  Histogram: [
    repeated(1, 'data_points', message('HistogramDataPoint')),
    field(2, 'aggregation_temporality', 'enum'),
  ],
  ExponentialHistogram: [
    repeated(1, 'data_points', message('ExponentialHistogramDataPoint')),
    field(2, 'aggregation_temporality', 'enum'),
  ],
  Summary: [repeated(1, 'data_points', message('SummaryDataPoint'))],
  NumberDataPoint: [
    field(2, 'start_time_unix_nano', 'fixed64'),
    field(3, 'time_unix_nano', 'fixed64'),
    field(4, 'as_double', 'double'),
    repeated(5, 'exemplars', message('Exemplar')),
    field(6, 'as_int', 'sfixed64'),
    attributes(7),
    field(8, 'flags', 'uint32'),
  ],
  HistogramDataPoint: [
    field(2, 'start_time_unix_nano', 'fixed64'),
    field(3, 'time_unix_nano', 'fixed64'),
    field(4, 'count', 'fixed64'),
    field(5, 'sum', 'double'),
    repeated(6, 'bucket_counts', 'fixed64'),
    repeated(7, 'explicit_bounds', 'double'),
    repeated(8, 'exemplars', message('Exemplar')),
    attributes(9),
    field(10, 'flags', 'uint32'),
    field(11, 'min', 'double'),
    field(12, 'max', 'double'),
  ],
  ExponentialHistogramDataPoint: [
    attributes(1),
    field(2, 'start_time_unix_nano', 'fixed64'),
    field(3, 'time_unix_nano', 'fixed64'),
    field(4, 'count', 'fixed64'),
    field(5, 'sum', 'double'),
    field(6, 'scale', 'sint32'),
    field(7, 'zero_count', 'fixed64'),
    field(8, 'positive', message('Buckets')),
    field(9, 'negative', message('Buckets')),
    field(10, 'flags', 'uint32'),
    repeated(11, 'exemplars', message('Exemplar')),
    field(12, 'min', 'double'),
    field(13, 'max', 'double'),
    field(14, 'zero_threshold', 'double'),
  ],
  Buckets: [field(1, 'offset', 'sint32'), repeated(2, 'bucket_counts', 'uint64')],
  SummaryDataPoint: [
    field(2, 'start_time_unix_nano', 'fixed64'),
    field(3, 'time_unix_nano', 'fixed64'),
    field(4, 'count', 'fixed64'),
    field(5, 'sum', 'double'),
    repeated(6, 'quantile_values', message('ValueAtQuantile')),
    attributes(7),
    field(8, 'flags', 'uint32'),
  ],
  ValueAtQuantile: [field(1, 'quantile', 'double'), field(2, 'value', 'double')],
  Exemplar: [
    field(2, 'time_unix_nano', 'fixed64'),
    field(3, 'as_double', 'double'),
    field(4, 'span_id', 'id'),
    field(5, 'trace_id', 'id'),
    field(6, 'as_int', 'sfixed64'),
    attributes(7, 'filtered_attributes'),
  ],

  ResourceLogs: [
    field(1, 'resource', message('Resource')),
    repeated(2, 'scope_logs', message('ScopeLogs')),
    field(3, 'schema_url', 'string'),
  ],
  ScopeLogs: [
    field(1, 'scope', message('InstrumentationScope')),
    repeated(2, 'log_records', message('LogRecord')),
    field(3, 'schema_url', 'string'),
  ],
  LogRecord: [
    field(1, 'time_unix_nano', 'fixed64'),
    field(2, 'severity_number', 'enum'),
    field(3, 'severity_text', 'string'),
    field(5, 'body', message('AnyValue')),
    attributes(6),
    field(7, 'dropped_attributes_count', 'uint32'),
    field(8, 'flags', 'fixed32'),
    field(9, 'trace_id', 'id'),
    field(10, 'span_id', 'id'),
    field(11, 'observed_time_unix_nano', 'fixed64'),
    field(12, 'event_name', 'string'),
  ],

  Resource: [
    attributes(1),
    field(2, 'dropped_attributes_count', 'uint32'),
    repeated(3, 'entity_refs', message('EntityRef')),
  ],
  EntityRef: [
    field(1, 'schema_url', 'string'),
    field(2, 'type', 'string'),
    repeated(3, 'id_keys', 'string'),
    repeated(4, 'description_keys', 'string'),
  ],
  InstrumentationScope: [
    field(1, 'name', 'string'),
    field(2, 'version', 'string'),
    attributes(3),
    field(4, 'dropped_attributes_count', 'uint32'),
  ],
  KeyValue: [
    field(1, 'key', 'string'),
    field(2, 'value', message('AnyValue')),
    field(3, 'key_strindex', 'int32'),
  ],
  KeyValueList: [repeated(1, 'values', message('KeyValue'))],
  ArrayValue: [repeated(1, 'values', message('AnyValue'))],
  AnyValue: [
    field(1, 'string_value', 'string'),
    field(2, 'bool_value', 'bool'),
    field(3, 'int_value', 'int64'),
    field(4, 'double_value', 'double'),
    field(5, 'array_value', message('ArrayValue')),
    field(6, 'kvlist_value', message('KeyValueList')),
    field(7, 'bytes_value', 'bytes'),
    field(8, 'string_value_strindex', 'int32'),
  ],
};

/** The message a signal's request is made of. */
export const REQUEST_MESSAGE = {
  traces: 'ExportTraceServiceRequest',
  metrics: 'ExportMetricsServiceRequest',
  logs: 'ExportLogsServiceRequest',
} as const satisfies Record<Signal, OtlpMessageName>;

/** Where a signal's partial success counts what was rejected; field 1 of `Export<Signal>PartialSuccess`. */
export const REJECTED_FIELD = {
  traces: 'rejected_spans',
  metrics: 'rejected_data_points',
  logs: 'rejected_log_records',
} as const satisfies Record<Signal, string>;

/** What a signal's records are called. */
export const RECORD_NOUN = {
  traces: 'spans',
  metrics: 'data points',
  logs: 'log records',
} as const satisfies Record<Signal, string>;

/** gRPC services of OTLP, by their full names; each has the one method `Export`. */
export const GRPC_SERVICE = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
} as const satisfies Record<Signal, string>;

/** Paths of OTLP/HTTP. */
export const HTTP_PATH = {
  traces: '/v1/traces',
  metrics: '/v1/metrics',
  logs: '/v1/logs',
} as const satisfies Record<Signal, string>;
