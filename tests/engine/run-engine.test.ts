/** The running role: definitions followed, data metered and evaluated, an orderly end, a log that fails or closes. */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { EngineReplica } from '../../engine/core/replica.ts';
import { runEngine } from '../../engine/run-engine.ts';
import { LogError } from '../../log/errors.ts';
import { TOPIC_DEFINITIONS, TOPIC_OF_SIGNAL, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
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

test('runEngine() waits out a log that fails at the start and in its course, and tells each once', async () => {
  const harness = await Harness.create();
  const { log } = harness;
  const failures = new Map<string, number>();
  const working = {
    read: log.read.bind(log),
    transact: log.transact.bind(log),
    partitionCount: log.partitionCount.bind(log),
  };
  const fail = () => {
    const error = () => Promise.reject(new LogError('log-failed', 'broker away'));
    Object.assign(log, { read: error, transact: error, partitionCount: error });
  };
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push((JSON.parse(String(chunk)) as { msg: string }).msg);
      done();
    },
  });
  const stop = new AbortController();
  const registry = new Registry();
  fail();
  const logger = pino({ level: 'info' }, stream);
  const running = runEngine({ ...options(harness, stop.signal), registry, logger });
  await vi.waitFor(() => expect(lines).toContain('start waits for the log'));
  Object.assign(log, working);
  await vi.waitFor(() => expect(lines).toContain('start goes on'), { timeout: 20_000 });
  const total = async () =>
    (await replicaOf(harness)).status('shop-availability', harness.nowMillis + 10_000)?.total;
  await harness.append(burst(harness.nowMillis, 5));
  await vi.waitFor(async () => expect(await total()).toBe(5), { timeout: 20_000 });

  fail();
  await vi.waitFor(() => expect(lines).toContain('evaluation waits for the log'), { timeout: 20_000 });
  await working.transact({
    appends: [
      { topic: TOPIC_OF_SIGNAL.traces, partition: 0, records: [{ value: burst(harness.nowMillis, 4) }] },
    ],
    commits: [],
  });
  await vi.waitFor(() => expect(lines).toContain('metering waits for the log'), { timeout: 20_000 });
  for (const { values } of (await registry.getMetricsAsJSON()).filter(({ name }) =>
    name.includes('log_failures'),
  )) {
    for (const { labels, value } of values) failures.set(String(labels['activity']), value);
  }
  expect(failures.get('evaluation')).toBeGreaterThan(0);
  Object.assign(log, working);
  await vi.waitFor(async () => expect(await total()).toBe(9), { timeout: 30_000 });
  for (const activity of ['start', 'evaluation', 'metering']) {
    expect(lines.filter((line) => line === `${activity} waits for the log`)).toHaveLength(1);
  }
  stop.abort();
  await running;
  await harness.close();
});

test('runEngine() rejects when the log is closed', async () => {
  const harness = await Harness.create();
  const running = runEngine(options(harness, new AbortController().signal));
  const outcome = expect(running).rejects.toThrow('closed');
  await vi.waitFor(() =>
    expect(harness.log.read({ topic: TOPIC_SLI, partition: 0 }, 0)).resolves.toBeDefined(),
  );
  await harness.log.close();
  await outcome;
});

test('runEngine() rejects when valet_state cannot hold what valet_sli has', async () => {
  const harness = await Harness.create();
  await harness.log.ensureTopic(TOPIC_SLI, { partitions: 2 });
  const running = runEngine(options(harness, new AbortController().signal));
  await expect(running).rejects.toThrow('valet_state must have 2 partitions: current value is 1');
  await harness.close();
});
