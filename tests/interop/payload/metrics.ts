/** A metric request with every kind of point, and the rows it must become. */
import {
  bytes,
  concat,
  double,
  doublePayload,
  fixed64,
  fixed64Payload,
  message,
  number,
  text,
  varint,
} from '../../otlp/support/encode.ts';
import { EVERY_VALUE_STORED, everyValue, resourceOf, scopeOf, texts } from './values.ts';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';
const CHECKOUT = { 'service.name': 'checkout', 'host.name': 'h-1' };
const SCHEMA = 'https://opentelemetry.io/schemas/1.37.0';
const DELTA = 1;
const CUMULATIVE = 2;
/** NO_RECORDED_VALUE of DataPointFlags. */
const NO_VALUE = 1;

/** An ExportMetricsServiceRequest: eight points, every kind of metric; times begin at `atNanos`. */
export function metricRequest(atNanos: bigint): Uint8Array {
  const metrics = [
    metric('cpu', { unit: '1', kind: 5, data: gauges(atNanos) }),
    metric('requests', { unit: '{request}', kind: 7, data: sum(atNanos) }),
    metric('connections', { unit: '{connection}', kind: 7, data: upDownSum(atNanos) }),
    metric('duration', { unit: 's', kind: 9, data: histogram(atNanos) }),
    metric('size', { unit: 'By', kind: 10, data: exponential(atNanos) }),
    metric('legacy', { unit: 'ms', kind: 11, data: summary(atNanos) }),
  ];
  return message(
    1,
    resourceOf(CHECKOUT),
    message(2, scopeOf('meter', '1.0.0'), ...metrics.map((one) => bytes(2, one)), text(3, SCHEMA)),
    text(3, SCHEMA),
  );
}

function metric(
  name: string,
  { unit, kind, data }: { readonly unit: string; readonly kind: number; readonly data: Uint8Array },
): Uint8Array {
  return concat(
    text(1, name),
    text(2, `${name} of the shop`),
    text(3, unit),
    bytes(kind, data),
    texts(12, { 'metadata.key': 'kept on the log' }),
  );
}

/** A double, an integer beyond what a double counts in steps of one, and a point without a value. */
function gauges(at: bigint): Uint8Array {
  return concat(
    message(1, fixed64(3, at + 1n), double(4, 0.25), texts(7, { room: 'kitchen' })),
    message(1, fixed64(3, at + 2n), fixed64(6, 2n ** 53n), texts(7, { room: 'cellar' })),
    message(1, fixed64(3, at + 3n), texts(7, { room: 'attic' }), number(8, NO_VALUE)),
  );
}

function sum(at: bigint): Uint8Array {
  return concat(
    message(1, fixed64(2, at), fixed64(3, at + 4n), fixed64(6, 5), exemplar(5, at), everyValue(7)),
    number(2, DELTA),
    number(3, 1),
  );
}

function upDownSum(at: bigint): Uint8Array {
  return concat(message(1, fixed64(2, at), fixed64(3, at + 5n), fixed64(6, -3n)), number(2, CUMULATIVE));
}

function histogram(at: bigint): Uint8Array {
  const point = concat(
    fixed64(2, at),
    fixed64(3, at + 6n),
    fixed64(4, 4),
    double(5, 62.5),
    bytes(6, concat(fixed64Payload(1), fixed64Payload(2), fixed64Payload(1))),
    bytes(7, concat(doublePayload(1), doublePayload(10))),
    exemplar(8, at),
    texts(9, { route: '/a' }),
    double(11, 0.5),
    double(12, 50),
  );
  return concat(bytes(1, point), number(2, DELTA));
}

function exponential(at: bigint): Uint8Array {
  const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
  const buckets = (offset: number, ...counts: readonly number[]) =>
    concat(number(1, zigzag(offset)), bytes(2, concat(...counts.map(varint))));
  const point = concat(
    texts(1, { route: '/b' }),
    fixed64(2, at),
    fixed64(3, at + 7n),
    fixed64(4, 10),
    double(5, 12.75),
    number(6, zigzag(-2)),
    fixed64(7, 3),
    bytes(8, buckets(-1, 1, 0, 4)),
    bytes(9, buckets(2, 2)),
    exemplar(11, at),
    double(12, -8),
    double(13, 9),
    double(14, 0.001),
  );
  return concat(bytes(1, point), number(2, CUMULATIVE));
}

function summary(at: bigint): Uint8Array {
  const quantile = (which: number, value: number) => message(6, double(1, which), double(2, value));
  return message(
    1,
    fixed64(2, at),
    fixed64(3, at + 8n),
    fixed64(4, 100),
    double(5, 1234.5),
    quantile(0.5, 10),
    quantile(0.99, 99.5),
    texts(7, { route: '/c' }),
  );
}

function exemplar(field: number, at: bigint): Uint8Array {
  return message(
    field,
    fixed64(2, at + 9n),
    double(3, 3.5),
    bytes(4, Buffer.from(SPAN_ID, 'hex')),
    bytes(5, Buffer.from(TRACE_ID, 'hex')),
    texts(7, { sampled: 'yes' }),
  );
}

const COMMON = `
  ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeSchemaUrl, ServiceName,
  MetricName, MetricDescription, MetricUnit, Attributes,
  toString(toUnixTimestamp64Nano(StartTimeUnix)) AS Start, toString(toUnixTimestamp64Nano(TimeUnix)) AS Time, Flags`;
