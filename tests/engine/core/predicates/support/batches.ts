/** Builds columnar batches from plain objects, by the contract of otlp/columns/types.ts and nothing else. */
import {
  type AttributesColumn,
  type DictionaryColumn,
  type IdColumn,
  type LogBatch,
  METRIC_KIND,
  type MetricBatch,
  NONE,
  type NumberPoints,
  type SliceColumn,
  type SpanBatch,
  type SpanEvents,
  VALUE_KIND,
  type ValueColumn,
} from '../../../../../otlp/columns/types.ts';
import type { Attributes, EventRow, LogRow, Origin, PointRow, SpanRow, Value } from './rows.ts';

/** When every request of these batches was appended to the log. */
export const APPENDED_MILLIS = 1_790_000_000_123;

/** Spans; neighbours with the same origin object share resource and scope. */
export function spanBatch(rows: readonly SpanRow[]): SpanBatch {
  const build = new Build();
  const origins = build.origins(rows);
  const batch = {
    ...origins.tables,
    signal: 'traces' as const,
    count: rows.length,
    scope: origins.scope,
    traceId: build.ids(
      4,
      rows.map((row) => row.traceId),
    ),
    spanId: build.ids(
      2,
      rows.map((row) => row.spanId),
    ),
    parentSpanId: build.ids(
      2,
      rows.map((row) => row.parentSpanId),
    ),
    traceState: build.slices(rows.map((row) => row.traceState)),
    name: build.dictionary(rows.map((row) => row.name ?? '')),
    kind: Uint8Array.from(rows, (row) => row.kind ?? 0),
    flags: Uint32Array.from(rows, (row) => row.flags ?? 0),
    startNanos: BigUint64Array.from(rows, (row) => row.start ?? 0n),
    endNanos: BigUint64Array.from(rows, (row) => row.end ?? 0n),
    attributes: build.attributes(rows.map((row) => row.attributes ?? [])),
    statusCode: Uint8Array.from(rows, (row) => row.statusCode ?? 0),
    statusMessage: build.slices(rows.map((row) => row.statusMessage)),
    events: build.events(rows.map((row) => row.events ?? [])),
    links: {
      offsets: new Uint32Array(rows.length + 1),
      traceId: build.ids(4),
      spanId: build.ids(2),
      traceState: build.slices([]),
      attributes: build.attributes([]),
    },
  };
  return { ...batch, source: build.source() };
}

export function logBatch(rows: readonly LogRow[]): LogBatch {
  const build = new Build();
  const origins = build.origins(rows);
  const batch = {
    ...origins.tables,
    signal: 'logs' as const,
    count: rows.length,
    scope: origins.scope,
    timeNanos: BigUint64Array.from(rows, (row) => row.time ?? 0n),
    observedNanos: BigUint64Array.from(rows, (row) => row.observed ?? 0n),
    severityNumber: Uint8Array.from(rows, (row) => row.severityNumber ?? 0),
    severityText: build.dictionary(rows.map((row) => row.severityText ?? '')),
    body: build.values(rows.map((row) => row.body ?? null)),
    attributes: build.attributes(rows.map((row) => row.attributes ?? [])),
    flags: Uint32Array.from(rows, (row) => row.flags ?? 0),
    traceId: build.ids(
      4,
      rows.map((row) => row.traceId),
    ),
    spanId: build.ids(
      2,
      rows.map((row) => row.spanId),
    ),
    eventName: build.dictionary(rows.map((row) => row.eventName ?? '')),
  };
  return { ...batch, source: build.source() };
}

