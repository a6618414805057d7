/** The broker's `server.properties`: one node that is broker and controller, sized for tests. */
import type { Certificates } from './certificates.ts';

export interface BrokerPorts {
  readonly plain: number;
  readonly controller: number;
  readonly secured: number;
}

/** A listener with TLS and SASL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512) beside the plain one. */
export interface SecuredListener {
  readonly certificates: Certificates;
  readonly username: string;
  readonly password: string;
}

/** The settings as lines; `overrides` come last and win. */
export function serverProperties(options: {
  readonly ports: BrokerPorts;
  readonly dataDir: string;
  readonly secured: SecuredListener | undefined;
  readonly overrides: Readonly<Record<string, string>>;
}): string {
  const { ports, dataDir, secured, overrides } = options;
  const settings = {
    ...SIZES,
    ...network(ports, secured !== undefined),
    ...(secured ? security(secured) : {}),
    'log.dirs': dataDir,
    ...overrides,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

const SIZES = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
  'message.max.bytes': '5242880',
  'replica.fetch.max.bytes': '5242880',
  'log.cleaner.dedupe.buffer.size': '4194304',
  // A broker that is started again after a SIGKILL waits until its former session is over.
  'broker.session.timeout.ms': '1000',
  'broker.heartbeat.interval.ms': '200',
};

function network(ports: BrokerPorts, secured: boolean): Record<string, string> {
  const clients = [
    `PLAINTEXT://127.0.0.1:${ports.plain}`,
    ...(secured ? [`SECURED://127.0.0.1:${ports.secured}`] : []),
  ];
  return {
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: [...clients, `CONTROLLER://127.0.0.1:${ports.controller}`].join(','),
    'advertised.listeners': clients.join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
  };
}

function security({ certificates, username, password }: SecuredListener): Record<string, string> {
  const listener = 'listener.name.secured';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    [`${listener}.ssl.keystore.location`]: certificates.keyStore,
    [`${listener}.ssl.keystore.password`]: certificates.password,
    [`${listener}.ssl.keystore.type`]: 'PKCS12',
    [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${listener}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  };
}
