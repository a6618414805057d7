/**
 * The brokers as this handle knows them: who leads which partition, who coordinates which group, and how to repeat a
 * request until it is answered. What it knows may be old at any time; an answer that says so leads to another look.
 */
import { type API, type Broker, type Connection, findCoordinatorV4, metadataV12 } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { unknownTopic } from '../../checks.ts';
import { LogError } from '../../errors.ts';
import type { TopicPartition } from '../../types.ts';
import type { KafkaAddress } from '../address.ts';
import type { RepeatCounter } from '../produce/repeat-counter.ts';
import { Code, concernsCoordinator } from './codes.ts';
import { Connections, type TlsMaterial } from './connections.ts';
import { isHopeless, logClosed, reasonOf, refusal, Unsettled } from './failures.ts';
import { Lane } from './lanes.ts';
import { OutageReport } from './outage-report.ts';
import { parseBroker } from './parse-broker.ts';
import { pauseMillis } from './pause.ts';
import { type KafkaTopic, TopicDirectory } from './topic-directory.ts';

/** What a cluster needs beside the address. */
export interface ClusterOptions {
  readonly logger: Logger;
  readonly repeats: RepeatCounter;
  readonly tls?: TlsMaterial;
}

/** How long to try. */
export interface AttemptOptions {
  /** Repeats until then, `performance.now()`. @default in {@link OPERATION_LIMIT_MILLIS} */
  readonly deadline?: number;
}

/** A node's connection for a purpose. */
export interface NodeLane {
  readonly node: number;
  readonly lane: string;
  readonly requestTimeoutMillis?: number | undefined;
}

/** Whose coordinator, and the connection's purpose. */
export interface Coordination {
  readonly kind: keyof typeof COORDINATOR_TYPES;
  /** The group or the transactional id. */
  readonly key: string;
  /** @default Lane.CONTROL */
  readonly lane?: string;
  readonly requestTimeoutMillis?: number;
}

/** How long an operation is repeated before it fails. */
export const OPERATION_LIMIT_MILLIS = 20_000;
/** What is known about a topic may be this old. */
const TOPIC_AGE_MILLIS = 15_000;

const COORDINATOR_TYPES = { group: 0, transaction: 1 } as const;

export class Cluster {
  readonly #connections: Connections;
  readonly #bootstrap: readonly Broker[];
  readonly #outages: OutageReport;
  readonly #closing = new AbortController();
  readonly #topics = new TopicDirectory(async (names) => (await this.#describe(names)).topics);
  readonly #coordinators = new Map<string, number>();
  #brokers: ReadonlyMap<number, Broker> = new Map();
  #controller = -1;

  /** Tries to append that are repeated. */
  readonly repeats: RepeatCounter;

