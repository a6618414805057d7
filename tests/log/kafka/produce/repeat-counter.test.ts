import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { repeatCounter } from '../../../../log/kafka/produce/repeat-counter.ts';

test('repeatCounter() counts on when a log is opened again, and for nobody without a registry', async () => {
  const registry = new Registry();
  for (const _ of ['open', 'open again']) repeatCounter(registry).inc({ topic: 't', reason: 'NO_ANSWER' });
  expect(await registry.metrics()).toContain(
    'valet_log_append_repeats_total{topic="t",reason="NO_ANSWER"} 2',
  );
  expect(repeatCounter(undefined)).not.toBe(repeatCounter(undefined));
});
