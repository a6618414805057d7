/**
 * The Collector's tables (docs/formats/otel-tables.md): what its clickhouseexporter creates in its current layout,
 * plus `TenantId`, with bloom filter indexes instead of text indexes, and a deduplication window.
 *
 * TTL and fsync depend on the configuration and are set after the migrations (retention.ts).
 */
import { TABLES } from '../names.ts';
import type { LayoutStep, MaterializedViewDefinition, TableDefinition } from './types.ts';

const TENANT = 'TenantId LowCardinality(String) CODEC(ZSTD(1))';
const MAP = 'Map(LowCardinality(String), String)';
const TEXT = 'String CODEC(ZSTD(1))';
const LC = 'LowCardinality(String) CODEC(ZSTD(1))';

const SETTINGS = 'index_granularity = 8192, ttl_only_drop_parts = 1';

/** Bloom filters over the keys and values of an attribute map. */
function mapIndexes(name: string, column: string): string {
  return `INDEX idx_${name}_key mapKeys(${column}) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_${name}_value mapValues(${column}) TYPE bloom_filter(0.01) GRANULARITY 1`;
}

/** `key=value` pairs of a map, computed when read. */
function items(column: string): string {
  return `Array(String) ALIAS arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(${column}, 'Array(Tuple(String, String))'))`;
}

const TRACES: TableDefinition = {
  kind: 'table',
  name: TABLES.traces,
  columns: `${TENANT},
  Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  TraceId ${TEXT},
  SpanId ${TEXT},
  ParentSpanId ${TEXT},
  TraceState ${TEXT},
  SpanName ${LC},
  SpanKind ${LC},
  ServiceName ${LC},
  ResourceAttributes ${MAP} CODEC(ZSTD(1)),
  ScopeName ${TEXT},
  ScopeVersion ${TEXT},
  ScopeAttributes ${MAP} CODEC(ZSTD(1)),
  SpanAttributes ${MAP} CODEC(ZSTD(1)),
  Duration UInt64 CODEC(T64, ZSTD(1)),
  StatusCode ${LC},
  StatusMessage ${TEXT},
  Events Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${MAP}) CODEC(ZSTD(1)),
  Links Nested(TraceId String, SpanId String, TraceState String, Attributes ${MAP}) CODEC(ZSTD(1)),
  ResourceAttributeItems ${items('ResourceAttributes')},
  SpanAttributeItems ${items('SpanAttributes')},
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  ${mapIndexes('res_attr', 'ResourceAttributes')},
  ${mapIndexes('span_attr', 'SpanAttributes')},
  INDEX idx_duration Duration TYPE minmax GRANULARITY 1,
  INDEX idx_lower_span_name lower(SpanName) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8`,
  engine: 'MergeTree',
  clauses: `PARTITION BY toDate(Timestamp)
PRIMARY KEY (TenantId, ServiceName, SpanName, toDateTime(Timestamp))
ORDER BY (TenantId, ServiceName, SpanName, toDateTime(Timestamp), Timestamp)`,
  settings: SETTINGS,
};

const TRACE_ID_TS: TableDefinition = {
  kind: 'table',
  name: TABLES.traceIdTs,
  columns: `${TENANT},
  TraceId ${TEXT},
  Start SimpleAggregateFunction(min, DateTime) CODEC(Delta, ZSTD(1)),
  End SimpleAggregateFunction(max, DateTime) CODEC(Delta, ZSTD(1)),
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1`,
  engine: 'AggregatingMergeTree',
  clauses: `PARTITION BY toStartOfWeek(Start)
ORDER BY (TenantId, TraceId)`,
  settings: SETTINGS,
};

/** Fills the look-up of a trace's time by its id. */
export const TRACE_ID_TS_VIEW: MaterializedViewDefinition = {
  kind: 'materialized view',
  name: TABLES.traceIdTsView,
  target: TABLES.traceIdTs,
  select: `SELECT TenantId, TraceId, min(Timestamp) AS Start, max(Timestamp) AS End`,
  from: TABLES.traces,
  where: "TraceId != '' GROUP BY TenantId, TraceId",
};

/** Resource attributes that have a column of their own. */
const MATERIALIZED = [
  'k8s.cluster.name',
  'k8s.container.name',
  'k8s.deployment.name',
  'k8s.namespace.name',
  'k8s.node.name',
  'k8s.pod.name',
  'k8s.pod.uid',
  'deployment.environment.name',
].map(
  (key) =>
    `\`__otel_materialized_${key}\` LowCardinality(String) MATERIALIZED ResourceAttributes['${key}'] CODEC(ZSTD(1))`,
);

