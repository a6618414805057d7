/** Engines as processes of their own on a real Kafka: killed, hung, ended and cut off, they count every event once. */
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EngineReplica } from '../../engine/core/replica.ts';
import { openKafkaLog } from '../../log/kafka/open-kafka-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { followEngine } from '../../query/api/replica-follower.ts';
import { HEADER_HEARTBEAT, SIGNALS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';
import { readReplica } from './support/fleet.ts';
import { sloYaml } from './support/harness.ts';
import { burst } from './support/traces.ts';

const PARTITIONS = 4;
const SPANS_PER_REQUEST = 3;
const LATENESS_SECONDS = 600;
const SLOS = ['checkout', 'login', 'search', 'basket', 'payment'];
const slos = Object.fromEntries(SLOS.map((name) => [`${name}.yaml`, sloYaml({ name })]));
/** A member that is not heard of for 10 s has lost its partitions. */
const TAKE_OVER_MILLIS = 60_000;

let broker: KafkaBroker;
let log: DurableLog;
const running: ValetProcess[] = [];

beforeAll(async () => {
  broker = await startKafkaBroker();
  log = await openKafkaLog(broker.address, { logger: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await log.close();
  await broker.close();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((valet) => valet.remove()));
});

async function start(role: string): Promise<ValetProcess> {
  const environment = {
    VALET_MODE: 'server',
    VALET_KAFKA_BROKERS: broker.brokers.join(','),
    VALET_KAFKA_PARTITIONS: String(PARTITIONS),
    VALET_KAFKA_REPLICATION: '1',
    // Nobody answers there: the engine goes on without.
    VALET_CLICKHOUSE_URL: 'http://127.0.0.1:9',
    VALET_LATENESS_SECONDS: String(LATENESS_SECONDS),
  };
  const valet = await ValetProcess.start({ slos, environment, role });
  running.push(valet);
  return valet;
}

/** Requests, heartbeats among them, until it is stopped; appends that fail are made again. */
function traffic(): { stop(): Promise<void> } {
  let isOver = false;
  let sent = 0;
  const beat = { value: new Uint8Array(0), headers: { [HEADER_HEARTBEAT]: '1' } };
  const send = async () => {
    while (!isOver) {
      sent += 1;
      const value = burst(Date.now() - (sent % 7) * 1000, SPANS_PER_REQUEST, sent % 5 === 0 ? 1 : 0);
      const partition = sent % PARTITIONS;
      await log.append(TOPIC_OF_SIGNAL.traces, [{ value }], partition).catch(() => sleep(500));
      if (sent % 50 === 0) {
        const beats = SIGNALS.map((signal) => log.append(TOPIC_OF_SIGNAL[signal], [beat], partition));
        await Promise.allSettled(beats);
      }
      await sleep(20);
    }
  };
  const ended = send();
  return {
    stop: () => {
      isOver = true;
      return ended;
    },
  };
}

/** Spans on the log. */
async function spansOnLog(): Promise<number> {
  let requests = 0;
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const of = { topic: TOPIC_OF_SIGNAL.traces, partition };
    const { next: end } = await log.bounds(of);
    for (let next = 0; next < end; ) {
      const read = await log.read(of, next);
      requests += read.records.filter(({ value }) => value.length > 0).length;
      next = read.next;
    }
  }
  return requests * SPANS_PER_REQUEST;
}

/** Totals of all SLOs as anybody reads them from the log. */
async function totals(): Promise<readonly number[]> {
  const replica = await readReplica(log, { latenessSeconds: LATENESS_SECONDS });
  return SLOS.map((slo) => {
    const status = replica.status(slo, Date.now() + 10_000);
    return (status?.total ?? 0) + (status?.late ?? 0) * 1e9;
  });
}

/** Waits until all SLOs have counted at least so many spans. */
async function untilCounted(spans: number): Promise<void> {
  await eventually(
    `${spans} spans counted`,
    async () => ((await totals()).every((total) => total >= spans) ? true : undefined),
    TAKE_OVER_MILLIS,
  );
}

/** Every span on the log is in every SLO once, now and a while later. */
async function expectEachOnce(): Promise<void> {
  const spans = await spansOnLog();
  await untilCounted(spans);
  await sleep(3000);
  expect(await totals()).toEqual(SLOS.map(() => spans));
}

test('Engines take over from one that is killed, from one that hangs, and from one that ends', async () => {
  const [first, second] = await Promise.all([start('engine'), start('engine')]);
  const sending = traffic();
  await untilCounted(300);

  await first.kill();
  await untilCounted((await spansOnLog()) + 300);

  const third = await start('engine');
  await untilCounted((await spansOnLog()) + 300);
  process.kill(second.pid, 'SIGSTOP');
  await sleep(12_000);
  await untilCounted((await spansOnLog()) + 300);
  // It wakes up in the belief that everything is as it was.
  process.kill(second.pid, 'SIGCONT');
  await untilCounted((await spansOnLog()) + 300);

  await third.stop();
  await untilCounted((await spansOnLog()) + 300);
  await sending.stop();
  await expectEachOnce();
  expect(second.output).not.toContain('role ended unexpectedly');
});

test('Engines wait for a broker that is away and go on, without being started again', async () => {
  const engines = await Promise.all([start('engine'), start('engine')]);
  const sending = traffic();
  await untilCounted((await spansOnLog()) + 300);
  await broker.kill();
  await sleep(20_000);
  await broker.start();
  await untilCounted((await spansOnLog()) + 300);
  await sending.stop();
  await expectEachOnce();
  for (const engine of engines) {
    expect(engine.exitCode).toBeNull();
    expect(engine.output).not.toContain('role ended unexpectedly');
  }
});

test('Query processes show the same figures, those of the log', async () => {
  await start('engine');
  const queries = await Promise.all([start('query'), start('query')]);
  const sending = traffic();
  await untilCounted((await spansOnLog()) + 300);
  await sending.stop();
  await expectEachOnce();
  const spans = await spansOnLog();
  for (const query of queries) {
    for (const slo of SLOS) {
      const at = new Date(Date.now() + 10_000).toISOString();
      const shown = await eventually(`${slo} with ${spans} spans`, async () => {
        const status = await query.api<{ total: number }>(`/slos/${slo}/status?at=${at}`);
        return status.total === spans ? status : undefined;
      });
      expect(shown.total).toBe(spans);
    }
  }
});

test('followEngine() follows every partition of a real log', async () => {
  await start('engine');
  const replica = new EngineReplica({ latenessSeconds: LATENESS_SECONDS });
  const follower = followEngine({ log, replica, logger: pino({ level: 'silent' }) });
  try {
    const sending = traffic();
    await untilCounted((await spansOnLog()) + 300);
    await sending.stop();
    await expectEachOnce();
    const spans = await spansOnLog();
    await expect
      .poll(() => SLOS.map((slo) => replica.status(slo, Date.now() + 10_000)?.total), { timeout: 20_000 })
      .toEqual(SLOS.map(() => spans));
    expect(follower.caughtUp).toBe(true);
    expect(follower.problem).toBeUndefined();
  } finally {
    await follower.close();
  }
});
