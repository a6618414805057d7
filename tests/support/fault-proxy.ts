/**
 * A proxy before a ClickHouse's HTTP port that fails on demand, one request at a time.
 *
 *     const proxy = await startFaultProxy({ target: engine.endpoint.url });
 *     const store = createStore({ ...engine.endpoint, url: proxy.url });
 *     const strike = proxy.next({ kind: 'reset-after' }, { when: isInsertInto('otel_traces'), times: 2 });
 *     await strike.struck; // the first request it hits has been dealt with as told
 *
 * Requests without a fault pass unchanged, streamed in both directions.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ACTS, type Fault, give } from './fault-acts.ts';
import { forward } from './fault-forward.ts';

export type { Fault } from './fault-acts.ts';

/** A request as the proxy saw it. */
export interface ProxiedRequest {
  /** The statement: the parameter `query`, else the body. */
  readonly sql: string;
  /** `insert_deduplication_token`, '' without one. */
  readonly token: string;
  /** Every parameter of the URL. */
  readonly parameters: URLSearchParams;
  /** What it met; undefined when it passed. */
  readonly fault: Fault['kind'] | undefined;
}

export interface NextOptions {
  /** Which requests; every one by default. */
  readonly when?: (request: ProxiedRequest) => boolean;
  /** How many of them, `Infinity` until `calm()`. @default 1 */
  readonly times?: number;
}

/** A fault that was ordered. */
export interface Strike {
  /** Resolves when the first request has been hit: with a hang, when nothing more will happen. */
  readonly struck: Promise<ProxiedRequest>;
  /** Requests hit so far. */
  readonly hits: number;
  /** Hits no further request, and lets those that hang go on as if nothing had been. */
  release(): void;
}

export interface FaultProxy {
  readonly url: string;
  /** Requests seen. */
  readonly count: number;
  /** All of them, in order of arrival. */
  readonly requests: readonly ProxiedRequest[];
  /** Orders a fault. Faults ordered earlier come first; each request meets one at most. */
  next(fault: Fault, options?: NextOptions): Strike;
  /** Releases every fault. */
  calm(): void;
  /** Nobody listens any more: connections are refused, those that are open are reset. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Matches INSERTs into the table. */
export function isInsertInto(table: string): (request: ProxiedRequest) => boolean {
  return ({ sql }) => new RegExp(`^INSERT INTO \`?${table}\`? `).test(sql);
}

/** Starts a proxy before `target`, for instance `http://127.0.0.1:8123`. */
export async function startFaultProxy(options: { readonly target: string }): Promise<FaultProxy> {
  const proxy = new HttpProxy(new URL(options.target));
  await proxy.up();
  return proxy;
}

class OrderedFault implements Strike {
  readonly fault: Fault;
  readonly struck: Promise<ProxiedRequest>;
  readonly released: Promise<void>;
  readonly #hit = new Set<ProxiedRequest>();
  readonly #when: (request: ProxiedRequest) => boolean;
  #left: number;
  readonly #strike: (request: ProxiedRequest) => void;
  readonly #release: () => void;

  constructor(fault: Fault, { when = () => true, times = 1 }: NextOptions) {
    this.fault = fault;
    this.#when = when;
    this.#left = times;
    const struck = Promise.withResolvers<ProxiedRequest>();
    const released = Promise.withResolvers<void>();
    [this.struck, this.#strike] = [struck.promise, struck.resolve];
    [this.released, this.#release] = [released.promise, released.resolve];
  }

  /** Whether this one is for the request; uses up one of its times. */
  takes(request: ProxiedRequest): boolean {
    if (this.#left <= 0 || !this.#when(request)) return false;
    this.#left--;
    return true;
  }

  /** Counted once for each request. */
  hit(request: ProxiedRequest): void {
    this.#hit.add(request);
    this.#strike(request);
  }

  get hits(): number {
    return this.#hit.size;
  }

  release(): void {
    this.#left = 0;
    this.#release();
  }
}

class HttpProxy implements FaultProxy {
  readonly requests: ProxiedRequest[] = [];
  readonly #target: URL;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new Set<Socket>();
  #ordered: OrderedFault[] = [];
  #port = 0;

  constructor(target: URL) {
    this.#target = target;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get count(): number {
    return this.requests.length;
  }

  next(fault: Fault, options: NextOptions = {}): Strike {
    const ordered = new OrderedFault(fault, options);
    this.#ordered.push(ordered);
    return ordered;
  }

  calm(): void {
    for (const ordered of this.#ordered) ordered.release();
    this.#ordered = [];
  }

  async up(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => resolve());
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async close(): Promise<void> {
    this.calm();
    if (this.#server.listening) await this.down();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    // A client that gives up is part of what is tested.
    request.on('error', () => {});
    response.on('error', () => {});
    let hit = () => {};
    try {
      const parameters = new URL(request.url ?? '/', this.url).searchParams;
      const inUrl = parameters.get('query');
      const body = inUrl === null ? [Buffer.concat(await request.toArray())] : request;
      const sql = inUrl ?? String((body as Buffer[])[0]);
      const token = parameters.get('insert_deduplication_token') ?? '';
      const seen = { sql, token, parameters, fault: undefined };
      const ordered = this.#ordered.find((candidate) => candidate.takes(seen));
      const noted: ProxiedRequest = { ...seen, fault: ordered?.fault.kind };
      this.requests.push(noted);
      if (ordered) {
        hit = () => ordered.hit(noted);
        const met = { target: this.#target, socket, request, response, body, released: ordered.released };
        await ACTS[ordered.fault.kind](met, ordered.fault as never, hit);
      } else {
        await give(response, await forward(this.#target, request, body));
      }
    } catch {
      // The engine is not there, or one side left in the middle.
      socket.resetAndDestroy();
    } finally {
      hit();
    }
  }
}
