/** Where a path lives in the tables (docs/formats/): a column, an entry of a map column, or nowhere. */
import { metricTypeOf } from '../metric-type.ts';
import { isEventPath, type PathName } from '../paths.ts';
import { tableHas } from '../point-tables.ts';
import type { PointKind } from '../types.ts';

/** How a column's value becomes the path's. */
export type ColumnShape =
  /** `Map(LowCardinality(String), String)`. */
  | { readonly shape: 'map'; readonly column: string }
  /** A string with the path's value. */
  | { readonly shape: 'text'; readonly column: string }
  /** Hex, empty when absent. */
  | { readonly shape: 'id'; readonly column: string; readonly digits: number }
  | { readonly shape: 'number'; readonly column: string }
  /** A whole 64-bit number. */
  | { readonly shape: 'exact'; readonly column: string }
  /** A word per enum number, by position. */
  | { readonly shape: 'words'; readonly column: string; readonly words: readonly string[] }
  /** The same number in every row of the table. */
  | { readonly shape: 'fixed-number'; readonly value: number }
  /** Nil in every row of the table. */
  | { readonly shape: 'nil' }
  /** In no table. */
  | { readonly shape: 'none' };

/** What the place of a path depends on. */
export interface Place {
  /** Of metric points. */
  readonly table?: PointKind | undefined;
  /** What paths of events mean: those of the event at hand, or nil for a span without events. */
  readonly event?: 'at-hand' | 'nil';
}

/** The arrays of a span's events, and what one of their elements is called. */
export const EVENT_ARRAYS = [
  ['event_name', 'Events.Name'],
  ['event_time', 'Events.Timestamp'],
  ['event_attributes', 'Events.Attributes'],
] as const;

const KIND_WORDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS_WORDS = ['Unset', 'Ok', 'Error'];

const COLUMNS: Readonly<Record<Exclude<PathName, 'metric.type'>, ColumnShape>> = {
  'resource.attributes': { shape: 'map', column: 'ResourceAttributes' },
  'resource.schema_url': { shape: 'text', column: 'ResourceSchemaUrl' },
  'scope.name': { shape: 'text', column: 'ScopeName' },
  'scope.version': { shape: 'text', column: 'ScopeVersion' },
  'scope.attributes': { shape: 'map', column: 'ScopeAttributes' },
  'scope.schema_url': { shape: 'text', column: 'ScopeSchemaUrl' },
  'scope.dropped_attributes_count': { shape: 'number', column: 'ScopeDroppedAttrCount' },
  'span.attributes': { shape: 'map', column: 'SpanAttributes' },
  'span.name': { shape: 'text', column: 'SpanName' },
  'span.kind': { shape: 'words', column: 'SpanKind', words: KIND_WORDS },
  'span.status.code': { shape: 'words', column: 'StatusCode', words: STATUS_WORDS },
  'span.status.message': { shape: 'text', column: 'StatusMessage' },
  'span.duration': { shape: 'exact', column: 'Duration' },
  'span.start_time': time('Timestamp'),
  'span.start_time_unix_nano': time('Timestamp'),
  'span.end_time': endTime(),
  'span.end_time_unix_nano': endTime(),
  'span.trace_id.string': { shape: 'id', column: 'TraceId', digits: 32 },
  'span.span_id.string': { shape: 'id', column: 'SpanId', digits: 16 },
  'span.parent_span_id.string': { shape: 'id', column: 'ParentSpanId', digits: 16 },
  'span.trace_state': { shape: 'text', column: 'TraceState' },
  'span.flags': { shape: 'none' },
  'spanevent.attributes': { shape: 'map', column: 'event_attributes' },
  'spanevent.name': { shape: 'text', column: 'event_name' },
  'spanevent.time': time('event_time'),
  'spanevent.time_unix_nano': time('event_time'),
  'log.attributes': { shape: 'map', column: 'LogAttributes' },
  'log.body': { shape: 'text', column: 'Body' },
  'log.severity_number': { shape: 'number', column: 'SeverityNumber' },
  'log.severity_text': { shape: 'text', column: 'SeverityText' },
  'log.event_name': { shape: 'text', column: 'EventName' },
  'log.time': time('Timestamp'),
  'log.time_unix_nano': time('Timestamp'),
  'log.observed_time': { shape: 'none' },
  'log.observed_time_unix_nano': { shape: 'none' },
  'log.flags': { shape: 'number', column: 'TraceFlags' },
  'log.trace_id.string': { shape: 'id', column: 'TraceId', digits: 32 },
  'log.span_id.string': { shape: 'id', column: 'SpanId', digits: 16 },
  'metric.name': { shape: 'text', column: 'MetricName' },
  'metric.description': { shape: 'text', column: 'MetricDescription' },
  'metric.unit': { shape: 'text', column: 'MetricUnit' },
  'metric.aggregation_temporality': { shape: 'number', column: 'AggregationTemporality' },
  'metric.is_monotonic': { shape: 'number', column: 'IsMonotonic' },
  'datapoint.attributes': { shape: 'map', column: 'Attributes' },
  'datapoint.value_double': { shape: 'number', column: 'Value' },
  'datapoint.value_int': { shape: 'number', column: 'Value' },
  'datapoint.start_time': time('StartTimeUnix'),
  'datapoint.start_time_unix_nano': time('StartTimeUnix'),
  'datapoint.time': time('TimeUnix'),
  'datapoint.time_unix_nano': time('TimeUnix'),
  'datapoint.flags': { shape: 'number', column: 'Flags' },
  'datapoint.count': { shape: 'exact', column: 'Count' },
  'datapoint.sum': { shape: 'number', column: 'Sum' },
  'datapoint.min': { shape: 'number', column: 'Min' },
  'datapoint.max': { shape: 'number', column: 'Max' },
  'datapoint.scale': { shape: 'number', column: 'Scale' },
  'datapoint.zero_count': { shape: 'exact', column: 'ZeroCount' },
  'datapoint.positive.offset': { shape: 'number', column: 'PositiveOffset' },
  'datapoint.negative.offset': { shape: 'number', column: 'NegativeOffset' },
};

/** Where the path is found. */
export function columnOf(path: PathName, { table = 'gauge', event }: Place): ColumnShape {
  if (path === 'metric.type') return { shape: 'fixed-number', value: metricTypeOf(table) };
  const isNil = !tableHas(table, path);
  if (isNil || (isEventPath(path) && event !== 'at-hand')) return { shape: 'nil' };
  return COLUMNS[path];
}

/** `DateTime64(9)`, as nanoseconds since the epoch. */
function time(column: string): ColumnShape {
  return { shape: 'exact', column: `toUnixTimestamp64Nano(${column})` };
}

/** 128 bits, since a signed and an unsigned number meet. */
function endTime(): ColumnShape {
  return { shape: 'exact', column: 'toInt128(toUnixTimestamp64Nano(Timestamp)) + Duration' };
}
