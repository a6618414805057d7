import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { PrometheusProducer } from '../../../serve/self-telemetry/prometheus-producer.ts';

test('PrometheusProducer gives counters, gauges and histograms of several registries, with labels and units', async () => {
  const [one, other] = [new Registry(), new Registry()];
  const rows = new Counter({
    name: 'valet_rows_total',
    help: 'rows',
    labelNames: ['table'],
    registers: [one],
  });
  rows.inc({ table: 'a' }, 3);
  new Gauge({ name: 'valet_queue_bytes', help: 'queue', registers: [other] }).set(7);
  const seconds = new Histogram({
    name: 'valet_insert_seconds',
    help: 'insert',
    labelNames: ['table'],
    buckets: [1, 10],
    registers: [other],
  });
  for (const value of [0.5, 5, 5, 50]) seconds.observe({ table: 'a' }, value);
  seconds.observe({ table: 'b' }, 2);
  new Gauge({ name: 'nodejs_heap_size_total_bytes', help: 'left out', registers: [one] }).set(1);

  const producer = new PrometheusProducer(
    async () => [await one.getMetricsAsJSON(), await other.getMetricsAsJSON()],
    1000,
  );
  const { resourceMetrics } = await producer.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  expect(metrics.map(({ descriptor }) => [descriptor.name, descriptor.unit])).toEqual([
    ['valet_rows_total', '1'],
    ['valet_queue_bytes', 'By'],
    ['valet_insert_seconds', 's'],
  ]);
  expect(metrics[0]).toMatchObject({
    isMonotonic: true,
    dataPoints: [{ attributes: { table: 'a' }, value: 3, startTime: [1, 0] }],
  });
  expect(metrics[1]?.dataPoints).toMatchObject([{ attributes: {}, value: 7 }]);
  expect(metrics[2]?.dataPoints).toMatchObject([
    {
      attributes: { table: 'a' },
      value: { buckets: { boundaries: [1, 10], counts: [1, 2, 1] }, sum: 60.5, count: 4 },
    },
    {
      attributes: { table: 'b' },
      value: { buckets: { boundaries: [1, 10], counts: [0, 1, 0] }, sum: 2, count: 1 },
    },
  ]);
});
