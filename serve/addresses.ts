/** Where log and store are, from the settings. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { KafkaAddress } from '../log/kafka/address.ts';
import type { LogAddress } from '../log/open-log.ts';
import type { Configuration } from '../schemas/configuration.ts';
import type { StoreEndpoint } from '../store/types.ts';

/** The log's address. */
export function logAddress(configuration: Configuration): LogAddress {
  const { mode, dataDir, kafkaBrokers, kafkaReplication, kafkaMessageMaxKib } = configuration;
  if (mode === 'embedded') return { kind: 'lmdb', path: join(dataDir, 'log') };
  const address: KafkaAddress = {
    kind: 'kafka',
    brokers: kafkaBrokers.split(',').map((broker) => broker.trim()),
    clientId: `valet-${hostname()}`,
    replication: kafkaReplication,
    messageMaxBytes: kafkaMessageMaxKib * 1024,
  };
  return { ...address, ...tlsOf(configuration), ...saslOf(configuration) };
}

/** The ClickHouse server's; undefined when the embedded engine is wanted. */
export function serverEndpoint(configuration: Configuration): StoreEndpoint | undefined {
  const { clickhouseUrl, clickhouseUser, clickhousePassword } = configuration;
  if (clickhouseUrl === '') return undefined;
  return {
    url: clickhouseUrl,
    cluster: configuration.clickhouseCluster,
    insertQuorum: configuration.clickhouseInsertQuorum,
    compression: configuration.clickhouseCompression,
    ...(clickhouseUser === '' ? {} : { username: clickhouseUser }),
    ...(clickhousePassword === '' ? {} : { password: clickhousePassword }),
  };
}

function tlsOf({
  kafkaTls,
  kafkaCaFile,
  kafkaCertFile,
  kafkaKeyFile,
}: Configuration): Pick<KafkaAddress, 'tls'> {
  if (!kafkaTls) return {};
  return {
    tls: {
      ...(kafkaCaFile === '' ? {} : { caFile: kafkaCaFile }),
      ...(kafkaCertFile === '' ? {} : { certFile: kafkaCertFile }),
      ...(kafkaKeyFile === '' ? {} : { keyFile: kafkaKeyFile }),
    },
  };
}

function saslOf({
  kafkaSaslMechanism,
  kafkaSaslUser,
  kafkaSaslPassword,
}: Configuration): Pick<KafkaAddress, 'sasl'> {
  if (kafkaSaslMechanism === '') return {};
  return { sasl: { mechanism: kafkaSaslMechanism, username: kafkaSaslUser, password: kafkaSaslPassword } };
}