/** The same points in every table. */
export function metricBatch(rows: readonly PointRow[]): MetricBatch {
  const build = new Build();
  const origins = build.origins(rows);
  const points = build.numberPoints(rows);
  const { value: _, ...shared } = points;
  const offsets = new Uint32Array(rows.length + 1);
  const other = {
    ...shared,
    countValue: BigUint64Array.from(rows, (row) => row.count ?? 0n),
    sum: Float64Array.from(rows, (row) => row.sum ?? 0),
    min: Float64Array.from(rows, (row) => row.min ?? 0),
    max: Float64Array.from(rows, (row) => row.max ?? 0),
    scale: Int32Array.from(rows, (row) => row.scale ?? 0),
    zeroCount: BigUint64Array.from(rows, (row) => row.zeroCount ?? 0n),
    zeroThreshold: new Float64Array(rows.length),
    bucketCounts: { offsets, values: new BigUint64Array(0) },
    explicitBounds: { offsets, values: new Float64Array(0) },
    positiveOffset: Int32Array.from(rows, (row) => row.positiveOffset ?? 0),
    positiveCounts: { offsets, values: new BigUint64Array(0) },
    negativeOffset: Int32Array.from(rows, (row) => row.negativeOffset ?? 0),
    negativeCounts: { offsets, values: new BigUint64Array(0) },
    quantiles: { offsets, values: new Float64Array(0) },
    quantileValues: new Float64Array(0),
  };
  const batch = {
    ...origins.tables,
    signal: 'metrics' as const,
    count: rows.length,
    metrics: {
      count: rows.length,
      scope: origins.scope,
      name: build.dictionary(rows.map((row) => row.metric ?? '')),
      description: build.slices(rows.map((row) => row.description)),
      unit: build.slices(rows.map((row) => row.unit)),
      kind: new Uint8Array(rows.length).fill(METRIC_KIND.gauge),
      temporality: Uint8Array.from(rows, (row) => row.temporality ?? 0),
      isMonotonic: Uint8Array.from(rows, (row) => (row.isMonotonic === true ? 1 : 0)),
    },
    gauge: points,
    sum: points,
    histogram: other,
    expHistogram: other,
    summary: other,
  };
  return { ...batch, source: build.source() };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class Build {
  /** Starts with a foreign byte, so that offset 0 is never right by chance. */
  readonly #bytes: number[] = [0x2a];

  source(): Uint8Array {
    // Inside a larger buffer, so that a forgotten byteOffset shows.
    const buffer = new Uint8Array(this.#bytes.length + 3);
    buffer.set(this.#bytes, 3);
    return buffer.subarray(3);
  }

  #append(bytes: Iterable<number>): [number, number] {
    const start = this.#bytes.length;
    for (const byte of bytes) this.#bytes.push(byte);
    return [start, this.#bytes.length];
  }

  origins(rows: readonly Origin[]) {
    const distinct = [...new Set(rows.map(originKey))];
    const firsts = distinct.map((key) => rows.find((row) => originKey(row) === key) ?? {});
    const count = distinct.length;
    return {
      scope: Uint32Array.from(rows, (row) => distinct.indexOf(originKey(row))),
      tables: {
        requests: [{ offset: 0, appendedMillis: APPENDED_MILLIS, tenant: '' }],
        undecodable: [],
        resources: {
          count,
          request: new Uint32Array(count),
          serviceName: this.dictionary(firsts.map(() => '')),
          attributes: this.attributes(firsts.map((origin) => origin.resource ?? [])),
          schemaUrl: this.slices(firsts.map((origin) => origin.resourceSchemaUrl)),
        },
        scopes: {
          count,
          resource: Uint32Array.from({ length: count }, (_, index) => index),
          name: this.slices(firsts.map((origin) => origin.scopeName)),
          version: this.slices(firsts.map((origin) => origin.scopeVersion)),
          attributes: this.attributes(firsts.map((origin) => origin.scope ?? [])),
          droppedAttributesCount: Uint32Array.from(
            firsts,
            (origin) => origin.scopeDroppedAttributesCount ?? 0,
          ),
          schemaUrl: this.slices(firsts.map((origin) => origin.scopeSchemaUrl)),
        },
      },
    };
  }

  numberPoints(rows: readonly PointRow[]): NumberPoints {
    return {
      count: rows.length,
      metric: Uint32Array.from(rows, (_, index) => index),
      attributes: this.attributes(rows.map((row) => row.attributes ?? [])),
      startNanos: BigUint64Array.from(rows, (row) => row.start ?? 0n),
      timeNanos: BigUint64Array.from(rows, (row) => row.time ?? 0n),
      flags: Uint32Array.from(rows, (row) => row.flags ?? 0),
      value: Float64Array.from(rows, (row) => row.value ?? 0),
      exemplars: {
        offsets: new Uint32Array(rows.length + 1),
        attributes: this.attributes([]),
        timeNanos: new BigUint64Array(0),
        value: new Float64Array(0),
        traceId: this.ids(4),
        spanId: this.ids(2),
      },
    };
  }

  events(lists: readonly (readonly EventRow[])[]): SpanEvents {
    const all = lists.flat();
    const offsets = new Uint32Array(lists.length + 1);
    lists.forEach((list, index) => {
      offsets[index + 1] = (offsets[index] ?? 0) + list.length;
    });
    return {
      offsets,
      timeNanos: BigUint64Array.from(all, (event) => event.time ?? 0n),
      name: this.dictionary(all.map((event) => event.name ?? '')),
      attributes: this.attributes(all.map((event) => event.attributes ?? [])),
    };
  }

  slices(texts: readonly (string | undefined)[]): SliceColumn {
    const places = texts.map((text) =>
      text === undefined ? [NONE, NONE] : this.#append(encoder.encode(text)),
    );
    return {
      starts: Uint32Array.from(places, ([start]) => start ?? NONE),
      ends: Uint32Array.from(places, ([, end]) => end ?? NONE),
    };
  }

  ids(wordCount: 2 | 4, hexes: readonly (string | undefined)[] = []): IdColumn {
    const bytes = new Uint8Array(hexes.length * wordCount * 4);
    for (const [index, hex] of hexes.entries()) {
      if (hex !== undefined) bytes.set(Buffer.from(hex, 'hex'), index * wordCount * 4);
    }
    return { words: new Int32Array(bytes.buffer), wordCount };
  }

  dictionary(texts: readonly string[]): DictionaryColumn {
    const entries = [...new Set(['', ...texts])];
    const bytes = entries.map((entry) => encoder.encode(entry));
    return {
      ids: Uint32Array.from(texts, (text) => entries.indexOf(text)),
      dictionary: {
        size: entries.length,
        bytes: (id) => bytes[id] ?? new Uint8Array(),
        text: (id) => decoder.decode(bytes[id]),
        find: (text) => entries.indexOf(text),
      },
    };
  }

  values(values: readonly Value[]): ValueColumn {
    const kinds = Uint8Array.from(values, kindOf);
    const places = values.map((value) => (value === null ? [NONE, NONE] : this.#append(payload(value))));
    return {
      kinds,
      starts: Uint32Array.from(places, ([start]) => start ?? NONE),
      ends: Uint32Array.from(places, ([, end]) => end ?? NONE),
    };
  }

  attributes(rows: readonly Attributes[]): AttributesColumn {
    const offsets = new Uint32Array(rows.length + 1);
    rows.forEach((row, index) => {
      offsets[index + 1] = (offsets[index] ?? 0) + row.length;
    });
    const pairs = rows.flat();
    const keyLists = rows.map((row) => JSON.stringify(row.map(([key]) => key)));
    const distinct = [...new Set(['[]', ...keyLists])];
    return {
      offsets,
      shapes: Uint32Array.from(keyLists, (list) => distinct.indexOf(list)),
      shapeCount: distinct.length,
      keys: this.dictionary(pairs.map(([key]) => key)),
      values: this.values(pairs.map(([, value]) => value)),
    };
  }
}

function originKey(row: Origin): string {
  const { resource, scopeName, scopeVersion, scope } = row;
  const { resourceSchemaUrl, scopeSchemaUrl, scopeDroppedAttributesCount } = row;
  const parts = [resource, scopeName, scopeVersion, scope];
  return JSON.stringify(
    [...parts, resourceSchemaUrl, scopeSchemaUrl, scopeDroppedAttributesCount],
    (_, value) =>
      typeof value === 'bigint'
        ? `${value}n`
        : Object.is(value, -0)
          ? '-0'
          : Number.isFinite(value) || typeof value !== 'number'
            ? value
            : String(value),
  );
}

function kindOf(value: Value): number {
  if (value === null) return VALUE_KIND.empty;
  if (typeof value === 'string') return VALUE_KIND.string;
  if (typeof value === 'boolean') return VALUE_KIND.bool;
  if ('int' in value) return VALUE_KIND.int;
  if ('double' in value) return VALUE_KIND.double;
  return 'bytes' in value ? VALUE_KIND.bytes : VALUE_KIND.array;
}

function payload(value: Exclude<Value, null>): Iterable<number> {
  if (typeof value === 'string') return encoder.encode(value);
  if (typeof value === 'boolean') return [value ? 1 : 0];
  if ('int' in value) return varint(value.int);
  if ('double' in value) return new Uint8Array(new Float64Array([value.double]).buffer);
  return 'bytes' in value ? value.bytes : value.array;
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? byte | 0x80 : byte);
  } while (rest > 0n);
  return bytes;
}
