import { isIP } from 'node:net';
import { type Broker, type Connection, type ConnectionOptions, ConnectionPool } from '@platformatic/kafka';
import type { KafkaAddress } from '../address.ts';

/** Time for one answer; the connection is dropped after it. */
export const REQUEST_TIMEOUT_MILLIS = 10_000;
const CONNECT_TIMEOUT_MILLIS = 5000;

/** The TLS files of an address, read. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Connections to brokers, by broker and purpose (`lanes.ts`), made when they are first needed. */
export class Connections {
  readonly #clientId: string;
  readonly #options: ConnectionOptions;
  readonly #pools = new Map<string, ConnectionPool>();

  constructor(address: KafkaAddress, tls: TlsMaterial | undefined) {
    this.#clientId = address.clientId;
    this.#options = {
      connectTimeout: CONNECT_TIMEOUT_MILLIS,
      // As many as are sent; their number is bounded by those who send.
      maxInflights: 1000,
      ...(tls ? { tls } : {}),
      ...(address.sasl ? { sasl: { ...address.sasl, mechanism: mechanismOf(address.sasl.mechanism) } } : {}),
    };
  }

  /** A connection to the broker. */
  get(broker: Broker, lane: string, requestTimeoutMillis = REQUEST_TIMEOUT_MILLIS): Promise<Connection> {
    // The name goes into the TLS handshake, where many brokers are behind one address; an address must not.
    const isNamed = isIP(broker.host) === 0;
    const existing = this.#pools.get(keyOf(lane, isNamed));
    return (existing ?? this.#open(lane, isNamed, requestTimeoutMillis)).get(broker);
  }

  /** Drops a lane's connections; what waits on them fails. */
  async drop(lane: string): Promise<void> {
    const keys = [keyOf(lane, true), keyOf(lane, false)];
    const pools = keys.map((key) => this.#pools.get(key));
    for (const key of keys) this.#pools.delete(key);
    await Promise.all(pools.map((pool) => pool?.close()));
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  #open(lane: string, isNamed: boolean, requestTimeout: number): ConnectionPool {
    const pool = new ConnectionPool(this.#clientId, {
      ...this.#options,
      requestTimeout,
      tlsServerName: isNamed,
    });
    // Who asked is told by the rejected promise; a second event without a listener would end the process.
    pool.on('connecting', ({ connection }) => connection.on('error', () => {}));
    this.#pools.set(keyOf(lane, isNamed), pool);
    return pool;
  }
}

function keyOf(lane: string, isNamed: boolean): string {
  return `${lane} ${isNamed ? 'named' : 'numbered'}`;
}

type Mechanism = NonNullable<KafkaAddress['sasl']>['mechanism'];

function mechanismOf(mechanism: Mechanism) {
  return ({ plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const)[
    mechanism
  ];
}
