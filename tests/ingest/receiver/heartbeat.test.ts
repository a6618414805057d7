import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppendHealth } from '../../../ingest/receiver/append-health.ts';
import { startHeartbeats } from '../../../ingest/receiver/heartbeat.ts';
import { ReceiverMetrics } from '../../../ingest/receiver/receiver-metrics.ts';
import { HEADER_HEARTBEAT, SIGNALS, TOPIC_OF_SIGNAL } from '../../../schemas/names.ts';
import { ControlledLog } from './support/start.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function beating() {
  const log = new ControlledLog();
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal], { partitions: 2 });
  const registry = new Registry();
  const metrics = new ReceiverMetrics(registry, { inFlightBytes: () => 0, tenants: () => 0 });
  const health = new AppendHealth(Date.now);
  const stop = startHeartbeats({ log, health, metrics, logger: pino({ level: 'silent' }) });
  const counts = async () =>
    Promise.all(
      SIGNALS.flatMap((signal) =>
        [0, 1].map((partition) => log.read({ topic: TOPIC_OF_SIGNAL[signal], partition }, 0)),
      ),
    ).then((all) => all.map(({ records }) => records.length));
  return { log, health, registry, stop, counts };
}

test('startHeartbeats() appends an empty, marked record to every partition every 10 s', async () => {
  const { log, stop, counts } = await beating();
  expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await counts()).toEqual([3, 3, 3, 3, 3, 3]);
  const {
    records: [record],
  } = await log.read({ topic: TOPIC_OF_SIGNAL.logs, partition: 1 }, 0);
  expect(record).toMatchObject({ headers: { [HEADER_HEARTBEAT]: '1' }, value: { length: 0 } });
  await stop();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await counts()).toEqual([3, 3, 3, 3, 3, 3]);
});

test('startHeartbeats() counts what the log does not take, and goes on', async () => {
  const { log, registry, stop, counts } = await beating();
  log.mode = 'fail';
  await vi.advanceTimersByTimeAsync(10_000);
  log.mode = 'take';
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await counts()).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await registry.metrics()).toContain('valet_receiver_heartbeat_failures_total{signal="logs"} 1');
  await stop();
});

test('startHeartbeats() tells when the log takes nothing, and when it does again', async () => {
  const { log, health, stop } = await beating();
  log.mode = 'fail';
  await vi.advanceTimersByTimeAsync(20_000);
  expect(health.problem).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(health.problem).toMatch(/^the log takes no requests since .* \(unexpected\)$/);
  log.mode = 'take';
  await vi.advanceTimersByTimeAsync(10_000);
  expect(health.problem).toBeUndefined();
  await stop();
});

test('startHeartbeats() queues none while the log hangs', async () => {
  const { log, stop } = await beating();
  log.mode = 'hold';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log.held).toBe(SIGNALS.length * 2);
  log.release();
  await stop();
});