const LOGS: TableDefinition = {
  kind: 'table',
  name: TABLES.logs,
  columns: `${TENANT},
  Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  TimestampTime DateTime ALIAS toDateTime(Timestamp),
  TraceId ${TEXT},
  SpanId ${TEXT},
  TraceFlags UInt8,
  SeverityText ${LC},
  SeverityNumber UInt8,
  ServiceName ${LC},
  Body ${TEXT},
  ResourceSchemaUrl ${LC},
  ResourceAttributes ${MAP} CODEC(ZSTD(1)),
  ScopeSchemaUrl ${LC},
  ScopeName ${TEXT},
  ScopeVersion ${LC},
  ScopeAttributes ${MAP} CODEC(ZSTD(1)),
  LogAttributes ${MAP} CODEC(ZSTD(1)),
  EventName ${TEXT},
  ${MATERIALIZED.join(',\n  ')},
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  ${mapIndexes('res_attr', 'ResourceAttributes')},
  ${mapIndexes('scope_attr', 'ScopeAttributes')},
  ${mapIndexes('log_attr', 'LogAttributes')},
  INDEX idx_lower_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8`,
  engine: 'MergeTree',
  clauses: `PARTITION BY toDate(Timestamp)
ORDER BY (TenantId, toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)`,
  settings: SETTINGS,
};

const EXEMPLARS = `Exemplars Nested(FilteredAttributes ${MAP}, TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String) CODEC(ZSTD(1))`;
const FLAGS = 'Flags UInt32 CODEC(ZSTD(1))';
const COUNT_SUM = 'Count UInt64 CODEC(Delta, ZSTD(1)),\n  Sum Float64 CODEC(ZSTD(1))';
const MIN_MAX = 'Min Float64 CODEC(ZSTD(1)),\n  Max Float64 CODEC(ZSTD(1))';
const TEMPORALITY = 'AggregationTemporality Int32 CODEC(ZSTD(1))';

/** A table of metric points: the common columns, then its own. */
function metricTable(name: string, columns: readonly string[]): TableDefinition {
  return {
    kind: 'table',
    name,
    columns: `${TENANT},
  ResourceAttributes ${MAP} CODEC(ZSTD(1)),
  ResourceSchemaUrl ${TEXT},
  ScopeName ${TEXT},
  ScopeVersion ${TEXT},
  ScopeAttributes ${MAP} CODEC(ZSTD(1)),
  ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)),
  ScopeSchemaUrl ${TEXT},
  ServiceName ${LC},
  MetricName ${LC},
  MetricDescription ${TEXT},
  MetricUnit ${TEXT},
  Attributes ${MAP} CODEC(ZSTD(1)),
  StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  ${columns.join(',\n  ')},
  ${mapIndexes('res_attr', 'ResourceAttributes')},
  ${mapIndexes('scope_attr', 'ScopeAttributes')},
  ${mapIndexes('attr', 'Attributes')},
  INDEX idx_time_minmax TimeUnix TYPE minmax GRANULARITY 1`,
    engine: 'MergeTree',
    clauses: `PARTITION BY toDate(TimeUnix)
ORDER BY (TenantId, ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)`,
    settings: SETTINGS,
  };
}

const GAUGE = ['Value Float64 CODEC(ZSTD(1))', FLAGS, EXEMPLARS];

const SUM = [...GAUGE, TEMPORALITY, 'IsMonotonic Bool CODEC(Delta, ZSTD(1))'];

const HISTOGRAM = [
  COUNT_SUM,
  'BucketCounts Array(UInt64) CODEC(ZSTD(1))',
  'ExplicitBounds Array(Float64) CODEC(ZSTD(1))',
  EXEMPLARS,
  FLAGS,
  MIN_MAX,
  TEMPORALITY,
];

const EXP_HISTOGRAM = [
  COUNT_SUM,
  'Scale Int32 CODEC(ZSTD(1))',
  'ZeroCount UInt64 CODEC(ZSTD(1))',
  'PositiveOffset Int32 CODEC(ZSTD(1))',
  'PositiveBucketCounts Array(UInt64) CODEC(ZSTD(1))',
  'NegativeOffset Int32 CODEC(ZSTD(1))',
  'NegativeBucketCounts Array(UInt64) CODEC(ZSTD(1))',
  EXEMPLARS,
  FLAGS,
  MIN_MAX,
  TEMPORALITY,
];

const SUMMARY = [COUNT_SUM, 'ValueAtQuantiles Nested(Quantile Float64, Value Float64) CODEC(ZSTD(1))', FLAGS];

export const telemetry: LayoutStep = {
  version: 1,
  name: 'telemetry',
  definitions: [
    TRACES,
    TRACE_ID_TS,
    TRACE_ID_TS_VIEW,
    LOGS,
    metricTable(TABLES.gauge, GAUGE),
    metricTable(TABLES.sum, SUM),
    metricTable(TABLES.histogram, HISTOGRAM),
    metricTable(TABLES.expHistogram, EXP_HISTOGRAM),
    metricTable(TABLES.summary, SUMMARY),
    { kind: 'view', name: TABLES.expHistogramAlias, select: `SELECT * FROM ${TABLES.expHistogram}` },
  ],
};
