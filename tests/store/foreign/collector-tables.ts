/**
 * Tables as the Collector's clickhouseexporter makes them (database, names, types, keys, indexes), generation by
 * generation; text indexes of the newest one left out, as on servers before 26.2.
 */

const LC = 'LowCardinality(String) CODEC(ZSTD(1))';
const TEXT = 'String CODEC(ZSTD(1))';
const MAP = 'Map(LowCardinality(String), String) CODEC(ZSTD(1))';
const NANOS = 'DateTime64(9) CODEC(Delta(8), ZSTD(1))';
const SECONDS = 'DateTime CODEC(Delta, ZSTD(1))';
const SETTINGS = 'SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1';

function bloom(name: string, expression: string, rate = 0.01): string {
  return `INDEX idx_${name} ${expression} TYPE bloom_filter(${rate}) GRANULARITY 1`;
}

function mapBlooms(names: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(names).flatMap(([name, column]) => [
    bloom(`${name}_key`, `mapKeys(${column})`),
    bloom(`${name}_value`, `mapValues(${column})`),
  ]);
}

function table(name: string, columns: readonly string[], tail: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (\n  ${columns.join(',\n  ')}\n) ENGINE = MergeTree\n${tail}\n${SETTINGS}`;
}

const LOG_INDEXES = [
  bloom('trace_id', 'TraceId', 0.001),
  ...mapBlooms({ res_attr: 'ResourceAttributes', scope_attr: 'ScopeAttributes', log_attr: 'LogAttributes' }),
];

/** Up to v0.106. */
export const LOGS_1 = table(
  'otel_logs',
  [
    'Timestamp DateTime64(9) CODEC(Delta, ZSTD(1))',
    `TraceId ${TEXT}`,
    `SpanId ${TEXT}`,
    'TraceFlags UInt32 CODEC(ZSTD(1))',
    `SeverityText ${LC}`,
    'SeverityNumber Int32 CODEC(ZSTD(1))',
    `ServiceName ${LC}`,
    `Body ${TEXT}`,
    `ResourceSchemaUrl ${TEXT}`,
    `ResourceAttributes ${MAP}`,
    `ScopeSchemaUrl ${TEXT}`,
    `ScopeName ${TEXT}`,
    `ScopeVersion ${TEXT}`,
    `ScopeAttributes ${MAP}`,
    `LogAttributes ${MAP}`,
    ...LOG_INDEXES,
    'INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 1',
  ],
  `PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SeverityText, toUnixTimestamp(Timestamp), TraceId)`,
);

const LOG_COLUMNS = [
  `TraceId ${TEXT}`,
  `SpanId ${TEXT}`,
  'TraceFlags UInt8',
  `SeverityText ${LC}`,
  'SeverityNumber UInt8',
  `ServiceName ${LC}`,
  `Body ${TEXT}`,
  `ResourceSchemaUrl ${LC}`,
  `ResourceAttributes ${MAP}`,
  `ScopeSchemaUrl ${LC}`,
  `ScopeName ${TEXT}`,
  `ScopeVersion ${LC}`,
  `ScopeAttributes ${MAP}`,
  `LogAttributes ${MAP}`,
];

/** v0.107 to v0.150, before it had EventName. */
export const LOGS_2 = table(
  'otel_logs',
  [
    `Timestamp ${NANOS}`,
    'TimestampTime DateTime DEFAULT toDateTime(Timestamp)',
    ...LOG_COLUMNS,
    ...LOG_INDEXES,
    'INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8',
  ],
  `PARTITION BY toDate(TimestampTime)
PRIMARY KEY (ServiceName, TimestampTime)
ORDER BY (ServiceName, TimestampTime, Timestamp)`,
);

const MATERIALIZED = ['k8s.cluster.name', 'k8s.pod.name', 'deployment.environment.name'].map(
  (key) => `\`__otel_materialized_${key}\` LowCardinality(String) MATERIALIZED ResourceAttributes['${key}']`,
);

