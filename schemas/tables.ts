/**
 * Columns of the telemetry tables, as data: the migrations create them, the writer's blocks carry them. Names and
 * types follow the Collector's current layout (docs/formats/); columns that are ALIAS or MATERIALIZED are not listed.
 */

import { TABLES } from './names.ts';

/** A stored column: its name and its ClickHouse type. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

const TEXT = 'String';
/** Repeated text, stored as a dictionary. */
export const LOW_CARDINALITY = 'LowCardinality(String)';
/** Attributes: the values are text whatever their OTLP type. */
export const ATTRIBUTES = 'Map(LowCardinality(String), String)';
/** Nanoseconds since the epoch. */
export const NANOS = 'DateTime64(9)';

function columns(definition: Readonly<Record<string, string>>): readonly TableColumn[] {
  return Object.entries(definition).map(([name, type]) => ({ name, type }));
}

function arrays(prefix: string, fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [`${prefix}.${name}`, `Array(${type})`]),
  );
}

/** `otel_traces`, partitioned by `toDate(Timestamp)`; `Timestamp` is the span's start, `Duration` in ns. */
export const SPAN_COLUMNS = columns({
  TenantId: LOW_CARDINALITY,
  Timestamp: NANOS,
  TraceId: TEXT,
  SpanId: TEXT,
  ParentSpanId: TEXT,
  TraceState: TEXT,
  SpanName: LOW_CARDINALITY,
  SpanKind: LOW_CARDINALITY,
  ServiceName: LOW_CARDINALITY,
  ResourceAttributes: ATTRIBUTES,
  ScopeName: TEXT,
  ScopeVersion: TEXT,
  ScopeAttributes: ATTRIBUTES,
  SpanAttributes: ATTRIBUTES,
  Duration: 'UInt64',
  StatusCode: LOW_CARDINALITY,
  StatusMessage: TEXT,
  ...arrays('Events', { Timestamp: NANOS, Name: LOW_CARDINALITY, Attributes: ATTRIBUTES }),
  ...arrays('Links', { TraceId: TEXT, SpanId: TEXT, TraceState: TEXT, Attributes: ATTRIBUTES }),
});

/** `otel_logs`, partitioned by `toDate(Timestamp)`. */
export const LOG_COLUMNS = columns({
  TenantId: LOW_CARDINALITY,
  Timestamp: NANOS,
  TraceId: TEXT,
  SpanId: TEXT,
  TraceFlags: 'UInt8',
  SeverityText: LOW_CARDINALITY,
  SeverityNumber: 'UInt8',
  ServiceName: LOW_CARDINALITY,
  Body: TEXT,
  ResourceSchemaUrl: LOW_CARDINALITY,
  ResourceAttributes: ATTRIBUTES,
  ScopeSchemaUrl: LOW_CARDINALITY,
  ScopeName: TEXT,
  ScopeVersion: LOW_CARDINALITY,
  ScopeAttributes: ATTRIBUTES,
  LogAttributes: ATTRIBUTES,
  EventName: TEXT,
});

/** What the five metric tables share; all are partitioned by `toDate(TimeUnix)`. */
const METRIC = {
  TenantId: LOW_CARDINALITY,
  ResourceAttributes: ATTRIBUTES,
  ResourceSchemaUrl: TEXT,
  ScopeName: TEXT,
  ScopeVersion: TEXT,
  ScopeAttributes: ATTRIBUTES,
  ScopeDroppedAttrCount: 'UInt32',
  ScopeSchemaUrl: TEXT,
  ServiceName: LOW_CARDINALITY,
  MetricName: LOW_CARDINALITY,
  MetricDescription: TEXT,
  MetricUnit: TEXT,
  Attributes: ATTRIBUTES,
  StartTimeUnix: NANOS,
  TimeUnix: NANOS,
};

const EXEMPLARS = arrays('Exemplars', {
  FilteredAttributes: ATTRIBUTES,
  TimeUnix: NANOS,
  Value: 'Float64',
  SpanId: TEXT,
  TraceId: TEXT,
});

const EXTREMES = { Min: 'Float64', Max: 'Float64' };
const TEMPORALITY = { AggregationTemporality: 'Int32' };
const FLAGS = { Flags: 'UInt32' };
const TOTALS = { Count: 'UInt64', Sum: 'Float64' };

/** `otel_metrics_gauge`. */
export const GAUGE_COLUMNS = columns({ ...METRIC, Value: 'Float64', ...FLAGS, ...EXEMPLARS });

/** `otel_metrics_sum`. */
export const SUM_COLUMNS = columns({
  ...METRIC,
  Value: 'Float64',
  ...FLAGS,
  ...EXEMPLARS,
  ...TEMPORALITY,
  IsMonotonic: 'Bool',
});

/** `otel_metrics_histogram`. */
export const HISTOGRAM_COLUMNS = columns({
  ...METRIC,
  ...TOTALS,
  BucketCounts: 'Array(UInt64)',
  ExplicitBounds: 'Array(Float64)',
  ...EXEMPLARS,
  ...FLAGS,
  ...EXTREMES,
  ...TEMPORALITY,
});

/** `otel_metrics_exp_histogram`. */
export const EXP_HISTOGRAM_COLUMNS = columns({
  ...METRIC,
  ...TOTALS,
  Scale: 'Int32',
  ZeroCount: 'UInt64',
  PositiveOffset: 'Int32',
  PositiveBucketCounts: 'Array(UInt64)',
  NegativeOffset: 'Int32',
  NegativeBucketCounts: 'Array(UInt64)',
  ...EXEMPLARS,
  ...FLAGS,
  ...EXTREMES,
  ...TEMPORALITY,
});

/** `otel_metrics_summary`. */
export const SUMMARY_COLUMNS = columns({
  ...METRIC,
  ...TOTALS,
  ...arrays('ValueAtQuantiles', { Quantile: 'Float64', Value: 'Float64' }),
  ...FLAGS,
});

/** What is inserted where. */
export const INSERT_COLUMNS: Readonly<Record<string, readonly TableColumn[]>> = {
  [TABLES.traces]: SPAN_COLUMNS,
  [TABLES.logs]: LOG_COLUMNS,
  [TABLES.gauge]: GAUGE_COLUMNS,
  [TABLES.sum]: SUM_COLUMNS,
  [TABLES.histogram]: HISTOGRAM_COLUMNS,
  [TABLES.expHistogram]: EXP_HISTOGRAM_COLUMNS,
  [TABLES.summary]: SUMMARY_COLUMNS,
};

/** `otel_traces_trace_id_ts`, filled by a view. */
export const TRACE_ID_TS_COLUMNS = columns({
  TenantId: LOW_CARDINALITY,
  TraceId: TEXT,
  Start: 'DateTime',
  End: 'DateTime',
});
