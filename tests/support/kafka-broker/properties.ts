/** A broker's `server.properties`: a node that is broker and controller, sized for tests. */
import type { Certificates } from './certificates.ts';

/** Ports of one node, and who it is among the others. */
export interface BrokerNode {
  /** From 1. */
  readonly id: number;
  readonly plain: number;
  readonly controller: number;
  readonly secured: number;
}

/** A listener with TLS and SASL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512) beside the plain one. */
export interface SecuredListener {
  readonly certificates: Certificates;
  readonly username: string;
  readonly password: string;
  /** Clients have to show a certificate too. @default false */
  readonly mutual?: boolean;
}

/** The settings as lines; `overrides` come last and win. */
export function serverProperties(options: {
  readonly node: BrokerNode;
  /** All nodes of the cluster. */
  readonly nodes: readonly BrokerNode[];
  readonly dataDir: string;
  readonly secured: SecuredListener | undefined;
  readonly overrides: Readonly<Record<string, string>>;
}): string {
  const { node, nodes, dataDir, secured, overrides } = options;
  const settings = {
    ...SIZES,
    ...replication(nodes.length),
    ...network(node, { nodes, isSecured: secured !== undefined }),
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
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
  'message.max.bytes': '5242880',
  'replica.fetch.max.bytes': '5242880',
  'log.cleaner.dedupe.buffer.size': '4194304',
  'log.cleaner.backoff.ms': '200',
  // A broker that is started again after a SIGKILL waits until its former session is over.
  'broker.session.timeout.ms': '1000',
  'broker.heartbeat.interval.ms': '200',
};

/** Kafka's own topics on all nodes; they go on when one of three is away. */
function replication(nodes: number): Record<string, string> {
  const [factor, inSync] = [String(nodes), String(Math.max(1, nodes - 1))];
  return {
    'offsets.topic.replication.factor': factor,
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': inSync,
  };
}

function network(
  node: BrokerNode,
  { nodes, isSecured }: { readonly nodes: readonly BrokerNode[]; readonly isSecured: boolean },
): Record<string, string> {
  const clients = [
    `PLAINTEXT://127.0.0.1:${node.plain}`,
    ...(isSecured ? [`SECURED://127.0.0.1:${node.secured}`] : []),
  ];
  return {
    'node.id': String(node.id),
    'controller.quorum.voters': nodes.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: [...clients, `CONTROLLER://127.0.0.1:${node.controller}`].join(','),
    'advertised.listeners': clients.join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
  };
}

function security({
  certificates,
  username,
  password,
  mutual = false,
}: SecuredListener): Record<string, string> {
  const listener = 'listener.name.secured';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    [`${listener}.ssl.keystore.location`]: certificates.keyStore,
    [`${listener}.ssl.keystore.password`]: certificates.password,
    [`${listener}.ssl.keystore.type`]: 'PKCS12',
    [`${listener}.ssl.truststore.location`]: certificates.trustStore,
    [`${listener}.ssl.truststore.password`]: certificates.password,
    [`${listener}.ssl.truststore.type`]: 'PKCS12',
    [`${listener}.ssl.client.auth`]: mutual ? 'required' : 'none',
    [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${listener}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  };
}
