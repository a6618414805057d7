/** A Kafka broker, a ClickHouse server, and the settings of a Valet between them. */
import { type ClickhouseServer, startClickhouseServer } from '../support/clickhouse-server.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';

export interface ServerMode {
  readonly broker: KafkaBroker;
  readonly clickhouse: ClickhouseServer;
  /** For `ValetProcess`. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Recorded telemetry stays as old as it is. */
const RETENTION_DAYS = '20000';
export const PARTITIONS = 3;

/** Starts both, empty. */
export async function startServerMode(): Promise<ServerMode> {
  const broker = await startKafkaBroker();
  try {
    const clickhouse = await startClickhouseServer();
    return {
      broker,
      clickhouse,
      environment: {
        VALET_MODE: 'server',
        VALET_KAFKA_BROKERS: broker.brokers.join(','),
        VALET_KAFKA_PARTITIONS: `${PARTITIONS}`,
        VALET_CLICKHOUSE_URL: clickhouse.url,
        VALET_RETENTION_TRACES_DAYS: RETENTION_DAYS,
        VALET_RETENTION_LOGS_DAYS: RETENTION_DAYS,
        VALET_RETENTION_METRICS_DAYS: RETENTION_DAYS,
      },
      async close() {
        await clickhouse.close();
        await broker.close();
      },
    };
  } catch (error) {
    await broker.close();
    throw error;
  }
}
