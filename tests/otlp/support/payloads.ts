import type { Signal } from '../../../schemas/names.ts';
import {
  bytes,
  concat,
  double,
  doublePayload,
  fixed32,
  fixed64,
  fixed64Payload,
  message,
  number,
  text,
} from './encode.ts';

/** The instant the payloads are about, and the range that takes them. */
export const NOW_MILLIS = Date.UTC(2026, 5, 1, 12);
export const NOW_NANOS = BigInt(NOW_MILLIS) * 1_000_000n;
export const RANGE = { earliestMillis: NOW_MILLIS - 14 * 86_400_000, latestMillis: NOW_MILLIS + 86_400_000 };

export const TRACE_ID = Buffer.from('5b8efff798038103d269b633813fc60c', 'hex');
export const SPAN_ID = Buffer.from('eee19b7ec3c1b174', 'hex');

export const stringValue = (value: string) => text(1, value);
export const attribute = (field: number, key: string, value: Uint8Array) =>
  message(field, text(1, key), bytes(2, value));
export const resource = (service = 'checkout') =>
  message(1, attribute(1, 'service.name', stringValue(service)));
export const scope = (name = 'shop') => message(1, text(1, name), text(2, '1.0.0'));

/** What a span under test differs in. */
export interface SpanOptions {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly start?: bigint;
  readonly end?: bigint;
  readonly name?: string;
  readonly extra?: Uint8Array;
}

/** The fields of a span. */
export function span(options: SpanOptions = {}): Buffer {
  const start = options.start ?? NOW_NANOS;
  return concat(
    bytes(1, options.traceId ?? TRACE_ID),
    bytes(2, options.spanId ?? SPAN_ID),
    text(3, 'vendor=1'),
    ...(options.parentSpanId === undefined ? [] : [bytes(4, options.parentSpanId)]),
    text(5, options.name ?? 'GET /basket'),
    number(6, 2),
    fixed64(7, start),
    fixed64(8, options.end ?? start + 5_000_000n),
    attribute(9, 'http.request.method', stringValue('GET')),
    attribute(9, 'http.response.status_code', number(3, 200)),
    message(
      11,
      fixed64(1, start),
      text(2, 'exception'),
      attribute(3, 'exception.type', stringValue('Timeout')),
    ),
    message(13, bytes(1, TRACE_ID), bytes(2, SPAN_ID), fixed32(6, 1)),
    message(15, text(2, 'ok'), number(3, 1)),
    fixed32(16, 257),
    options.extra ?? new Uint8Array(0),
  );
}

/** A request with one resource and one scope of spans. */
export const traces = (...spans: readonly Uint8Array[]): Buffer =>
  message(
    1,
    resource(),
    message(2, scope(), ...spans.map((one) => bytes(2, one)), text(3, 'https://schema')),
  );

/** The fields of a log record. */
export const logRecord = (...extra: readonly Uint8Array[]): Buffer =>
  concat(
    number(2, 9),
    text(3, 'INFO'),
    bytes(5, stringValue('paid')),
    attribute(6, 'user', stringValue('u-1')),
    ...extra,
  );

/** A request of log records. */
export const logs = (...records: readonly Uint8Array[]): Buffer =>
  message(1, resource(), message(2, scope(), ...records.map((one) => bytes(2, one))));

/** The fields of a gauge or sum point. */
export const numberPoint = (value = 1.5, time = NOW_NANOS): Buffer =>
  concat(fixed64(3, time), double(4, value), attribute(7, 'host', stringValue('a')));

/** The fields of a histogram point with so many buckets and bounds, packed. */
export const histogramPoint = (counts: number, bounds: number): Buffer =>
  concat(
    fixed64(3, NOW_NANOS),
    fixed64(4, counts),
    bytes(6, concat(...Array.from({ length: counts }, () => fixed64Payload(1)))),
    bytes(7, concat(...Array.from({ length: bounds }, (_, i) => doublePayload(i)))),
  );

/** A request of metrics, each given as its fields. */
export const metrics = (...list: readonly Uint8Array[]): Buffer =>
  message(1, resource(), message(2, scope(), ...list.map((one) => bytes(2, one))));

/** A metric of the kind in this field, from its data's fields. */
export const metric = (name: string, kind: number, ...data: readonly Uint8Array[]): Buffer =>
  concat(text(1, name), message(kind, ...data));

/** A request with one good record. */
export const GOOD: Readonly<Record<Signal, Buffer>> = {
  traces: traces(span()),
  logs: logs(logRecord(fixed64(1, NOW_NANOS))),
  metrics: metrics(metric('requests', 7, bytes(1, numberPoint()), number(2, 1), number(3, 1))),
};
