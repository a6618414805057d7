import { Counter, Histogram, Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { PipelineHealth } from '../../../serve/self-telemetry/pipeline-health.ts';

describe('PipelineHealth.observe()', () => {
  let registry: Registry;
  let requests: Counter<'signal' | 'protocol' | 'outcome'>;
  let acknowledged: Counter<'signal'>;
  let accounted: Counter<'signal'>;
  let lost: Counter<'topic' | 'reason'>;
  let freshness: Histogram<'signal'>;
  let health: PipelineHealth;

  beforeEach(() => {
    registry = new Registry();
    health = new PipelineHealth();
    const counter = <Label extends string>(name: string, labelNames: Label[]) =>
      new Counter({ name, help: name, labelNames, registers: [registry] });
    requests = counter('valet_receiver_requests_total', ['signal', 'protocol', 'outcome']);
    acknowledged = counter('valet_writer_acknowledged_rows_total', ['signal']);
    accounted = counter('valet_writer_accounted_rows_total', ['signal']);
    lost = counter('valet_writer_lost_records_total', ['topic', 'reason']);
    freshness = new Histogram({
      name: 'valet_writer_freshness_seconds',
      help: 'freshness',
      labelNames: ['signal'],
      buckets: [1, 3, 10],
      registers: [registry],
    });
  });

  const observe = async () => health.observe(await registry.getMetricsAsJSON());
  const answer = (outcome: string, count: number) =>
    requests.inc({ signal: 'traces', protocol: 'grpc', outcome }, count);

  test('gives no point without traffic', async () => {
    expect(await observe()).toEqual([]);
    answer('taken', 3);
    await observe();
    expect(await observe()).toEqual([]);
  });

  test('delivery is the share not refused, of this interval; bad requests do not count', async () => {
    answer('taken', 90);
    await observe();
    answer('taken', 3);
    answer('malformed', 5);
    answer('overloaded', 1);
    expect(await observe()).toEqual([{ metric: 'delivery', signal: 'traces', value: 0.75 }]);
  });

  test('freshness is the bucket bound that 99 of 100 rows keep to, and twice the last bound beyond it', async () => {
    for (let i = 0; i < 99; i++) freshness.observe({ signal: 'logs' }, 0.5);
    freshness.observe({ signal: 'logs' }, 9);
    expect(await observe()).toEqual([{ metric: 'freshness', signal: 'logs', value: 1 }]);
    freshness.observe({ signal: 'logs' }, 2);
    expect(await observe()).toEqual([{ metric: 'freshness', signal: 'logs', value: 3 }]);
    freshness.observe({ signal: 'logs' }, 99);
    expect(await observe()).toEqual([{ metric: 'freshness', signal: 'logs', value: 20 }]);
  });

  test('completeness falls below 1 when a row is missing or a record is lost', async () => {
    acknowledged.inc({ signal: 'traces' }, 100);
    accounted.inc({ signal: 'traces' }, 100);
    expect(await observe()).toEqual([{ metric: 'completeness', signal: 'traces', value: 1 }]);
    acknowledged.inc({ signal: 'traces' }, 100);
    accounted.inc({ signal: 'traces' }, 99);
    expect(await observe()).toEqual([{ metric: 'completeness', signal: 'traces', value: 0.99 }]);
    acknowledged.inc({ signal: 'traces' }, 9);
    accounted.inc({ signal: 'traces' }, 9);
    lost.inc({ topic: 'otlp_traces', reason: 'gap' }, 1);
    expect(await observe()).toEqual([{ metric: 'completeness', signal: 'traces', value: 0.9 }]);
  });

  test('a counter that fell began anew: a worker was started again', async () => {
    acknowledged.inc({ signal: 'traces' }, 100);
    accounted.inc({ signal: 'traces' }, 100);
    await observe();
    registry.resetMetrics();
    acknowledged.inc({ signal: 'traces' }, 10);
    accounted.inc({ signal: 'traces' }, 10);
    expect(await observe()).toEqual([{ metric: 'completeness', signal: 'traces', value: 1 }]);
  });
});