const EXEMPLARS = `
  Exemplars.FilteredAttributes AS ExemplarAttributes,
  arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Exemplars.TimeUnix) AS ExemplarTimes,
  Exemplars.Value AS ExemplarValues, Exemplars.SpanId AS ExemplarSpanIds, Exemplars.TraceId AS ExemplarTraceIds`;
const TOTALS = 'toString(Count) AS Count, Sum';
const asTexts = (column: string) => `arrayMap(c -> toString(c), ${column}) AS ${column}`;

/** Read back, table by table, what {@link metricRows} gives. */
export const METRIC_QUERIES = {
  otel_metrics_gauge: `SELECT ${COMMON}, Value, ${EXEMPLARS} FROM otel_metrics_gauge`,
  otel_metrics_sum: `
    SELECT ${COMMON}, Value, AggregationTemporality, IsMonotonic, ${EXEMPLARS} FROM otel_metrics_sum`,
  otel_metrics_histogram: `
    SELECT ${COMMON}, ${TOTALS}, ${asTexts('BucketCounts')}, ExplicitBounds, Min, Max, AggregationTemporality, ${EXEMPLARS}
    FROM otel_metrics_histogram`,
  otel_metrics_exp_histogram: `
    SELECT ${COMMON}, ${TOTALS}, Scale, toString(ZeroCount) AS ZeroCount, PositiveOffset, ${asTexts('PositiveBucketCounts')},
           NegativeOffset, ${asTexts('NegativeBucketCounts')}, Min, Max, AggregationTemporality, ${EXEMPLARS}
    FROM otel_metrics_exp_histogram`,
  otel_metrics_summary: `
    SELECT ${COMMON}, ${TOTALS}, ValueAtQuantiles.Quantile AS Quantiles, ValueAtQuantiles.Value AS Values
    FROM otel_metrics_summary`,
} as const;

export type MetricTable = keyof typeof METRIC_QUERIES;

/** The rows of {@link metricRequest} by table, by time. */
export function metricRows(at: bigint): Readonly<Record<MetricTable, readonly object[]>> {
  const common = (name: string, unit: string, time: bigint, start = 0n) => ({
    ResourceAttributes: CHECKOUT,
    ResourceSchemaUrl: SCHEMA,
    ScopeName: 'meter',
    ScopeVersion: '1.0.0',
    ScopeAttributes: { 'scope.kind': 'test' },
    ScopeSchemaUrl: SCHEMA,
    ServiceName: 'checkout',
    MetricName: name,
    MetricDescription: `${name} of the shop`,
    MetricUnit: unit,
    Attributes: {},
    Start: `${start}`,
    Time: `${time}`,
    Flags: 0,
  });
  const exemplars = {
    ExemplarAttributes: [{ sampled: 'yes' }],
    ExemplarTimes: [`${at + 9n}`],
    ExemplarValues: [3.5],
    ExemplarSpanIds: [SPAN_ID],
    ExemplarTraceIds: [TRACE_ID],
  };
  const gauge = (time: bigint, room: string) => ({
    ...common('cpu', '1', time),
    ...NO_EXEMPLARS,
    Attributes: { room },
  });
  return {
    otel_metrics_gauge: [
      { ...gauge(at + 1n, 'kitchen'), Value: 0.25 },
      { ...gauge(at + 2n, 'cellar'), Value: 2 ** 53 },
      { ...gauge(at + 3n, 'attic'), Value: 0, Flags: NO_VALUE },
    ],
    otel_metrics_sum: [
      {
        ...common('requests', '{request}', at + 4n, at),
        ...exemplars,
        Attributes: EVERY_VALUE_STORED,
        Value: 5,
        AggregationTemporality: DELTA,
        IsMonotonic: true,
      },
      {
        ...common('connections', '{connection}', at + 5n, at),
        ...NO_EXEMPLARS,
        Value: -3,
        AggregationTemporality: CUMULATIVE,
        IsMonotonic: false,
      },
    ],
    otel_metrics_histogram: [
      {
        ...common('duration', 's', at + 6n, at),
        ...exemplars,
        Attributes: { route: '/a' },
        Count: '4',
        Sum: 62.5,
        BucketCounts: ['1', '2', '1'],
        ExplicitBounds: [1, 10],
        Min: 0.5,
        Max: 50,
        AggregationTemporality: DELTA,
      },
    ],
    otel_metrics_exp_histogram: [
      {
        ...common('size', 'By', at + 7n, at),
        ...exemplars,
        Attributes: { route: '/b' },
        Count: '10',
        Sum: 12.75,
        Scale: -2,
        ZeroCount: '3',
        PositiveOffset: -1,
        PositiveBucketCounts: ['1', '0', '4'],
        NegativeOffset: 2,
        NegativeBucketCounts: ['2'],
        Min: -8,
        Max: 9,
        AggregationTemporality: CUMULATIVE,
      },
    ],
    otel_metrics_summary: [
      {
        ...common('legacy', 'ms', at + 8n, at),
        Attributes: { route: '/c' },
        Count: '100',
        Sum: 1234.5,
        Quantiles: [0.5, 0.99],
        Values: [10, 99.5],
      },
    ],
  };
}

const NO_EXEMPLARS = {
  ExemplarAttributes: [],
  ExemplarTimes: [],
  ExemplarValues: [],
  ExemplarSpanIds: [],
  ExemplarTraceIds: [],
};
