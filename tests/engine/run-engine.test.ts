/** The running role: definitions followed, data metered and evaluated, an orderly end, a failing log. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { EngineReplica } from '../../engine/core/replica.ts';
import { runEngine } from '../../engine/run-engine.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import { Harness, sloYaml } from './support/harness.ts';
import { burst } from './support/traces.ts';

async function replicaOf(harness: Harness): Promise<EngineReplica> {
  const replica = new EngineReplica();
  for (const topic of [TOPIC_DEFINITIONS, TOPIC_STATE, TOPIC_SLI]) {
    const from = topic === TOPIC_SLI ? replica.position() : 0;
    for (const record of (await harness.log.read({ topic, partition: 0 }, from)).records)
      replica.apply(topic, record);
  }
  return replica;
}

function options(harness: Harness, signal: AbortSignal) {
  return {
    log: harness.log,
    store: undefined,
    sloDir: harness.sloDir,
    latenessSeconds: 600,
    registry: new Registry(),
    logger: pino({ level: 'silent' }),
    signal,
    now: () => harness.nowMillis,
  };
}

test('runEngine() meters and evaluates what comes, follows the directory, and ends with a checkpoint', async () => {
  const harness = await Harness.create({ files: {} });
  const stop = new AbortController();
  const running = runEngine(options(harness, stop.signal));
  try {
    await harness.write('slo.yaml', sloYaml());
    await vi.waitFor(
      async () => expect((await replicaOf(harness)).definition('shop-availability')).toBeDefined(),
      {
        timeout: 20_000,
      },
    );
    await harness.append(burst(harness.nowMillis, 5, 2));
    harness.nowMillis += 5000;
    await vi.waitFor(
      async () => {
        const status = (await replicaOf(harness)).status('shop-availability', harness.nowMillis);
        expect(status).toMatchObject({ good: 3, total: 5 });
      },
      { timeout: 20_000 },
    );
  } finally {
    stop.abort();
    await running;
  }
  const replica = await replicaOf(harness);
  const { next } = await harness.log.bounds({ topic: TOPIC_SLI, partition: 0 });
  expect(replica.position()).toBe(next);
  await harness.close();
});

test('runEngine() rejects when the log fails', async () => {
  const harness = await Harness.create();
  const running = runEngine(options(harness, new AbortController().signal));
  const outcome = expect(running).rejects.toThrow('closed');
  await vi.waitFor(() =>
    expect(harness.log.read({ topic: TOPIC_SLI, partition: 0 }, 0)).resolves.toBeDefined(),
  );
  await harness.log.close();
  await outcome;
});
