import { createStore } from '../store/client/clickhouse-store.ts';
import { startClickhouseServer } from '../tests/support/clickhouse-server.ts';
import { startKafkaBroker } from '../tests/support/kafka-broker.ts';
import { ValetProcess } from '../tests/support/valet-process.ts';
import type { Pipeline, Victim, Watched } from './pipeline.ts';

/** A consumer group needs its session timeout to notice a death. */
const REST_MILLIS = 20_000;
/** A broker needs longer to recover its log, and everybody to find it again. */
const BROKER_REST_MILLIS = 60_000;
const PARTITIONS = 4;
/** What runs, and how often. */
const ROLES = ['receiver', 'receiver', 'writer', 'writer', 'engine', 'query'] as const;

/** Roles as processes of their own, a real Kafka broker, and ClickHouse as a server. */
export async function startServerPipeline(): Promise<Pipeline> {
  const broker = await startKafkaBroker();
  const clickhouse = await startClickhouseServer();
  const environment = {
    VALET_MODE: 'server',
    VALET_KAFKA_BROKERS: broker.brokers.join(','),
    VALET_KAFKA_PARTITIONS: String(PARTITIONS),
    VALET_CLICKHOUSE_URL: clickhouse.url,
  };
  const roles: { readonly name: string; readonly role: string; readonly valet: ValetProcess }[] = [];
  for (const [index, role] of ROLES.entries()) {
    const name = `${role} ${ROLES.slice(0, index + 1).filter((other) => other === role).length}`;
    roles.push({ name, role, valet: await ValetProcess.start({ environment, role }) });
  }
  const store = createStore({ url: clickhouse.url });
  const victims: readonly Victim[] = [
    ...roles.map(({ name, role, valet }) => ({
      name,
      group: role,
      restMillis: REST_MILLIS,
      kill: () => valet.kill(),
      restart: () => valet.restart(),
    })),
    {
      name: 'the broker',
      group: 'broker',
      restMillis: BROKER_REST_MILLIS,
      kill: () => broker.kill(),
      restart: () => broker.start(),
    },
    {
      name: 'ClickHouse',
      group: 'ClickHouse',
      restMillis: REST_MILLIS,
      kill: () => clickhouse.kill(),
      restart: () => clickhouse.start(),
    },
  ];
  const watched: readonly Watched[] = [
    ...roles.map(({ name, valet }) => ({
      name,
      get pid() {
        return valet.pid;
      },
    })),
    {
      name: 'ClickHouse',
      get pid() {
        return clickhouse.pid;
      },
    },
  ];
  const receivers = roles.filter(({ role }) => role === 'receiver');
  return {
    logAddress: broker.address,
    httpPorts: receivers.map(({ valet }) => valet.ports.http),
    grpcPorts: receivers.map(({ valet }) => valet.ports.grpc),
    victims,
    watched,
    query: (sql) => store.query(sql),
    get output() {
      return roles.map(({ name, valet }) => `--- ${name}\n${valet.output}`).join('\n');
    },
    async close() {
      for (const { valet } of roles) await valet.remove();
      await store.close();
      await clickhouse.close();
      await broker.close();
    },
  };
}
