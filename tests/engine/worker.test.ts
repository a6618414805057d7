/** The engine as it runs embedded: a worker thread on an LMDB log, here with a ClickHouse that does not answer. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { EngineReplica } from '../../engine/core/replica.ts';
import type { EngineWorkerData } from '../../engine/worker-data.ts';
import { openLmdbLog } from '../../log/lmdb/open-lmdb-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { SIGNALS, TOPIC_DEFINITIONS, TOPIC_OF_SIGNAL, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import type { FromWorker, ToWorker } from '../../schemas/worker-messages.ts';
import { sloYaml } from './support/harness.ts';
import { burst } from './support/traces.ts';

async function replicaOf(log: DurableLog): Promise<EngineReplica> {
  const replica = new EngineReplica();
  for (const topic of [TOPIC_DEFINITIONS, TOPIC_STATE, TOPIC_SLI]) {
    const from = topic === TOPIC_SLI ? replica.position() : 0;
    for (const record of (await log.read({ topic, partition: 0 }, from)).records)
      replica.apply(topic, record);
  }
  return replica;
}

async function expectTotal(log: DurableLog, total: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const status = (await replicaOf(log)).status('shop-availability', Date.now() + 10_000);
      expect(status?.total).toBe(total);
    },
    { timeout: 30_000, interval: 200 },
  );
}

function start(workerData: EngineWorkerData): Worker {
  return new Worker(new URL('../../engine/main.ts', import.meta.url), { workerData });
}

test('the worker counts without ClickHouse, goes on after being killed, answers for metrics, and drains', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'valet-engine-worker-'));
  const logPath = join(directory, 'log');
  await writeFile(join(directory, 'slo.yaml'), sloYaml());
  const log = await openLmdbLog({ path: logPath });
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal]);
  await log.ensureTopic(TOPIC_SLI);
  for (const topic of [TOPIC_STATE, TOPIC_DEFINITIONS]) await log.ensureTopic(topic, { cleanup: 'compact' });
  const data = {
    log: { kind: 'lmdb', path: logPath } as const,
    endpoint: { url: 'http://127.0.0.1:9' },
    sloDir: directory,
    latenessSeconds: 600,
    logLevel: 'silent',
  };
  let worker = start(data);
  try {
    await log.append(TOPIC_OF_SIGNAL.traces, [{ value: burst(Date.now(), 5, 2) }]);
    await expectTotal(log, 5);
    await worker.terminate();
    await log.append(TOPIC_OF_SIGNAL.traces, [{ value: burst(Date.now(), 4) }]);
    worker = start(data);
    await expectTotal(log, 9);

    const answered = once(worker, 'message');
    worker.postMessage({ type: 'metrics', id: 7 } satisfies ToWorker);
    const [answer] = (await answered) as [FromWorker];
    if (answer.type !== 'metrics') throw new Error('another answer');
    const events = answer.metrics.find(({ name }) => name === 'valet_engine_events_total');
    const dictionaries = answer.metrics.find(({ name }) => name === 'valet_engine_dictionary_entries');
    expect(dictionaries?.values).toContainEqual({
      value: expect.any(Number),
      labels: { signal: 'traces', dictionary: 'service-names' },
    });
    expect(answer.id).toBe(7);
    expect(events?.values).toContainEqual(
      expect.objectContaining({ value: 4, labels: { signal: 'traces' } }),
    );

    const ended = once(worker, 'exit');
    worker.postMessage({ type: 'drain' } satisfies ToWorker);
    expect(await ended).toEqual([0]);
    const { next } = await log.bounds({ topic: TOPIC_SLI, partition: 0 });
    expect((await replicaOf(log)).position()).toBe(next);
  } finally {
    await worker.terminate();
    await log.close();
    await rm(directory, { recursive: true, force: true });
  }
});
