/**
 * A real Kafka broker as a child process, for tests and measurements. Needs `java` and `mvn`, nothing else.
 *
 *     const broker = await startKafkaBroker(); // once per test file; about 5 s
 *     const log = await openKafkaLog(broker.address, { logger });
 *     await broker.kill(); // SIGKILL
 *     await broker.start(); // the same data, the same ports
 *     await broker.close(); // ends it and removes its directory
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { KafkaAddress } from '../../log/kafka/address.ts';
import { makeCertificates } from './kafka-broker/certificates.ts';
import { kafkaJars } from './kafka-broker/install.ts';
import { type BrokerNode, type SecuredListener, serverProperties } from './kafka-broker/properties.ts';

const run = promisify(execFile);
const LOGGING = fileURLToPath(new URL('kafka-broker/log4j2.properties', import.meta.url));
const JVM = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-XX:-UsePerfData'];
const STARTED = 'Kafka Server started';
const START_LIMIT_MILLIS = 120_000;

export interface KafkaBrokerOptions {
  /** Settings of `server.properties`, over those of kafka-broker/properties.ts. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Adds a listener with TLS and SASL for this user; a `mutual` one asks for a client's certificate too. */
  readonly secured?: { readonly username: string; readonly password: string; readonly mutual?: boolean };
}

export interface KafkaBroker {
  /** `host:port` of the plain listener, of all nodes of the cluster. */
  readonly brokers: readonly string[];
  /** The plain listener, topics on all nodes, messages of up to 4 MiB. */
  readonly address: KafkaAddress;
  /** The listener asked for by `secured`, of this node. */
  readonly secured:
    | {
        readonly brokers: readonly string[];
        readonly caFile: string;
        /** A client's that the broker trusts. */
        readonly certFile: string;
        readonly keyFile: string;
      }
    | undefined;
  /** Process id of the broker that runs now. */
  readonly pid: number;
  /** Where its log is. */
  readonly dataDir: string;
  /** What it has printed, all its runs. */
  readonly output: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>;
  /** Starts it again on its data and ports; resolves when it serves. */
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  close(): Promise<void>;
}

/** Starts a broker with an empty log in a directory of its own. */
export async function startKafkaBroker(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const [broker] = await startNodes(1, options);
  return broker as KafkaBroker;
}

/** Starts as many brokers that are one cluster; topics with three replicas outlive one of three. */
export function startKafkaCluster(
  nodes: number,
  options: KafkaBrokerOptions = {},
): Promise<readonly KafkaBroker[]> {
  return startNodes(nodes, options);
}

async function startNodes(count: number, options: KafkaBrokerOptions): Promise<readonly BrokerProcess[]> {
  const jars = await kafkaJars();
  // Somebody may take a port between the look and the start: look again then.
  for (let attempt = 1; ; attempt++) {
    const nodes = await Promise.all(Array.from({ length: count }, (_, index) => freeNode(index + 1)));
    const clusterId = randomBytes(16).toString('base64url');
    const brokers: BrokerProcess[] = [];
    try {
      for (const node of nodes) {
        const folder = await mkdtemp(join(tmpdir(), 'valet-kafka-'));
        const certificates = options.secured && (await makeCertificates(folder));
        const secured = options.secured && certificates && { ...options.secured, certificates };
        brokers.push(new BrokerProcess({ jars, folder, node, nodes, secured }));
      }
      await Promise.all(brokers.map((broker) => broker.format(clusterId, options.properties ?? {})));
      await Promise.all(brokers.map((broker) => broker.start()));
      return brokers;
    } catch (error) {
      const isTaken = brokers.some(({ output }) => output.includes('Address already in use'));
      await Promise.all(brokers.map((broker) => broker.close()));
      if (attempt === 3 || !isTaken) throw error;
    }
  }
}

interface BrokerProcessOptions {
  readonly jars: string;
  readonly folder: string;
  readonly node: BrokerNode;
  readonly nodes: readonly BrokerNode[];
  readonly secured: SecuredListener | undefined;
}

class BrokerProcess implements KafkaBroker {
  readonly #options: BrokerProcessOptions;
  readonly #configFile: string;
  readonly #outputFile: string;
  #child: ChildProcess | undefined;

  constructor(options: BrokerProcessOptions) {
    this.#options = options;
    this.#configFile = join(options.folder, 'server.properties');
    this.#outputFile = join(options.folder, 'broker.log');
  }

  get brokers(): readonly string[] {
    return this.#options.nodes.map(({ plain }) => `127.0.0.1:${plain}`);
  }

  get address(): KafkaAddress {
    const limits = { replication: this.#options.nodes.length, messageMaxBytes: 4 * 2 ** 20 };
    return { kind: 'kafka', brokers: this.brokers, clientId: 'valet-test', ...limits };
  }

  get secured(): KafkaBroker['secured'] {
    const { secured, node } = this.#options;
    if (secured === undefined) return undefined;
    const { caFile, certFile, keyFile } = secured.certificates;
    return { brokers: [`127.0.0.1:${node.secured}`], caFile, certFile, keyFile };
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  get dataDir(): string {
    return join(this.#options.folder, 'data');
  }

  get output(): string {
    try {
      return readFileSync(this.#outputFile, 'utf8');
    } catch {
      return '';
    }
  }

  /** Makes the empty log. */
  async format(clusterId: string, overrides: Readonly<Record<string, string>>): Promise<void> {
    const { node, nodes, secured } = this.#options;
    const { dataDir } = this;
    await writeFile(this.#configFile, serverProperties({ node, nodes, dataDir, secured, overrides }));
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) =>
      secured ? ['--add-scram', `${mechanism}=[name=${secured.username},password=${secured.password}]`] : [],
    );
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', this.#configFile];
    await run('java', [...this.#jvm(), ...format, ...users]);
  }

  async start(): Promise<void> {
    const before = this.output.length;
    const output = openSync(this.#outputFile, 'a');
    // The shell becomes the broker; its shadow ends the broker when this process ends without having done so.
    const script = '(read _ <&3 || kill -9 $$) & exec java "$@"';
    const child = spawn('sh', ['-c', script, 'sh', ...this.#jvm(), 'kafka.Kafka', this.#configFile], {
      stdio: ['ignore', output, output, 'pipe'],
    });
    closeSync(output);
    const lifeline = child.stdio[3] as Duplex;
    lifeline.on('error', () => {});
    child.once('exit', () => lifeline.end('\n'));
    this.#child = child;
    await this.#untilStarted(child, before);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  #jvm(): readonly string[] {
    return [...JVM, `-Dlog4j2.configurationFile=${LOGGING}`, '-cp', `${this.#options.jars}/*`];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async #untilStarted(child: ChildProcess, before: number): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MILLIS;
    while (!this.output.includes(STARTED, before)) {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (ended || Date.now() > deadline) {
        await this.kill();
        throw new Error(
          `The Kafka broker ${ended ? 'ended' : 'took too long to start'}: ${this.output.slice(before)}`,
        );
      }
      await sleep(50);
    }
  }
}

/**
 * Ports nobody listens on at the moment, below those that the system gives to outgoing connections: one of those
 * could take the port while the broker is down, even the broker's own client trying to reach it.
 */
async function freeNode(id: number): Promise<BrokerNode> {
  const [plain, controller, secured] = [await freePort(), await freePort(), await freePort()];
  return { id, plain, controller, secured };
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const server = createServer();
    const listens = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!listens) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
