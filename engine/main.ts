/** The engine as a worker thread, with its own handle on the log and its own connection to the store. */
import { parentPort, workerData } from 'node:worker_threads';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openLog } from '../log/open-log.ts';
import type { FromWorker, ToWorker } from '../schemas/worker-messages.ts';
import { createStore } from '../store/client/clickhouse-store.ts';
import { runEngine } from './run-engine.ts';
import type { EngineWorkerData } from './worker-data.ts';

async function main(data: EngineWorkerData): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('Cannot run the engine as this is not a worker thread');
  const { delivery, endpoint, latenessSeconds, logLevel, sloDir, sloStrict = false } = data;
  const logger = pino({ name: 'engine', level: logLevel });
  const registry = new Registry();
  const drain = new AbortController();
  port.on('message', (message: ToWorker) => {
    if (message.type === 'drain') drain.abort();
    else void answerMetrics(message.id);
  });

  async function answerMetrics(id: number): Promise<void> {
    const answer: FromWorker = { type: 'metrics', id, metrics: await registry.getMetricsAsJSON() };
    port?.postMessage(answer);
  }

  const log = await openLog(data.log, { logger, registry });
  const store = createStore(endpoint);
  await runEngine({
    log,
    store,
    ...(delivery && { delivery }),
    sloDir,
    sloStrict,
    latenessSeconds,
    registry,
    logger,
    signal: drain.signal,
  });
  await log.close();
  await store.close();
  port.close();
}

await main(workerData as EngineWorkerData);
