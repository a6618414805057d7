/** Messages of metrics, field by field. */
import {
  bytesField,
  double,
  doubleField,
  fixed64,
  fixed64Field,
  message,
  type Part,
  varintBytes,
  varintField,
  zigzagField,
} from '../../../bench/payload/protobuf.ts';

/** A KeyValue with a text value. */
export function attribute(key: string, value: string): Uint8Array {
  return message(bytesField(1, key), bytesField(2, bytesField(1, value)));
}

export const TRACE_ID = '0102030405060708090a0b0c0d0e0f10';
export const SPAN_ID = '1112131415161718';

function exemplar(...value: readonly Part[]): Uint8Array {
  return message(
    fixed64Field(2, 5n),
    ...value,
    bytesField(4, Buffer.from(SPAN_ID, 'hex')),
    bytesField(5, Buffer.from(TRACE_ID, 'hex')),
    bytesField(7, attribute('user', 'u1')),
  );
}

const INT_EXEMPLAR = exemplar(fixed64Field(6, -9n));
const DOUBLE_EXEMPLAR = exemplar(doubleField(3, 2.5));

export const GAUGE_POINTS = [
  message(fixed64Field(3, 100n), doubleField(4, 1.5), bytesField(7, attribute('k', 'v'))),
  message(fixed64Field(2, 1n), fixed64Field(3, 101n), varintField(8, 1)),
  message(fixed64Field(3, 102n), doubleField(4, Number.NaN), doubleField(4, Number.NEGATIVE_INFINITY)),
];

export const SUM_POINTS = [
  message(fixed64Field(3, 200n), fixed64Field(6, -(2n ** 53n)), bytesField(5, INT_EXEMPLAR)),
  message(
    fixed64Field(3, 201n),
    fixed64Field(6, 7n),
    bytesField(5, DOUBLE_EXEMPLAR),
    bytesField(5, INT_EXEMPLAR),
  ),
];

export const HISTOGRAM_POINTS = [
  message(
    fixed64Field(2, 1n),
    fixed64Field(3, 300n),
    fixed64Field(4, 2n ** 64n - 1n),
    doubleField(5, 6.5),
    bytesField(6, message(fixed64(1n), fixed64(2n), fixed64(2n ** 64n - 1n))),
    bytesField(7, message(double(0.5), double(2))),
    bytesField(9, attribute('le', 'packed')),
    varintField(10, 3),
    doubleField(11, -1),
    doubleField(12, 4),
  ),
  message(
    fixed64Field(3, 301n),
    fixed64Field(6, 4n),
    doubleField(7, 0.25),
    fixed64Field(6, 5n),
    bytesField(8, DOUBLE_EXEMPLAR),
  ),
];

function buckets(offset: number, counts: readonly bigint[], packed: boolean): Uint8Array {
  const list = packed
    ? [bytesField(2, message(...counts.map(varintBytes)))]
    : counts.map((count) => varintField(2, count));
  return message(zigzagField(1, offset), ...list);
}

/** Varint lengths from one to ten bytes, with set bits around the border of the two halves. */
export const COUNTS = [
  0n,
  1n,
  127n,
  128n,
  2n ** 28n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 35n + 5n,
  2n ** 49n + 1n,
  2n ** 64n - 1n,
];

export const EXP_HISTOGRAM_POINTS = [
  message(
    bytesField(1, attribute('a', 'b')),
    fixed64Field(2, 1n),
    fixed64Field(3, 400n),
    fixed64Field(4, 12n),
    doubleField(5, 99.5),
    zigzagField(6, -3),
    fixed64Field(7, 8n),
    bytesField(8, buckets(-2_147_483_648, COUNTS, true)),
    bytesField(9, buckets(5, COUNTS, false)),
    varintField(10, 1),
    bytesField(11, DOUBLE_EXEMPLAR),
    doubleField(12, 0.1),
    doubleField(13, 50),
    doubleField(14, 0.001),
  ),
  message(fixed64Field(3, 401n)),
];

export const SUMMARY_POINTS = [
  message(
    fixed64Field(2, 1n),
    fixed64Field(3, 500n),
    fixed64Field(4, 9n),
    doubleField(5, 4.5),
    bytesField(6, message(doubleField(1, 0.5), doubleField(2, 1.25))),
    bytesField(6, message(doubleField(1, 0.99))),
    bytesField(7, attribute('q', 'r')),
    varintField(8, 2),
  ),
  message(fixed64Field(3, 501n)),
];

function points(list: readonly Uint8Array[]): Uint8Array {
  return message(...list.map((point) => bytesField(1, point)));
}

function metric(name: string, data: Uint8Array): Uint8Array {
  return message(bytesField(1, name), bytesField(2, `${name} described`), bytesField(3, 'unit'), data);
}

/** One metric of each kind. */
export const METRICS = [
  metric('gauge', bytesField(5, points(GAUGE_POINTS))),
  metric('sum', bytesField(7, message(points(SUM_POINTS), varintField(2, 2), varintField(3, true)))),
  metric('histogram', bytesField(9, message(points(HISTOGRAM_POINTS), varintField(2, 1)))),
  metric('exp', bytesField(10, message(points(EXP_HISTOGRAM_POINTS), varintField(2, 2)))),
  metric('summary', bytesField(11, points(SUMMARY_POINTS))),
];

/** An ExportMetricsServiceRequest of the metrics, under one resource and scope. */
export function metricsRequest(metrics: readonly Uint8Array[]): Uint8Array {
  const resource = bytesField(1, message(bytesField(1, attribute('service.name', 'shop'))));
  const scope = bytesField(
    1,
    message(
      bytesField(1, 'meter'),
      bytesField(2, '1.0'),
      bytesField(3, attribute('s', 't')),
      varintField(4, 3),
    ),
  );
  const scopeMetrics = message(
    scope,
    ...metrics.map((each) => bytesField(2, each)),
    bytesField(3, 'https://scope'),
  );
  return bytesField(1, message(resource, bytesField(2, scopeMetrics), bytesField(3, 'https://resource')));
}