/** From v0.151. */
export const LOGS_3 = table(
  'otel_logs',
  [
    `Timestamp ${NANOS}`,
    ...LOG_COLUMNS,
    `EventName ${TEXT}`,
    ...MATERIALIZED,
    ...LOG_INDEXES,
    'INDEX idx_lower_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8',
  ],
  `PARTITION BY toDate(Timestamp)
ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)`,
);

function spanColumns(timestamp: string, duration: string): readonly string[] {
  return [
    `Timestamp ${timestamp}`,
    `TraceId ${TEXT}`,
    `SpanId ${TEXT}`,
    `ParentSpanId ${TEXT}`,
    `TraceState ${TEXT}`,
    `SpanName ${LC}`,
    `SpanKind ${LC}`,
    `ServiceName ${LC}`,
    `ResourceAttributes ${MAP}`,
    `ScopeName ${TEXT}`,
    `ScopeVersion ${TEXT}`,
    `SpanAttributes ${MAP}`,
    `Duration ${duration}`,
    `StatusCode ${LC}`,
    `StatusMessage ${TEXT}`,
    'Events Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1))',
    'Links Nested(TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1))',
    bloom('trace_id', 'TraceId', 0.001),
    ...mapBlooms({ res_attr: 'ResourceAttributes', span_attr: 'SpanAttributes' }),
    'INDEX idx_duration Duration TYPE minmax GRANULARITY 1',
  ];
}

const TRACE_ID_TS_VIEW = `CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_trace_id_ts_mv TO valet.otel_traces_trace_id_ts AS
SELECT TraceId, min(Timestamp) as Start, max(Timestamp) as End FROM valet.otel_traces WHERE TraceId!='' GROUP BY TraceId`;

/** As released, v0.108 to v0.162. */
export const TRACES_RELEASED = [
  table(
    'otel_traces',
    spanColumns('DateTime64(9) CODEC(Delta, ZSTD(1))', 'Int64 CODEC(ZSTD(1))'),
    `PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))`,
  ),
  table(
    'otel_traces_trace_id_ts',
    [
      `TraceId ${TEXT}`,
      'Start DateTime CODEC(Delta, ZSTD(1))',
      'End DateTime CODEC(Delta, ZSTD(1))',
      bloom('trace_id', 'TraceId'),
    ],
    `PARTITION BY toDate(Start)
ORDER BY (TraceId, Start)`,
  ),
  TRACE_ID_TS_VIEW,
];

const ITEMS = (column: string) =>
  `${column.replace('Attributes', 'AttributeItems')} Array(String) ALIAS arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(${column}, 'Array(Tuple(String, String))'))`;

/** The newest, not released yet. */
export const TRACES_NEWEST = [
  table(
    'otel_traces',
    [
      ...spanColumns(NANOS, 'UInt64 CODEC(T64, ZSTD(1))'),
      ITEMS('ResourceAttributes'),
      ITEMS('SpanAttributes'),
    ],
    `PARTITION BY toDate(Timestamp)
PRIMARY KEY (ServiceName, SpanName, toDateTime(Timestamp))
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp), Timestamp)`,
  ),
  table(
    'otel_traces_trace_id_ts',
    [
      `TraceId ${TEXT}`,
      'Start SimpleAggregateFunction(min, DateTime) CODEC(Delta, ZSTD(1))',
      'End SimpleAggregateFunction(max, DateTime) CODEC(Delta, ZSTD(1))',
      bloom('trace_id', 'TraceId'),
    ],
    `PARTITION BY toStartOfWeek(Start)
ORDER BY TraceId`,
  ).replace('ENGINE = MergeTree', 'ENGINE = AggregatingMergeTree'),
  TRACE_ID_TS_VIEW,
];

interface MetricGeneration {
  readonly metricName: string;
  readonly time: string;
  readonly exemplarTime: string;
  readonly orderBy: string;
}

