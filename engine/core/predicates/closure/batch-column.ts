/** Which column of a batch a path reads, in which shape, and on which level it stands. */
import { halvesOf } from '../../../../otlp/columns/event-time.ts';
import type {
  AttributesColumn,
  Batch,
  DictionaryColumn,
  IdColumn,
  LogBatch,
  MetricBatch,
  PointTable,
  SliceColumn,
  SpanBatch,
  ValueColumn,
} from '../../../../otlp/columns/types.ts';
import { metricTypeOf } from '../metric-type.ts';
import { tableHas } from '../point-tables.ts';
import type { Field, PointKind } from '../types.ts';
import { logTimeHalves, spanEndHalves } from './exact-halves.ts';
import {
  EVENT_LEVEL,
  METRIC_LEVEL,
  POINT_LEVEL,
  RECORD_LEVEL,
  RESOURCE_LEVEL,
  SCOPE_LEVEL,
} from './lineage.ts';

type Shape =
  | { readonly shape: 'attributes'; readonly column: AttributesColumn; readonly key: string }
  | { readonly shape: 'values'; readonly column: ValueColumn }
  | { readonly shape: 'dictionary'; readonly column: DictionaryColumn }
  | { readonly shape: 'slices'; readonly column: SliceColumn }
  | { readonly shape: 'ids'; readonly column: IdColumn }
  | { readonly shape: 'numbers'; readonly column: ArrayLike<number> }
  /** Whole 64-bit numbers as 32-bit halves. */
  | { readonly shape: 'halves'; readonly column: Uint32Array }
  /** End minus start of spans, both as 32-bit halves; `usableEnds` makes the ends that are never before the start. */
  | {
      readonly shape: 'duration';
      readonly starts: Uint32Array;
      readonly ends: Uint32Array;
      readonly usableEnds: () => Uint32Array;
    }
  /** One text for all rows, whoever asks has put it there. */
  | { readonly shape: 'at-hand'; readonly cell: { bytes: Uint8Array } }
  /** The same number in every row. */
  | { readonly shape: 'fixed'; readonly value: number }
  /** Nil in every row. */
  | { readonly shape: 'nil' };

/** A column; `nilFrom` is the row from which on it is nil. */
export type BatchColumn = Shape & { readonly level: number; readonly nilFrom?: number };

/**
 * The column a field reads.
 *
 * @throws {TypeError} when the batch's signal does not have the path: the checker has let it through.
 */
export function columnOf(field: Field, batch: Batch, table?: PointKind): BatchColumn {
  const shared = sharedColumn(field, batch);
  if (shared !== undefined) return shared;
  switch (batch.signal) {
    case 'traces':
      return field.path.startsWith('spanevent.')
        ? eventColumn(field, batch)
        : { level: RECORD_LEVEL, ...spanColumn(field, batch) };
    case 'logs':
      return { level: RECORD_LEVEL, ...logColumn(field, batch) };
    case 'metrics': {
      const level = field.path.startsWith('metric.') ? METRIC_LEVEL : POINT_LEVEL;
      return { level, ...measuredColumn(field, batch, table ?? 'gauge') };
    }
  }
}

function measuredColumn(field: Field, batch: MetricBatch, table: PointKind): Shape {
  if (!tableHas(table, field.path)) return { shape: 'nil' };
  if (field.path.startsWith('metric.')) return metricColumn(field, batch, table);
  return pointColumn(field, batch[table]) ?? figureColumn(field, batch, table);
}

function sharedColumn({ path, key = '' }: Field, batch: Batch): BatchColumn | undefined {
  const { resources, scopes } = batch;
  switch (path) {
    case 'resource.attributes':
      return { level: RESOURCE_LEVEL, shape: 'attributes', column: resources.attributes, key };
    case 'resource.schema_url':
      return { level: RESOURCE_LEVEL, shape: 'slices', column: resources.schemaUrl };
    case 'scope.attributes':
      return { level: SCOPE_LEVEL, shape: 'attributes', column: scopes.attributes, key };
    case 'scope.name':
      return { level: SCOPE_LEVEL, shape: 'slices', column: scopes.name };
    case 'scope.version':
      return { level: SCOPE_LEVEL, shape: 'slices', column: scopes.version };
    case 'scope.schema_url':
      return { level: SCOPE_LEVEL, shape: 'slices', column: scopes.schemaUrl };
    case 'scope.dropped_attributes_count':
      return { level: SCOPE_LEVEL, shape: 'numbers', column: scopes.droppedAttributesCount };
    default:
      return undefined;
  }
}

function spanColumn({ path, key = '' }: Field, batch: SpanBatch): Shape {
  switch (path) {
    case 'span.attributes':
      return { shape: 'attributes', column: batch.attributes, key };
    case 'span.name':
      return { shape: 'dictionary', column: batch.name };
    case 'span.kind':
      return { shape: 'numbers', column: batch.kind };
    case 'span.status.code':
      return { shape: 'numbers', column: batch.statusCode };
    case 'span.status.message':
      return { shape: 'slices', column: batch.statusMessage };
    case 'span.duration':
      return {
        shape: 'duration',
        starts: halvesOf(batch.startNanos),
        ends: halvesOf(batch.endNanos),
        usableEnds: () => spanEndHalves(batch),
      };
    case 'span.start_time':
    case 'span.start_time_unix_nano':
      return { shape: 'halves', column: halvesOf(batch.startNanos) };
    case 'span.end_time':
    case 'span.end_time_unix_nano':
      return { shape: 'halves', column: spanEndHalves(batch) };
    case 'span.trace_id.string':
      return { shape: 'ids', column: batch.traceId };
    case 'span.span_id.string':
      return { shape: 'ids', column: batch.spanId };
    case 'span.parent_span_id.string':
      return { shape: 'ids', column: batch.parentSpanId };
    case 'span.trace_state':
      return { shape: 'slices', column: batch.traceState };
    case 'span.flags':
      return { shape: 'numbers', column: batch.flags };
    default:
      throw unreadable(path);
  }
}

