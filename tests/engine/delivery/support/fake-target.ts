/** An HTTP server that answers as it is told, and remembers what it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  readonly body: any;
}

/** What to do with a request: a status, a status that depends on it, no answer at all, or an end of the connection. */
export type Behaviour = number | 'silent' | 'reset' | ((received: Received) => number);

/** See above. */
export class FakeTarget {
  readonly received: Received[] = [];
  behaviour: Behaviour = 200;
  answer = '';
  readonly #server: Server;
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<FakeTarget> {
    const target = new FakeTarget();
    await target.open();
    return target;
  }

  /** Listens, again at the port it had. */
  async open(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections from here on. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Every alert received, in order. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  get alerts(): any[] {
    return this.received.flatMap(({ body }) => (Array.isArray(body) ? body : body.alerts));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { authorization } = request.headers;
    const received = { path: request.url ?? '', authorization, body: JSON.parse(text) };
    this.received.push(received);
    const { behaviour } = this;
    if (behaviour === 'silent') return;
    if (behaviour === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    response.statusCode = typeof behaviour === 'function' ? behaviour(received) : behaviour;
    if (response.statusCode === 302) response.setHeader('Location', '/elsewhere');
    response.end(this.answer);
  }
}
