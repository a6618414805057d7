import type { Random } from '../../bench/payload/random.ts';
import { WIRE_TYPE_OF_SCALAR } from '../../otlp/wire/wire-type.ts';
import type { Signal } from '../../schemas/names.ts';
import {
  OTLP_MESSAGES,
  type OtlpField,
  type OtlpMessageName,
  type OtlpScalar,
  REQUEST_MESSAGE,
} from '../../schemas/otlp.ts';
import { NOW_NANOS } from '../moment.ts';
import { nextMarker } from './markers.ts';
import { fieldOf, type TreeField, type TreeMessage } from './tree.ts';
import { doubleBits } from './wild.ts';

const HOUR_NANOS = 3_600_000_000_000;
const MAX_VALUE_DEPTH = 3;
const WORDS = [
  'checkout',
  'GET /basket',
  'app.logger',
  'http.route',
  'service.name',
  'é',
  '1.2.0',
  '',
] as const;
/** Fields a record is not taken without, and those that make it worth sending. */
const ALWAYS = new Set([
  'Span.trace_id',
  'Span.span_id',
  'Span.name',
  'Span.start_time_unix_nano',
  'Span.end_time_unix_nano',
  'LogRecord.time_unix_nano',
  'LogRecord.body',
  'NumberDataPoint.time_unix_nano',
  'HistogramDataPoint.time_unix_nano',
  'ExponentialHistogramDataPoint.time_unix_nano',
  'SummaryDataPoint.time_unix_nano',
  'Sum.aggregation_temporality',
  'Histogram.aggregation_temporality',
  'ExponentialHistogram.aggregation_temporality',
  'Metric.name',
  'KeyValue.key',
  'KeyValue.value',
]);
/** Messages that are one record, with the field their attributes are in. */
const ATTRIBUTES_OF_RECORD: Partial<Record<OtlpMessageName, number>> = {
  Span: 9,
  LogRecord: 6,
  NumberDataPoint: 7,
  HistogramDataPoint: 9,
  ExponentialHistogramDataPoint: 1,
  SummaryDataPoint: 7,
};
const DATA_OF_METRIC = [5, 7, 9, 10, 11] as const;
const VALUES = [1, 1, 1, 2, 3, 3, 4, 5, 6, 7] as const;
/** Messages around records: there is always one, so that most requests have a record. */
const ENVELOPES = new Set(['resource_spans', 'resource_metrics', 'resource_logs', 'data_points']);

/**
 * A random request every record of which is to be taken, small and with any of OTLP's fields. Each record has an
 * attribute with a marker of its own.
 */
export function growRequest(signal: Signal, random: Random): TreeMessage {
  return grow(REQUEST_MESSAGE[signal], random, 0);
}

/** A random message of any kind, valid where it belongs. */
export function grow(message: OtlpMessageName, random: Random, valueDepth: number): TreeMessage {
  if (message === 'AnyValue') return { message, fields: [growValue(random, valueDepth)] };
  const fields = OTLP_MESSAGES[message].flatMap((field) => growField(message, field, { random, valueDepth }));
  if (message === 'Metric') fields.push(growData(random));
  if (message === 'HistogramDataPoint') fields.push(...growBuckets(random));
  const attributes = ATTRIBUTES_OF_RECORD[message];
  if (attributes !== undefined) fields.push(messageField(attributes, markerAttribute(random)));
  return { message, fields };
}

interface Growth {
  readonly random: Random;
  readonly valueDepth: number;
}

function growField(message: OtlpMessageName, field: OtlpField, { random, valueDepth }: Growth): TreeField[] {
  const { number, name, type } = field;
  if (message === 'Metric' && (DATA_OF_METRIC as readonly number[]).includes(number)) return [];
  if (message === 'HistogramDataPoint' && (name === 'bucket_counts' || name === 'explicit_bounds')) return [];
  // Two names of one value: the second would win.
  if (name === 'as_int' && random.below(2) === 0) return [];
  const path = `${message}.${name}`;
  if (typeof type === 'object') {
    const count = field.repeated ? countOf(name, random) : ALWAYS.has(path) || random.below(2) === 0 ? 1 : 0;
    const deeper = type.message === 'AnyValue' || type.message === 'KeyValue' ? valueDepth : 0;
    return Array.from({ length: count }, () => messageField(number, grow(type.message, random, deeper)));
  }
  if (field.repeated) return growList(number, type, random);
  if (!ALWAYS.has(path) && random.below(3) > 0) return [];
  return [scalarField(number, type, growScalar(path, type, random))];
}

