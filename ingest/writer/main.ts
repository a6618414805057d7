/** The writer as a worker thread, with its own handle on the log and its own connection to the store. */
import { parentPort, workerData } from 'node:worker_threads';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openLog } from '../../log/open-log.ts';
import { dictionaryGauge } from '../../otlp/dictionary-gauge.ts';
import type { FromWorker, ToWorker } from '../../schemas/worker-messages.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { parseClickhouseUrls } from '../../store/client/parse-clickhouse-urls.ts';
import { createOtlpMapping } from './otlp-mapping.ts';
import { runWriter } from './run-writer.ts';
import { Stalls } from './stalls.ts';
import type { WriterWorkerData } from './worker-data.ts';

const TELL_MILLIS = 1_000;

async function main(data: WriterWorkerData): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('Cannot run the writer as this is not a worker thread');
  const logger = pino({ name: 'writer', level: data.logLevel });
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
  const store = createStore(data.endpoint);
  const { policy, limits, backoff } = data;
  const mapping = createOtlpMapping(dictionaryGauge(registry, 'valet_writer_dictionary_entries'));
  const stalls = new Stalls(data.stalls);
  let told: string | undefined;
  const telling = setInterval(() => {
    const { problem } = stalls;
    if (problem === told) return;
    told = problem;
    port.postMessage({ type: 'problem', problem } satisfies FromWorker);
  }, TELL_MILLIS);
  await runWriter({
    log,
    store,
    mapping,
    shards: parseClickhouseUrls(data.endpoint.url).length,
    policy,
    registry,
    stalls,
    logger,
    signal: drain.signal,
    ...(limits ? { limits } : {}),
    ...(backoff ? { backoff } : {}),
  });
  clearInterval(telling);
  await log.close();
  await store.close();
  port.close();
}

await main(workerData as WriterWorkerData);
