/**
 * Columnar batches: what one pass over OTLP protobuf bytes leaves behind. No object per record; text stays where
 * it came (slices of `source`), repeated text becomes a dictionary id.
 *
 * Rows point up: span → scope → resource → request. `NONE` marks an absent slice start or row.
 */
import type { Signal } from '../../schemas/names.ts';

/** Absent slice or reference. */
export const NONE = 0xffffffff;

/** Row i is `source[starts[i], ends[i])`; `starts[i] === NONE` is absent. Arrays may be longer than the row count. */
export interface SliceColumn {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Distinct byte strings, numbered from 0 in order of first sight. Entry 0 is always the empty string. */
export interface Dictionary {
  readonly size: number;
  /** UTF-8 bytes of the entry; a view, valid as long as the batch. */
  bytes(id: number): Uint8Array;
  /** The entry as text, decoded once. */
  text(id: number): string;
  /** The id of a text, or -1. */
  find(text: string): number;
}

/** Row i holds dictionary entry `ids[i]`. */
export interface DictionaryColumn {
  readonly ids: Uint32Array;
  readonly dictionary: Dictionary;
}

/** Kinds of AnyValue, by OTLP field number; 0 is the empty value. */
export const VALUE_KIND = {
  empty: 0,
  string: 1,
  bool: 2,
  int: 3,
  double: 4,
  array: 5,
  kvlist: 6,
  bytes: 7,
} as const;

/**
 * AnyValues. The slice is the payload inside `source`: text or bytes as they are; array and kvlist the message's
 * content; bool and int their varint; double its 8 bytes.
 */
export interface ValueColumn extends SliceColumn {
  readonly kinds: Uint8Array;
}

/** Attribute lists: row i owns the entries `offsets[i]` ≤ e < `offsets[i + 1]` of keys and values. */
export interface AttributesColumn {
  readonly offsets: Uint32Array;
  /**
   * Row → shape. Rows have the same shape exactly when they have the same keys in the same order, so what is known
   * of one row's keys holds for all rows of its shape. Shape 0 is the empty list; all are below `shapeCount`.
   */
  readonly shapes: Uint32Array;
  readonly shapeCount: number;
  readonly keys: DictionaryColumn;
  readonly values: ValueColumn;
}

/** One record of the durable log that went into the batch. */
export interface BatchRequest {
  readonly offset: number;
  readonly appendedMillis: number;
  readonly tenant: string;
}

export interface ResourceTable {
  readonly count: number;
  /** Row → index into `requests`. */
  readonly request: Uint32Array;
  /** `service.name`, '' when absent. */
  readonly serviceName: DictionaryColumn;
  readonly attributes: AttributesColumn;
  readonly schemaUrl: SliceColumn;
}

export interface ScopeTable {
  readonly count: number;
  /** Row → resource. */
  readonly resource: Uint32Array;
  readonly name: SliceColumn;
  readonly version: SliceColumn;
  readonly attributes: AttributesColumn;
  readonly droppedAttributesCount: Uint32Array;
  readonly schemaUrl: SliceColumn;
}

/** What every batch has. */
export interface BatchBase {
  readonly signal: Signal;
  /** The bytes all slices point into; at least 8 more bytes follow every slice, so that words may be read. */
  readonly source: Uint8Array;
  readonly requests: readonly BatchRequest[];
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;
  /** Records that could not be decoded, with where and why; they are not in the tables. */
  readonly undecodable: readonly UndecodableRequest[];
}

/** A log record that is not valid OTLP (a foreign producer wrote the topic). */
export interface UndecodableRequest extends BatchRequest {
  readonly reason: string;
}

/** Ids by index, as they are on the wire; all zero when absent or of wrong length. */
export interface IdColumn {
  /** Id i is the words from `i * wordCount` on, little-endian. */
  readonly words: Int32Array;
  /** 4 for trace ids, 2 for span ids. */
  readonly wordCount: 2 | 4;
}

/** Nanoseconds since the epoch. */
export type NanosColumn = BigUint64Array;

export interface SpanBatch extends BatchBase {
  readonly signal: 'traces';
  readonly count: number;
  /** Row → scope. */
  readonly scope: Uint32Array;
  readonly traceId: IdColumn;
  readonly spanId: IdColumn;
  readonly parentSpanId: IdColumn;
  readonly traceState: SliceColumn;
  readonly name: DictionaryColumn;
  /** OTLP SpanKind, 0..5. */
  readonly kind: Uint8Array;
  readonly flags: Uint32Array;
  readonly startNanos: NanosColumn;
  readonly endNanos: NanosColumn;
  readonly attributes: AttributesColumn;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: Uint8Array;
  readonly statusMessage: SliceColumn;
  readonly events: SpanEvents;
  readonly links: SpanLinks;
}

/** Row i owns events `offsets[i]` ≤ e < `offsets[i + 1]`. */
export interface SpanEvents {
  readonly offsets: Uint32Array;
  readonly timeNanos: NanosColumn;
  readonly name: DictionaryColumn;
  readonly attributes: AttributesColumn;
}

/** Row i owns links `offsets[i]` ≤ l < `offsets[i + 1]`. */
export interface SpanLinks {
  readonly offsets: Uint32Array;
  readonly traceId: IdColumn;
  readonly spanId: IdColumn;
  readonly traceState: SliceColumn;
  readonly attributes: AttributesColumn;
}

export interface LogBatch extends BatchBase {
  readonly signal: 'logs';
  readonly count: number;
  readonly scope: Uint32Array;
  /** `time_unix_nano` as sent; 0 when unknown. */
  readonly timeNanos: NanosColumn;
  readonly observedNanos: NanosColumn;
  readonly severityNumber: Uint8Array;
  readonly severityText: DictionaryColumn;
  readonly body: ValueColumn;
  readonly attributes: AttributesColumn;
  readonly flags: Uint32Array;
  readonly traceId: IdColumn;
  readonly spanId: IdColumn;
  readonly eventName: DictionaryColumn;
}

/** Kinds of metric data, by OTLP field number. */
export const METRIC_KIND = { gauge: 5, sum: 7, histogram: 9, expHistogram: 10, summary: 11 } as const;

export interface MetricTable {
  readonly count: number;
  readonly scope: Uint32Array;
  readonly name: DictionaryColumn;
  readonly description: SliceColumn;
  readonly unit: SliceColumn;
  readonly kind: Uint8Array;
  /** 0 unspecified, 1 delta, 2 cumulative. */
  readonly temporality: Uint8Array;
  readonly isMonotonic: Uint8Array;
}

/** Exemplars of points: row i owns `offsets[i]` ≤ x < `offsets[i + 1]`. */
export interface Exemplars {
  readonly offsets: Uint32Array;
  readonly attributes: AttributesColumn;
  readonly timeNanos: NanosColumn;
  readonly value: Float64Array;
  readonly traceId: IdColumn;
  readonly spanId: IdColumn;
}

/** What points of every kind have. */
export interface PointTable {
  readonly count: number;
  /** Row → metric. */
  readonly metric: Uint32Array;
  readonly attributes: AttributesColumn;
  readonly startNanos: NanosColumn;
  readonly timeNanos: NanosColumn;
  readonly flags: Uint32Array;
}

/** Gauge and sum points. An int value is exact to 2^53; an empty one is 0. */
export interface NumberPoints extends PointTable {
  readonly value: Float64Array;
  readonly exemplars: Exemplars;
}

/** Row i owns `values[offsets[i]]` ≤ v < `values[offsets[i + 1]]`. */
export interface ListColumn<Values> {
  readonly offsets: Uint32Array;
  readonly values: Values;
}

export interface HistogramPoints extends PointTable {
  readonly countValue: BigUint64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly bucketCounts: ListColumn<BigUint64Array>;
  readonly explicitBounds: ListColumn<Float64Array>;
  readonly exemplars: Exemplars;
}

export interface ExpHistogramPoints extends PointTable {
  readonly countValue: BigUint64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly scale: Int32Array;
  readonly zeroCount: BigUint64Array;
  readonly zeroThreshold: Float64Array;
  readonly positiveOffset: Int32Array;
  readonly positiveCounts: ListColumn<BigUint64Array>;
  readonly negativeOffset: Int32Array;
  readonly negativeCounts: ListColumn<BigUint64Array>;
  readonly exemplars: Exemplars;
}

export interface SummaryPoints extends PointTable {
  readonly countValue: BigUint64Array;
  readonly sum: Float64Array;
  readonly quantiles: ListColumn<Float64Array>;
  /** Beside `quantiles`, with the same offsets. */
  readonly quantileValues: Float64Array;
}

export interface MetricBatch extends BatchBase {
  readonly signal: 'metrics';
  /** All points of all kinds. */
  readonly count: number;
  readonly metrics: MetricTable;
  readonly gauge: NumberPoints;
  readonly sum: NumberPoints;
  readonly histogram: HistogramPoints;
  readonly expHistogram: ExpHistogramPoints;
  readonly summary: SummaryPoints;
}

export type Batch = SpanBatch | LogBatch | MetricBatch;

/** One log record's bytes with where they came from: the input of the decoders. */
export interface EncodedRequest extends BatchRequest {
  /** An `Export<Signal>ServiceRequest` in protobuf or, when it starts with a brace, in JSON. */
  readonly bytes: Uint8Array;
  /** Why the log cannot tell the request; the bytes are what it has in its place, and make no rows. */
  readonly damage?: string | undefined;
}