function eventColumn({ path, key = '' }: Field, { count, events }: SpanBatch): BatchColumn {
  const place = { level: EVENT_LEVEL, nilFrom: events.offsets[count] ?? 0 };
  switch (path) {
    case 'spanevent.attributes':
      return { ...place, shape: 'attributes', column: events.attributes, key };
    case 'spanevent.name':
      return { ...place, shape: 'dictionary', column: events.name };
    case 'spanevent.time':
    case 'spanevent.time_unix_nano':
      return { ...place, shape: 'halves', column: halvesOf(events.timeNanos) };
    default:
      throw unreadable(path);
  }
}

/** The flags of OTLP's log records are their lowest 8 bits; the others are reserved. */
const TRACE_FLAGS = 0xff;

function logColumn({ path, key = '' }: Field, batch: LogBatch): Shape {
  switch (path) {
    case 'log.attributes':
      return { shape: 'attributes', column: batch.attributes, key };
    case 'log.body':
      return { shape: 'values', column: batch.body };
    case 'log.severity_number':
      return { shape: 'numbers', column: batch.severityNumber };
    case 'log.severity_text':
      return { shape: 'dictionary', column: batch.severityText };
    case 'log.event_name':
      return { shape: 'dictionary', column: batch.eventName };
    case 'log.time':
    case 'log.time_unix_nano':
      return { shape: 'halves', column: logTimeHalves(batch) };
    case 'log.observed_time':
    case 'log.observed_time_unix_nano':
      return { shape: 'halves', column: halvesOf(batch.observedNanos) };
    case 'log.flags':
      return { shape: 'numbers', column: batch.flags.map((flags) => flags & TRACE_FLAGS) };
    case 'log.trace_id.string':
      return { shape: 'ids', column: batch.traceId };
    case 'log.span_id.string':
      return { shape: 'ids', column: batch.spanId };
    default:
      throw unreadable(path);
  }
}

function metricColumn({ path }: Field, { metrics }: MetricBatch, table: PointKind): Shape {
  switch (path) {
    case 'metric.name':
      return { shape: 'dictionary', column: metrics.name };
    case 'metric.description':
      return { shape: 'slices', column: metrics.description };
    case 'metric.unit':
      return { shape: 'slices', column: metrics.unit };
    case 'metric.type':
      return { shape: 'fixed', value: metricTypeOf(table) };
    case 'metric.aggregation_temporality':
      return { shape: 'numbers', column: metrics.temporality };
    case 'metric.is_monotonic':
      return { shape: 'numbers', column: metrics.isMonotonic };
    default:
      throw unreadable(path);
  }
}

function pointColumn({ path, key = '' }: Field, points: PointTable): Shape | undefined {
  switch (path) {
    case 'datapoint.attributes':
      return { shape: 'attributes', column: points.attributes, key };
    case 'datapoint.start_time':
    case 'datapoint.start_time_unix_nano':
      return { shape: 'halves', column: halvesOf(points.startNanos) };
    case 'datapoint.time':
    case 'datapoint.time_unix_nano':
      return { shape: 'halves', column: halvesOf(points.timeNanos) };
    case 'datapoint.flags':
      return { shape: 'numbers', column: points.flags };
    default:
      return undefined;
  }
}

/** What only some kinds of points have; the caller has made sure that this one has it. */
function figureColumn({ path }: Field, batch: MetricBatch, table: PointKind): Shape {
  const { expHistogram } = batch;
  switch (path) {
    case 'datapoint.value_double':
    case 'datapoint.value_int':
      return { shape: 'numbers', column: (table === 'sum' ? batch.sum : batch.gauge).value };
    case 'datapoint.count':
      return { shape: 'halves', column: halvesOf(countedPoints(batch, table).countValue) };
    case 'datapoint.sum':
      return { shape: 'numbers', column: countedPoints(batch, table).sum };
    case 'datapoint.min':
      return { shape: 'numbers', column: (table === 'histogram' ? batch.histogram : expHistogram).min };
    case 'datapoint.max':
      return { shape: 'numbers', column: (table === 'histogram' ? batch.histogram : expHistogram).max };
    case 'datapoint.scale':
      return { shape: 'numbers', column: expHistogram.scale };
    case 'datapoint.zero_count':
      return { shape: 'halves', column: halvesOf(expHistogram.zeroCount) };
    case 'datapoint.positive.offset':
      return { shape: 'numbers', column: expHistogram.positiveOffset };
    case 'datapoint.negative.offset':
      return { shape: 'numbers', column: expHistogram.negativeOffset };
    default:
      throw unreadable(path);
  }
}

function countedPoints({ histogram, expHistogram, summary }: MetricBatch, table: PointKind) {
  if (table === 'histogram') return histogram;
  return table === 'summary' ? summary : expHistogram;
}

function unreadable(path: string): TypeError {
  return new TypeError(`Cannot read ${path} from this batch`);
}
