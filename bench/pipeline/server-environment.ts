import type { KafkaBroker } from '../../tests/support/kafka-broker.ts';

/** Nobody listens there: for roles that do not talk to ClickHouse. */
const NO_CLICKHOUSE = 'http://127.0.0.1:9';

/** Settings of a role on this broker and ClickHouse. */
export function serverEnvironment(
  broker: KafkaBroker,
  clickhouseUrl: string = NO_CLICKHOUSE,
): Readonly<Record<string, string>> {
  return {
    VALET_MODE: 'server',
    VALET_KAFKA_BROKERS: broker.brokers.join(','),
    VALET_CLICKHOUSE_URL: clickhouseUrl,
  };
}
