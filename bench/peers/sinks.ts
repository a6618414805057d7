/** The destinations of a measurement. */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { startClickhouseServer } from '../../tests/support/clickhouse-server.ts';
import { startKafkaBroker } from '../../tests/support/kafka-broker.ts';
import { startKafkaMock } from './kafka-mock.ts';
import type { Path, Sink, SystemName } from './types.ts';

/** How Kafka is had: a mock that throws everything away, or a real broker (Java). */
export const KAFKAS = ['mock', 'real'] as const;
export type KafkaKind = (typeof KAFKAS)[number];

const PARTITIONS = 4;
/** Where nobody can look, a system gets this long to pass on what it holds back; a rest must last so long too. */
const PAUSE_MILLIS = 2000;
const SETTLE_LIMIT_MILLIS = 180_000;
/** A table per signal suffices to count: of metrics, the one that half of the payload's points go to, beside Valet's own. */
const TABLES = {
  traces: 'otel_traces',
  logs: 'otel_logs',
  metrics: `otel_metrics_sum WHERE MetricName = 'http.server.requests'`,
} as const;
const DATABASES = { Collector: 'otel', Valet: 'valet' } as const satisfies Record<SystemName, string>;

export interface SinkOptions {
  readonly kafka: KafkaKind;
  /** The processor it may use. */
  readonly core: string;
}

/** Starts the destination of a path. */
export function startSink({ destination, signal }: Path, options: SinkOptions): Promise<Sink> {
  switch (destination) {
    case 'nothing':
      return Promise.resolve({ address: '', arrived: pause, rested: none, close: none });
    case 'kafka':
      return options.kafka === 'mock' ? mockSink(signal, options) : brokerSink(options);
    case 'clickhouse':
      return clickhouseSink(signal, options);
  }
}

function pause(): Promise<void> {
  return sleep(PAUSE_MILLIS);
}

function none(): Promise<void> {
  return Promise.resolve();
}

async function mockSink(signal: Signal, { core }: SinkOptions): Promise<Sink> {
  const topics = [TOPIC_OF_SIGNAL[signal]];
  const mock = await startKafkaMock({ topics, partitions: PARTITIONS, blackhole: true, core });
  return { address: mock.address, arrived: pause, rested: none, close: () => mock.close() };
}

async function brokerSink({ core }: SinkOptions): Promise<Sink> {
  const properties = { 'auto.create.topics.enable': 'true', 'num.partitions': `${PARTITIONS}` };
  const broker = await startKafkaBroker({ properties });
  pin(broker.pid, core);
  const [address = ''] = broker.brokers;
  return { address, pid: broker.pid, arrived: pause, rested: none, close: () => broker.close() };
}

async function clickhouseSink(signal: Signal, { core }: SinkOptions): Promise<Sink> {
  const server = await startClickhouseServer();
  pin(server.pid, core);
  const number = async (statement: string) => {
    const response = await fetch(server.url, { method: 'POST', body: statement });
    return response.ok ? Number(await response.text()) : 0;
  };
  await fetch(server.url, { method: 'POST', body: `CREATE DATABASE ${DATABASES.Collector}` });
  return {
    address: server.url,
    pid: server.pid,
    async arrived(system, records) {
      const expected = signal === 'metrics' ? records / 2 : records;
      const statement = `SELECT count() FROM ${DATABASES[system]}.${TABLES[signal]}`;
      await until(async () => (await number(statement)) >= expected, statement);
      const found = await number(statement);
      if (found !== expected) throw new Error(`${system} stored ${found} of ${expected} rows`);
    },
    async rested() {
      // What an insert costs is paid when its parts are merged; one merge follows another after a moment.
      const merged = () =>
        until(async () => (await number('SELECT count() FROM system.merges')) === 0, 'merges');
      await merged();
      await pause();
      await merged();
    },
    close: () => server.close(),
  };
}

/** All threads there are. */
function pin(pid: number, core: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', core, `${pid}`]);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + SETTLE_LIMIT_MILLIS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not settled in time: ${what}`);
    await sleep(250);
  }
}
