import { describe, expect, test } from 'vitest';
import { bytesField, message, varintField } from '../../../bench/payload/protobuf.ts';
import { createDecoder, decodeMetrics } from '../../../otlp/columns/decode.ts';
import { idText } from '../../../otlp/columns/identifiers.ts';
import {
  type Exemplars,
  METRIC_KIND,
  type MetricBatch,
  type PointTable,
} from '../../../otlp/columns/types.ts';
import {
  attribute,
  COUNTS,
  GAUGE_POINTS,
  METRICS,
  metricsRequest,
  SPAN_ID,
  SUM_POINTS,
  TRACE_ID,
} from './metric-messages.ts';
import { attributesAt, rangeOf, sliceText } from './unpack.ts';

function decodeOne(bytes: Uint8Array): MetricBatch {
  return decodeMetrics([{ bytes, offset: 0, appendedMillis: 1, tenant: '' }]);
}

function listAt<Values extends BigUint64Array | Float64Array>(
  list: { readonly offsets: Uint32Array; readonly values: Values },
  row: number,
): unknown[] {
  return rangeOf(list.offsets, row).map((index) => list.values[index]);
}

function exemplarsAt(batch: MetricBatch, exemplars: Exemplars, row: number): unknown[] {
  return rangeOf(exemplars.offsets, row).map((index) => ({
    time: exemplars.timeNanos[index],
    value: exemplars.value[index],
    traceId: idText(exemplars.traceId, index),
    spanId: idText(exemplars.spanId, index),
    attributes: attributesAt(batch, exemplars.attributes, index),
  }));
}

function commonAt(batch: MetricBatch, points: PointTable, row: number): unknown[] {
  return [
    points.startNanos[row],
    points.timeNanos[row],
    points.flags[row],
    attributesAt(batch, points.attributes, row).map(([key, value]) => [
      key,
      'value' in value ? value.value : null,
    ]),
  ];
}

const exemplarOf = (value: number) => ({
  time: 5n,
  value,
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  attributes: [['user', { kind: 'string', value: 'u1' }]],
});

