import {
  OTLP_MESSAGE_NAMES,
  OTLP_MESSAGES,
  type OtlpField,
  type OtlpMessageName,
  type OtlpScalar,
} from '../../schemas/otlp.ts';
import { WIRE_TYPE, WIRE_TYPE_OF_SCALAR } from '../wire/wire-type.ts';

/*
 * The validator's look-ups, all by `message << 8 | tag`: every known field of OTLP has a tag below 256.
 * ACTIONS says what to do with a field, CHILDREN which message it holds, ATTRIBUTES and VALUES what limits count.
 */

/** What the validator does with a field. */
export const ACTION = {
  /** Not in the message's description, or beyond the table. */
  unknown: 0,
  /** A known field under a wire type it cannot have. */
  mistyped: 1,
  varint: 2,
  fixed64: 3,
  fixed32: 4,
  bytes: 5,
  string: 6,
  message: 7,
  /** A message that is one record of the signal. */
  record: 8,
  /** A message with records inside: a resource's, a scope's, a metric, its data. */
  holder: 9,
  packedVarint: 10,
  packedFixed64: 11,
  /** From here on: as above, and remembered for the record or metric around it. */
  traceId: 12,
  spanId: 13,
  parentSpanId: 14,
  startTime: 15,
  endTime: 16,
  time: 17,
  observedTime: 18,
  temporality: 19,
  bucketCount: 20,
  bucketCounts: 21,
  bound: 22,
  bounds: 23,
} as const;

const NOTED: Readonly<Record<string, number>> = {
  'Span.trace_id': ACTION.traceId,
  'Span.span_id': ACTION.spanId,
  'Span.parent_span_id': ACTION.parentSpanId,
  'Span.start_time_unix_nano': ACTION.startTime,
  'Span.end_time_unix_nano': ACTION.endTime,
  'LogRecord.time_unix_nano': ACTION.time,
  'LogRecord.observed_time_unix_nano': ACTION.observedTime,
  'NumberDataPoint.time_unix_nano': ACTION.time,
  'HistogramDataPoint.time_unix_nano': ACTION.time,
  'ExponentialHistogramDataPoint.time_unix_nano': ACTION.time,
  'SummaryDataPoint.time_unix_nano': ACTION.time,
  'Sum.aggregation_temporality': ACTION.temporality,
  'Histogram.aggregation_temporality': ACTION.temporality,
  'ExponentialHistogram.aggregation_temporality': ACTION.temporality,
};

const CHILD_ACTION: Partial<Record<OtlpMessageName, number>> = {
  Span: ACTION.record,
  LogRecord: ACTION.record,
  NumberDataPoint: ACTION.record,
  HistogramDataPoint: ACTION.record,
  ExponentialHistogramDataPoint: ACTION.record,
  SummaryDataPoint: ACTION.record,
  ResourceSpans: ACTION.holder,
  ScopeSpans: ACTION.holder,
  ResourceMetrics: ACTION.holder,
  ScopeMetrics: ACTION.holder,
  Metric: ACTION.holder,
  Gauge: ACTION.holder,
  Sum: ACTION.holder,
  Histogram: ACTION.holder,
  ExponentialHistogram: ACTION.holder,
  Summary: ACTION.holder,
  ResourceLogs: ACTION.holder,
  ScopeLogs: ACTION.holder,
};

/** A message's number in the tables. */
export function messageNumber(name: OtlpMessageName): number {
  return OTLP_MESSAGE_NAMES.indexOf(name);
}

/** By `message << 8 | tag`: what to do with the field. */
export const ACTIONS = new Uint8Array(OTLP_MESSAGE_NAMES.length << 8);
/** By `message << 8 | tag`: the number of the message the field holds. */
export const CHILDREN = new Uint8Array(OTLP_MESSAGE_NAMES.length << 8);
/** By `message << 8 | tag`: 1 for an entry of an attribute list. */
export const ATTRIBUTES = new Uint8Array(OTLP_MESSAGE_NAMES.length << 8);
/** By `message << 8 | tag`: 1 for the text or the bytes that are a value. */
export const VALUES = new Uint8Array(OTLP_MESSAGE_NAMES.length << 8);

for (const [number, name] of OTLP_MESSAGE_NAMES.entries()) {
  for (const field of OTLP_MESSAGES[name]) enter(number, name, field);
}

function enter(message: number, name: OtlpMessageName, field: OtlpField): void {
  const base = (message << 8) | (field.number << 3);
  for (let wireType = 0; wireType < 8; wireType++) ACTIONS[base | wireType] = ACTION.mistyped;
  if (typeof field.type === 'object') {
    const slot = base | WIRE_TYPE.length;
    ACTIONS[slot] = CHILD_ACTION[field.type.message] ?? ACTION.message;
    // Entries of a list that is a value are no attributes.
    if (field.type.message === 'KeyValue' && name !== 'KeyValueList') ATTRIBUTES[slot] = 1;
    CHILDREN[slot] = messageNumber(field.type.message);
    return;
  }
  const wireType = WIRE_TYPE_OF_SCALAR[field.type];
  if (name === 'AnyValue' && wireType === WIRE_TYPE.length) VALUES[base | wireType] = 1;
  ACTIONS[base | wireType] = NOTED[`${name}.${field.name}`] ?? scalarAction(field.type);
  if (field.repeated && wireType !== WIRE_TYPE.length) {
    // Repeated numbers come packed or one by one, whatever the description prefers.
    ACTIONS[base | WIRE_TYPE.length] =
      wireType === WIRE_TYPE.varint ? ACTION.packedVarint : ACTION.packedFixed64;
  }
  if (name === 'HistogramDataPoint' && field.name === 'bucket_counts') {
    ACTIONS[base | WIRE_TYPE.fixed64] = ACTION.bucketCount;
    ACTIONS[base | WIRE_TYPE.length] = ACTION.bucketCounts;
  }
  if (name === 'HistogramDataPoint' && field.name === 'explicit_bounds') {
    ACTIONS[base | WIRE_TYPE.fixed64] = ACTION.bound;
    ACTIONS[base | WIRE_TYPE.length] = ACTION.bounds;
  }
}

function scalarAction(type: OtlpScalar): number {
  if (type === 'string') return ACTION.string;
  switch (WIRE_TYPE_OF_SCALAR[type]) {
    case WIRE_TYPE.varint:
      return ACTION.varint;
    case WIRE_TYPE.fixed64:
      return ACTION.fixed64;
    case WIRE_TYPE.fixed32:
      return ACTION.fixed32;
    default:
      return ACTION.bytes;
  }
}
