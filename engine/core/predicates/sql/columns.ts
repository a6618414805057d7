/** Where a path lives in the tables (docs/formats/): a column, an entry of a map column, or nowhere. */
import { metricTypeOf } from '../metric-type.ts';
import type { PathName } from '../paths.ts';
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
  /** A word per enum number, by position. */
  | { readonly shape: 'words'; readonly column: string; readonly words: readonly string[] }
  /** The same number in every row of the table. */
  | { readonly shape: 'fixed-number'; readonly value: number }
  /** Nil in every row of the table. */
  | { readonly shape: 'nil' }
  /** In no table. */
  | { readonly shape: 'none' };

const KIND_WORDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS_WORDS = ['Unset', 'Ok', 'Error'];

const COLUMNS: Readonly<Record<Exclude<PathName, 'metric.type' | `datapoint.value_${string}`>, ColumnShape>> =
  {
    'resource.attributes': { shape: 'map', column: 'ResourceAttributes' },
    'scope.name': { shape: 'text', column: 'ScopeName' },
    'scope.version': { shape: 'text', column: 'ScopeVersion' },
    'scope.attributes': { shape: 'map', column: 'ScopeAttributes' },
    'span.attributes': { shape: 'map', column: 'SpanAttributes' },
    'span.name': { shape: 'text', column: 'SpanName' },
    'span.kind': { shape: 'words', column: 'SpanKind', words: KIND_WORDS },
    'span.status.code': { shape: 'words', column: 'StatusCode', words: STATUS_WORDS },
    'span.status.message': { shape: 'text', column: 'StatusMessage' },
    'span.duration': { shape: 'number', column: 'Duration' },
    'span.trace_id.string': { shape: 'id', column: 'TraceId', digits: 32 },
    'span.span_id.string': { shape: 'id', column: 'SpanId', digits: 16 },
    'span.parent_span_id.string': { shape: 'id', column: 'ParentSpanId', digits: 16 },
    'span.trace_state': { shape: 'text', column: 'TraceState' },
    'span.flags': { shape: 'none' },
    'log.attributes': { shape: 'map', column: 'LogAttributes' },
    'log.body': { shape: 'text', column: 'Body' },
    'log.severity_number': { shape: 'number', column: 'SeverityNumber' },
    'log.severity_text': { shape: 'text', column: 'SeverityText' },
    'log.event_name': { shape: 'text', column: 'EventName' },
    'log.trace_id.string': { shape: 'id', column: 'TraceId', digits: 32 },
    'log.span_id.string': { shape: 'id', column: 'SpanId', digits: 16 },
    'metric.name': { shape: 'text', column: 'MetricName' },
    'metric.description': { shape: 'text', column: 'MetricDescription' },
    'metric.unit': { shape: 'text', column: 'MetricUnit' },
    'datapoint.attributes': { shape: 'map', column: 'Attributes' },
  };

/** The path's place; `table` matters for what only some tables of points have. */
export function columnOf(path: PathName, table: PointKind | undefined): ColumnShape {
  switch (path) {
    case 'metric.type':
      return { shape: 'fixed-number', value: metricTypeOf(table ?? 'gauge') };
    case 'datapoint.value_double':
    case 'datapoint.value_int':
      return table === 'gauge' || table === 'sum' ? { shape: 'number', column: 'Value' } : { shape: 'nil' };
    default:
      return COLUMNS[path];
  }
}