describe('decodeMetrics()', () => {
  const batch = decodeOne(metricsRequest(METRICS));
  const { metrics, gauge, sum, histogram, expHistogram, summary } = batch;

  test('decodeMetrics() describes each metric once', () => {
    const rows = Array.from({ length: metrics.count }, (_, row) => [
      metrics.name.dictionary.text(metrics.name.ids[row] as number),
      sliceText(batch, metrics.description, row),
      sliceText(batch, metrics.unit, row),
      metrics.kind[row],
      metrics.temporality[row],
      metrics.isMonotonic[row],
      metrics.scope[row],
    ]);
    expect(rows).toEqual([
      ['gauge', 'gauge described', 'unit', METRIC_KIND.gauge, 0, 0, 0],
      ['sum', 'sum described', 'unit', METRIC_KIND.sum, 2, 1, 0],
      ['histogram', 'histogram described', 'unit', METRIC_KIND.histogram, 1, 0, 0],
      ['exp', 'exp described', 'unit', METRIC_KIND.expHistogram, 2, 0, 0],
      ['summary', 'summary described', 'unit', METRIC_KIND.summary, 0, 0, 0],
    ]);
    expect(batch.count).toBe(3 + 2 + 2 + 2 + 2);
    expect(batch.scopes.droppedAttributesCount[0]).toBe(3);
  });

  test('decodeMetrics() reads gauge points: doubles, none, the last of two', () => {
    expect([0, 1, 2].map((row) => gauge.value[row])).toEqual([1.5, 0, Number.NEGATIVE_INFINITY]);
    expect([0, 1, 2].map((row) => commonAt(batch, gauge, row))).toEqual([
      [0n, 100n, 0, [['k', 'v']]],
      [1n, 101n, 1, []],
      [0n, 102n, 0, []],
    ]);
  });

  test('decodeMetrics() reads sum points: integers as doubles, exemplars of both kinds', () => {
    expect([0, 1].map((row) => sum.value[row])).toEqual([-(2 ** 53), 7]);
    expect([0, 1].map((row) => exemplarsAt(batch, sum.exemplars, row))).toEqual([
      [exemplarOf(-9)],
      [exemplarOf(2.5), exemplarOf(-9)],
    ]);
    expect([sum.metric[0], sum.metric[1]]).toEqual([1, 1]);
  });

  test('decodeMetrics() reads histogram points, lists packed and not', () => {
    expect([0, 1].map((row) => listAt(histogram.bucketCounts, row))).toEqual([
      [1n, 2n, 2n ** 64n - 1n],
      [4n, 5n],
    ]);
    expect([0, 1].map((row) => listAt(histogram.explicitBounds, row))).toEqual([[0.5, 2], [0.25]]);
    const figures = [0, 1].map((row) => [
      histogram.countValue[row],
      histogram.sum[row],
      histogram.min[row],
      histogram.max[row],
    ]);
    expect(figures).toEqual([
      [2n ** 64n - 1n, 6.5, -1, 4],
      [0n, 0, 0, 0],
    ]);
    expect(commonAt(batch, histogram, 0)).toEqual([1n, 300n, 3, [['le', 'packed']]]);
    expect(exemplarsAt(batch, histogram.exemplars, 1)).toEqual([exemplarOf(2.5)]);
  });

  test('decodeMetrics() reads exponential histogram points, counts of every varint length', () => {
    expect([0, 1].map((row) => listAt(expHistogram.positiveCounts, row))).toEqual([COUNTS, []]);
    expect([0, 1].map((row) => listAt(expHistogram.negativeCounts, row))).toEqual([COUNTS, []]);
    const figures = [0, 1].map((row) => [
      expHistogram.scale[row],
      expHistogram.zeroCount[row],
      expHistogram.zeroThreshold[row],
      expHistogram.positiveOffset[row],
      expHistogram.negativeOffset[row],
      expHistogram.countValue[row],
      expHistogram.sum[row],
      expHistogram.min[row],
      expHistogram.max[row],
    ]);
    expect(figures).toEqual([
      [-3, 8n, 0.001, -2_147_483_648, 5, 12n, 99.5, 0.1, 50],
      [0, 0n, 0, 0, 0, 0n, 0, 0, 0],
    ]);
    expect(commonAt(batch, expHistogram, 0)).toEqual([1n, 400n, 1, [['a', 'b']]]);
    expect(exemplarsAt(batch, expHistogram.exemplars, 0)).toEqual([exemplarOf(2.5)]);
  });

  test('decodeMetrics() reads summary points with their quantiles', () => {
    const { offsets } = summary.quantiles;
    expect([0, 1].map((row) => listAt(summary.quantiles, row))).toEqual([[0.5, 0.99], []]);
    expect(listAt({ offsets, values: summary.quantileValues }, 0)).toEqual([1.25, 0]);
    expect([summary.countValue[0], summary.sum[0]]).toEqual([9n, 4.5]);
    expect(commonAt(batch, summary, 0)).toEqual([1n, 500n, 2, [['q', 'r']]]);
  });

  test('decodeMetrics() makes a metric of each data field: every point the validation counts has a row', () => {
    const data = (field: number, point: Uint8Array, ...rest: readonly Uint8Array[]) =>
      bytesField(field, message(bytesField(1, point), ...rest));
    const several = decodeOne(
      metricsRequest([
        message(
          data(7, SUM_POINTS[0] as Uint8Array, varintField(2, 2), varintField(3, 1)),
          data(5, GAUGE_POINTS[0] as Uint8Array),
          bytesField(1, 'several'),
          data(7, SUM_POINTS[1] as Uint8Array, varintField(2, 1)),
          bytesField(3, 'unit'),
        ),
        message(bytesField(1, 'no data')),
      ]),
    );
    const { metrics: found, gauge: gauges, sum: sums } = several;
    expect([found.count, gauges.count, sums.count]).toEqual([3, 1, 2]);
    expect([...sums.metric.subarray(0, 2), gauges.metric[0]]).toEqual([0, 2, 1]);
    const facts = [0, 1, 2].map((row) => [
      found.name.dictionary.text(found.name.ids[row] as number),
      sliceText(several, found.unit, row),
      found.kind[row],
      found.temporality[row],
      found.isMonotonic[row],
    ]);
    expect(facts).toEqual([
      ['several', 'unit', METRIC_KIND.sum, 2, 1],
      ['several', 'unit', METRIC_KIND.gauge, 0, 0],
      ['several', 'unit', METRIC_KIND.sum, 1, 0],
    ]);
  });

  test('decodeMetrics() refuses a packed list whose length is broken', () => {
    const broken = (field: number) =>
      decodeOne(metricsRequest([bytesField(9, bytesField(1, bytesField(field, new Uint8Array(12))))]));
    for (const field of [6, 7]) {
      expect(broken(field).undecodable).toHaveLength(1);
      expect(broken(field).histogram.count).toBe(0);
    }
  });

  test('createDecoder() reuses its memory for metrics without mixing batches', () => {
    const decoder = createDecoder('metrics');
    const asRequest = (bytes: Uint8Array) => ({ bytes, offset: 0, appendedMillis: 1, tenant: '' });
    const bare = metricsRequest([5, 7, 9, 10, 11].map((kind) => bytesField(kind, bytesField(1, message()))));
    const rows = (each: MetricBatch) =>
      [each.gauge, each.sum, each.histogram, each.expHistogram, each.summary].map((table) =>
        commonAt(each, table, 0),
      );
    decoder.decode([asRequest(metricsRequest(METRICS))]);
    const reused = decoder.decode([asRequest(bare)]) as MetricBatch;
    expect(rows(reused)).toEqual(rows(decodeOne(bare)));
    expect(rows(reused)).toEqual(new Array(5).fill([0n, 0n, 0, []]));
    expect(reused.metrics.name.ids.subarray(0, 5)).toEqual(new Uint32Array(5));
    const { gauge, histogram, expHistogram } = reused;
    const figures = [
      gauge.value,
      histogram.sum,
      histogram.min,
      expHistogram.scale,
      expHistogram.positiveOffset,
    ];
    expect(figures.map((column) => column[0])).toEqual([0, 0, 0, 0, 0]);
    expect([...reused.metrics.temporality.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect([...reused.metrics.isMonotonic.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect(listAt(expHistogram.positiveCounts, 0)).toEqual([]);
  });

  test('decodeMetrics() takes back every table of an undecodable request', () => {
    const good = metricsRequest(METRICS);
    const cut = Buffer.concat([good, bytesField(1, attribute('x', 'y')).subarray(0, -1)]);
    const requests = [good, cut, good].map((bytes, offset) => ({
      bytes,
      offset,
      appendedMillis: 1,
      tenant: '',
    }));
    const both = decodeMetrics(requests);
    expect(both.undecodable.map(({ offset }) => offset)).toEqual([1]);
    expect(both.count).toBe(2 * batch.count);
    const rows = (table: PointTable) => [0, table.count / 2].map((row) => commonAt(both, table, row));
    for (const table of [both.gauge, both.sum, both.histogram, both.expHistogram, both.summary]) {
      const [first, second] = rows(table);
      expect(second).toEqual(first);
    }
    expect(listAt(both.expHistogram.positiveCounts, 2)).toEqual(COUNTS);
    expect(exemplarsAt(both, both.sum.exemplars, 3)).toEqual([exemplarOf(2.5), exemplarOf(-9)]);
  });
});