  constructor(address: KafkaAddress, options: ClusterOptions) {
    this.repeats = options.repeats;
    this.#connections = new Connections(address, options.tls);
    this.#bootstrap = address.brokers.map(parseBroker);
    this.#outages = new OutageReport(options.logger);
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The brokers' node ids, as of the last description of topics. */
  get nodes(): readonly number[] {
    return [...this.#brokers.keys()];
  }

  checkOpen(): void {
    if (this.closed) throw logClosed();
  }

  /** Repeats the act while it throws {@link Unsettled}; then fails with `log-failed`. */
  async attempt<Result>(
    act: string,
    run: () => Promise<Result>,
    options: AttemptOptions = {},
  ): Promise<Result> {
    const deadline = options.deadline ?? performance.now() + OPERATION_LIMIT_MILLIS;
    for (let failures = 0; ; ) {
      this.checkOpen();
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof Unsettled)) throw error;
        this.checkOpen();
        const pause = pauseMillis(failures++);
        if (performance.now() + pause >= deadline)
          throw new LogError('log-failed', `Cannot ${act} in time: ${error.message}`, { cause: error });
        await this.sleep(pause);
      }
    }
  }

  /** Resolves after the time, or at once when the handle closes. */
  sleep(millis: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, millis);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  /**
   * Sends one request and gives its answer, error codes inside. {@link Unsettled} when there is none: the broker may
   * have done it or not.
   */
  async ask<Args extends unknown[], Answer>(
    connection: Connection,
    api: API<Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    const broker = `${connection.host}:${connection.port}`;
    try {
      const answer = await api.async(connection, ...args);
      this.#outages.answered(broker);
      return answer;
    } catch (error) {
      // An answer with error codes arrives as an error that has the answer in it.
      const answer = (error as { response?: Answer }).response;
      if (answer !== undefined) return answer;
      throw this.#noAnswer(broker, error);
    }
  }

  /** A connection to the node. */
  async connection({ node, lane, requestTimeoutMillis }: NodeLane): Promise<Connection> {
    if (!this.#brokers.has(node)) await this.#describe([]);
    const broker = this.#brokers.get(node);
    if (!broker) {
      this.#forgetNode(node);
      throw new Unsettled(`Cannot reach node ${node} as it is not in the cluster`);
    }
    return this.#connect(broker, lane, requestTimeoutMillis);
  }

  /** Some broker's connection for short requests that any of them answers. */
  async anyConnection(): Promise<Connection> {
    const brokers = [...this.#brokers.values()];
    const turn = Math.floor(Math.random() * brokers.length);
    let failure: unknown;
    for (const broker of [...brokers.slice(turn), ...brokers.slice(0, turn), ...this.#bootstrap]) {
      this.checkOpen();
      try {
        return await this.#connect(broker, Lane.CONTROL);
      } catch (error) {
        if (!(error instanceof Unsettled)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** The connection for changes to topics. */
  async controllerConnection(): Promise<Connection> {
    if (!this.#brokers.has(this.#controller)) await this.#describe([]);
    return this.connection({ node: this.#controller, lane: Lane.ADMIN });
  }

  /** Does something at a group's or a transactional id's coordinator; {@link Unsettled} when that may be elsewhere now. */
  async atCoordinator<Result>(
    { kind, key, lane = Lane.CONTROL, requestTimeoutMillis }: Coordination,
    run: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const node = await this.#coordinator(kind, key);
    try {
      return await run(await this.connection({ node, lane, requestTimeoutMillis }));
    } catch (error) {
      if (error instanceof Unsettled) this.#coordinators.delete(`${kind}/${key}`);
      throw error;
    }
  }

  /** Drops a lane's connections; what waits on them fails. */
  dropLane(lane: string): Promise<void> {
    return this.#connections.drop(lane);
  }

  /** The topic as it was last described, without asking. */
  knownTopic(name: string, maxAgeMillis = TOPIC_AGE_MILLIS): KafkaTopic | undefined {
    return this.#topics.known(name, maxAgeMillis);
  }

  /** The next look at the topic asks the brokers. */
  forgetTopic(name: string): void {
    this.#topics.forget(name);
  }

  /**
   * The topic as it is now or was a moment ago, undefined when there is none; asked for once: {@link Unsettled} when no
   * broker tells.
   */
  async lookAt(name: string, maxAgeMillis?: number): Promise<KafkaTopic | undefined> {
    return this.knownTopic(name, maxAgeMillis) ?? this.#topics.lookUp(name);
  }

  /** As {@link lookAt}, repeated until a broker tells. */
  findTopic(name: string, maxAgeMillis?: number): Promise<KafkaTopic | undefined> {
    return this.attempt(`find topic "${name}"`, () => this.lookAt(name, maxAgeMillis));
  }

  /** As {@link findTopic}; {@link LogError} `unknown-topic` when there is none. */
  async topic(name: string, maxAgeMillis?: number): Promise<KafkaTopic> {
    const found = await this.findTopic(name, maxAgeMillis);
    if (!found) throw unknownTopic(name);
    return found;
  }

  /**
   * The partition's topic, looked up anew when it had no such partition; `unknown-topic` when it has none now. Asked
   * for once, as {@link lookAt}.
   */
  async topicWith({ topic: name, partition }: TopicPartition, maxAgeMillis?: number): Promise<KafkaTopic> {
    const known = await this.lookAt(name, maxAgeMillis);
    if (known?.leaders[partition] !== undefined) return known;
    const found = known && (await this.lookAt(name, 0));
    if (!found) throw unknownTopic(name);
    if (found.leaders[partition] === undefined) throw unknownTopic(name, partition);
    return found;
  }

  /** The node that leads the partition, asked for once. */
  async leader(of: TopicPartition): Promise<number> {
    const { name, leaders } = await this.topicWith(of);
    const leader = leaders[of.partition] ?? -1;
    if (leader >= 0) return leader;
    this.forgetTopic(name);
    throw new Unsettled(`Partition ${of.partition} of topic "${name}" has no leader`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connections.close();
  }

  async #connect(broker: Broker, lane: string, requestTimeoutMillis?: number): Promise<Connection> {
    try {
      return await this.#connections.get(broker, lane, requestTimeoutMillis);
    } catch (error) {
      throw this.#noAnswer(`${broker.host}:${broker.port}`, error);
    }
  }

  async #describe(names: readonly string[]) {
    const connection = await this.anyConnection();
    const answer = await this.ask(connection, metadataV12.api, [...names], false, false);
    this.#brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    this.#controller = answer.controllerId;
    return answer;
  }

  async #coordinator(kind: Coordination['kind'], key: string): Promise<number> {
    const known = this.#coordinators.get(`${kind}/${key}`);
    if (known !== undefined) return known;
    const connection = await this.anyConnection();
    const answer = await this.ask(connection, findCoordinatorV4.api, COORDINATOR_TYPES[kind], [key]);
    const [found] = answer.coordinators;
    if (!found || concernsCoordinator(found.errorCode))
      throw new Unsettled(`Cannot find the coordinator of ${kind} "${key}" yet`);
    if (found.errorCode !== Code.NONE) throw refusal(`find the coordinator of "${key}"`, found.errorCode);
    this.#coordinators.set(`${kind}/${key}`, found.nodeId);
    return found.nodeId;
  }

  /** What it led or coordinated may be elsewhere now. */
  #forgetNode(node: number): void {
    this.#topics.forgetLedBy(node);
    for (const [key, coordinator] of this.#coordinators)
      if (coordinator === node) this.#coordinators.delete(key);
  }

  #noAnswer(broker: string, error: unknown): Error {
    if (this.closed) return logClosed();
    const reason = reasonOf(error);
    if (isHopeless(error))
      return new LogError('log-failed', `Cannot log in at Kafka broker ${broker}: ${reason}`, {
        cause: error,
      });
    this.#outages.failed(broker, reason);
    for (const [node, { host, port }] of this.#brokers)
      if (`${host}:${port}` === broker) this.#forgetNode(node);
    return new Unsettled(`${broker} does not answer: ${reason}`, { cause: error });
  }
}
