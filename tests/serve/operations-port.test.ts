import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { buildOperations } from '../../query/api/operations-server.ts';
import { mergedMetrics } from '../../serve/merged-metrics.ts';
import { ReadinessChecks } from '../../serve/readiness.ts';

test('a process without the query role answers health, readiness and metrics, and nothing else', async () => {
  const readiness = new ReadinessChecks();
  const registry = new Registry();
  new Counter({ name: 'valet_test_total', help: 'a test', registers: [registry] }).inc(3);
  const app = await buildOperations({
    ready: () => readiness.now(),
    metrics: () => mergedMetrics(registry, []),
    logger: pino({ level: 'silent' }),
  });
  let problem: string | undefined = 'Kafka is being reached';
  readiness.set('log', () => problem);

  expect((await app.inject('/healthz')).statusCode).toBe(200);
  const notReady = await app.inject('/readyz');
  expect(notReady.statusCode).toBe(503);
  expect(notReady.json()).toMatchObject({ code: 'not-ready', detail: 'Kafka is being reached' });
  problem = undefined;
  expect((await app.inject('/readyz')).statusCode).toBe(200);
  expect((await app.inject('/metrics')).body).toContain('valet_test_total 3');
  expect((await app.inject('/api/v1/slos')).json()).toMatchObject({ code: 'not-found' });
  await app.close();
});