function countOf(name: string, random: Random): number {
  if (ENVELOPES.has(name)) return random.pick([1, 1, 2]);
  if (name.startsWith('scope_') || name === 'spans' || name === 'log_records' || name === 'metrics') {
    return random.pick([1, 1, 1, 1, 1, 2, 2, 3, 3, 0]);
  }
  return random.pick([0, 0, 0, 1, 2]);
}

function growList(number: number, type: OtlpScalar, random: Random): TreeField[] {
  const items = Array.from({ length: random.below(4) }, () => growScalar('', type, random));
  if (type === 'uint64') {
    const packed = items.map((item) => Number(item)).filter((item) => item < 128);
    return packed.length > 0 ? [bytesField(number, Uint8Array.from(packed))] : [];
  }
  return items.map((item) => scalarField(number, type, item));
}

function growData(random: Random): TreeField {
  const number = random.pick(DATA_OF_METRIC);
  const type = fieldOf('Metric', number)?.type as { readonly message: OtlpMessageName };
  return messageField(number, grow(type.message, random, 0));
}

/** Bounds and one more bucket, packed or one by one; none at all is as good. */
function growBuckets(random: Random): TreeField[] {
  const bounds = random.below(4);
  if (bounds === 0) return [];
  const counts = Array.from({ length: bounds + 1 }, () => BigInt(random.below(50)));
  const limits = Array.from({ length: bounds }, (_, index) => doubleBits(index * 2.5));
  if (random.below(2) === 0) return [packedWords(6, counts), packedWords(7, limits)];
  return [...counts, ...limits].map((value, index) => ({
    number: index <= bounds ? 6 : 7,
    wireType: 1,
    value,
  }));
}

function packedWords(number: number, words: readonly bigint[]): TreeField {
  return bytesField(number, new Uint8Array(BigUint64Array.from(words).buffer));
}

function growScalar(path: string, type: OtlpScalar, random: Random): bigint | Uint8Array {
  if (path.endsWith('temporality')) return BigInt(1 + random.below(2));
  switch (type) {
    case 'id':
      return random.bytes(path.endsWith('.trace_id') ? 16 : 8);
    case 'string':
      return Buffer.from(random.pick(WORDS));
    case 'bytes':
      return random.bytes(random.below(12));
    case 'double':
      return doubleBits(random.unit() * 1000);
    case 'fixed64':
      return path.includes('time_') ? growTime(path, random) : BigInt(random.below(10_000));
    case 'sint32':
      return BigInt(random.below(64));
    default:
      return BigInt(random.below(type === 'enum' ? 4 : 300));
  }
}

/** Starts lie in the hour before the last, ends in the last one. */
function growTime(path: string, random: Random): bigint {
  const isStart = path.includes('start_time');
  return NOW_NANOS - BigInt(Math.floor((random.unit() + (isStart ? 1 : 0)) * HOUR_NANOS));
}

function growValue(random: Random, depth: number): TreeField {
  const number = depth >= MAX_VALUE_DEPTH ? 1 : random.pick(VALUES);
  const type = fieldOf('AnyValue', number)?.type;
  if (typeof type === 'object') return messageField(number, grow(type.message, random, depth + 1));
  return scalarField(number, type as OtlpScalar, growScalar('AnyValue.', type as OtlpScalar, random));
}

function markerAttribute(random: Random): TreeMessage {
  const key = bytesField(1, Buffer.from('marker'));
  const value: TreeMessage = {
    message: 'AnyValue',
    fields: [bytesField(1, Buffer.from(nextMarker(random)))],
  };
  return { message: 'KeyValue', fields: [key, messageField(2, value)] };
}

function scalarField(number: number, type: OtlpScalar, value: bigint | Uint8Array): TreeField {
  return { number, wireType: WIRE_TYPE_OF_SCALAR[type], value };
}

/** A length-delimited field. */
export function bytesField(number: number, value: Uint8Array): TreeField {
  return { number, wireType: 2, value };
}

/** A field that holds a message. */
export function messageField(number: number, value: TreeMessage): TreeField {
  return { number, wireType: 2, value };
}
