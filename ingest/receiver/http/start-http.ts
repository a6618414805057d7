import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Endpoint } from '../endpoint.ts';
import { type HttpContext, handleRequest } from './handle-request.ts';

/** Options of {@link startHttp}. */
export interface HttpOptions extends HttpContext {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** How long a request may take to arrive, milliseconds; the door sees to it. */
  readonly readTimeoutMillis: number;
  /** A sender that does not read its answer for so long loses its connection, milliseconds. */
  readonly unreadTimeoutMillis: number;
  readonly logger: Logger;
}

/** A sender with nothing to say keeps its connection this long. */
const KEEP_ALIVE_MILLIS = 75_000;
/** What is still being sent after its answer is read past for so long. */
const AFTER_ANSWER_MILLIS = 30_000;
/** How often slow connections are looked for, at most. */
const CHECK_MILLIS = 1000;
/** Requests under way get this long when the receiver closes. */
const DRAIN_MILLIS = 5000;
/** While it closes, connections that came to rest are looked for this often. */
const CLOSE_IDLE_MILLIS = 100;

/** Opens the OTLP/HTTP port. Rejects when it cannot be bound. */
export async function startHttp(options: HttpOptions): Promise<Endpoint> {
  const { host, port, readTimeoutMillis, unreadTimeoutMillis } = options;
  const state = { closing: false };
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    // On a connection kept alive, a closing server would be asked on and on.
    if (state.closing) response.setHeader('connection', 'close');
    serve(request, response, options);
  };
  const server = createServer(
    {
      headersTimeout: Math.min(10_000, readTimeoutMillis),
      requestTimeout: readTimeoutMillis + AFTER_ANSWER_MILLIS,
      keepAliveTimeout: KEEP_ALIVE_MILLIS,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MILLIS,
      connectionsCheckingInterval: Math.min(CHECK_MILLIS, readTimeoutMillis),
      noDelay: true,
    },
    handler,
  );
  // Counts silence of either kind, and the door is the one to end a request that does not arrive.
  server.timeout = readTimeoutMillis + unreadTimeoutMillis;
  // Without this listener Node asks for the body before its length was admitted.
  server.on('checkContinue', handler);
  await listen(server, { host, port });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      state.closing = true;
      return close(server);
    },
  };
}

function serve(request: IncomingMessage, response: ServerResponse, options: HttpOptions): void {
  handleRequest(request, response, options).catch((error: unknown) => {
    options.logger.error({ err: error, url: request.url }, 'Cannot answer an OTLP/HTTP request');
    response.destroy();
  });
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  // Those busy now become idle one by one.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MILLIS);
  const forced = setTimeout(() => server.closeAllConnections(), DRAIN_MILLIS);
  await closed;
  clearInterval(idle);
  clearTimeout(forced);
}