const METRICS_OLD_SHAPE: MetricGeneration = {
  metricName: TEXT,
  time: 'DateTime64(9) CODEC(Delta, ZSTD(1))',
  exemplarTime: 'DateTime64(9)',
  orderBy: '(ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix))',
};
const METRICS_NEWEST_SHAPE: MetricGeneration = {
  metricName: LC,
  time: SECONDS,
  exemplarTime: 'DateTime',
  orderBy: '(ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)',
};

function metricTables(generation: MetricGeneration, expHistogram: string): readonly string[] {
  const { metricName, time, exemplarTime, orderBy } = generation;
  const exemplars = `Exemplars Nested(FilteredAttributes Map(LowCardinality(String), String), TimeUnix ${exemplarTime}, Value Float64, SpanId String, TraceId String) CODEC(ZSTD(1))`;
  const flags = 'Flags UInt32 CODEC(ZSTD(1))';
  const totals = ['Count UInt64 CODEC(Delta, ZSTD(1))', 'Sum Float64 CODEC(ZSTD(1))'];
  const extremes = ['Min Float64 CODEC(ZSTD(1))', 'Max Float64 CODEC(ZSTD(1))'];
  const temporality = 'AggregationTemporality Int32 CODEC(ZSTD(1))';
  const buckets = (name: string) => `${name} Array(UInt64) CODEC(ZSTD(1))`;
  const own: Readonly<Record<string, readonly string[]>> = {
    otel_metrics_gauge: ['Value Float64 CODEC(ZSTD(1))', flags, exemplars],
    otel_metrics_sum: [
      'Value Float64 CODEC(ZSTD(1))',
      flags,
      exemplars,
      temporality,
      'IsMonotonic Boolean CODEC(Delta, ZSTD(1))',
    ],
    otel_metrics_histogram: [
      ...totals,
      buckets('BucketCounts'),
      'ExplicitBounds Array(Float64) CODEC(ZSTD(1))',
      exemplars,
      flags,
      ...extremes,
      temporality,
    ],
    [expHistogram]: [
      ...totals,
      'Scale Int32 CODEC(ZSTD(1))',
      'ZeroCount UInt64 CODEC(ZSTD(1))',
      'PositiveOffset Int32 CODEC(ZSTD(1))',
      buckets('PositiveBucketCounts'),
      'NegativeOffset Int32 CODEC(ZSTD(1))',
      buckets('NegativeBucketCounts'),
      exemplars,
      flags,
      ...extremes,
      temporality,
    ],
    otel_metrics_summary: [
      ...totals,
      'ValueAtQuantiles Nested(Quantile Float64, Value Float64) CODEC(ZSTD(1))',
      flags,
    ],
  };
  return Object.entries(own).map(([name, columns]) =>
    table(
      name,
      [
        `ResourceAttributes ${MAP}`,
        `ResourceSchemaUrl ${TEXT}`,
        `ScopeName ${TEXT}`,
        `ScopeVersion ${TEXT}`,
        `ScopeAttributes ${MAP}`,
        'ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1))',
        `ScopeSchemaUrl ${TEXT}`,
        `ServiceName ${LC}`,
        `MetricName ${metricName}`,
        `MetricDescription ${TEXT}`,
        `MetricUnit ${TEXT}`,
        `Attributes ${MAP}`,
        `StartTimeUnix ${time}`,
        `TimeUnix ${time}`,
        ...columns,
        ...mapBlooms({ res_attr: 'ResourceAttributes', scope_attr: 'ScopeAttributes', attr: 'Attributes' }),
      ],
      `PARTITION BY toDate(TimeUnix)\nORDER BY ${orderBy}`,
    ),
  );
}

export const METRICS_OLD = metricTables(METRICS_OLD_SHAPE, 'otel_metrics_exp_histogram');
export const METRICS_NEWEST = metricTables(METRICS_NEWEST_SHAPE, 'otel_metrics_exp_histogram');
/** With the other name of exponential histograms, as HyperDX makes them. */
export const METRICS_OTHER_NAME = metricTables(METRICS_NEWEST_SHAPE, 'otel_metrics_exponential_histogram');
