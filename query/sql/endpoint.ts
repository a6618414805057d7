/** The SQL endpoint: ClickHouse's HTTP dialect, read-only, guarded. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { StoreEndpoint } from '../../store/types.ts';
import { hostCheck } from '../host-check.ts';
import { Guard } from './guard/guard.ts';
import { denied, type SqlRefusal } from './guard/refusal.ts';
import type { SqlLimits } from './guard/settings.ts';
import { EngineClient } from './http/engine-client.ts';
import { type ExchangeContext, exchange, refuse } from './http/exchange.ts';
import { sqlMetrics } from './http/metrics.ts';
import { Slots } from './http/slots.ts';

export interface SqlEndpointOptions {
  /** The engine behind it; its secret goes no further. */
  readonly endpoint: StoreEndpoint;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly limits: SqlLimits;
  /** The one tenant readers see; '' is the single-tenant default. */
  readonly tenant: string;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Tables another program made without a tenant column are shown to the tenant `''`. @default false */
  readonly acceptsForeignTables?: boolean;
  /** Further names in `Host` headers to answer. @default none */
  readonly allowedHosts?: readonly string[];
  /** Statements that run at the same time. @default 8 */
  readonly maxRunning?: number;
  /** Statements that wait for one of these. @default 200 */
  readonly maxWaiting?: number;
  /** Longest wait, milliseconds. @default 10_000 */
  readonly maxWaitMillis?: number;
  /** A reader that takes nothing for the longest run and this is let go, milliseconds. @default 30_000 */
  readonly silenceMarginMillis?: number;
}

export interface SqlEndpoint {
  readonly port: number;
  /** Stops listening and ends what runs. */
  close(): Promise<void>;
}

/** Longest request line and headers, bytes: `?query=` and parameters travel there. */
const MAX_HEADER_BYTES = 320 * 1024;

/** Each holds one statement's bytes at most. */
const MAX_CONNECTIONS = 1_000;

/** Starts the endpoint; rejects when the port cannot be bound. */
export async function startSqlEndpoint(options: SqlEndpointOptions): Promise<SqlEndpoint> {
  const engine = new EngineClient(options.endpoint);
  const slots = new Slots({
    running: options.maxRunning ?? 8,
    waiting: options.maxWaiting ?? 200,
    waitMillis: options.maxWaitMillis ?? 10_000,
  });
  const context: ExchangeContext = {
    engine,
    slots,
    guard: new Guard({
      engine,
      tenant: options.tenant,
      now: () => performance.now(),
      acceptsForeignTables: options.acceptsForeignTables ?? false,
    }),
    limits: options.limits,
    silenceMarginMillis: options.silenceMarginMillis ?? 30_000,
    metrics: sqlMetrics(options.registry, () => slots.taken),
    logger: options.logger,
  };
  const allowed = hostCheck(options);
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 60_000 },
    (request, response) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      const refusal = callerRefusal(request, allowed);
      if (refusal === undefined) void route(request, response, context);
      else refuse(response, refusal);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      engine.close();
    },
  };
}

/** Why a caller gets no answer: a page under a foreign name, or of another site, in a reader's browser. */
function callerRefusal(
  { headers }: IncomingMessage,
  allowed: (host: string | undefined) => boolean,
): SqlRefusal | undefined {
  if (!allowed(headers.host)) return denied('this name in the Host header is not one of this server');
  if (headers['sec-fetch-site'] !== 'cross-site') return undefined;
  return denied('pages of other sites may not send statements');
}

function listen(server: Server, { port, host }: SqlEndpointOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (url === null || (url.pathname !== '/' && url.pathname !== '/ping')) {
    plain(
      response,
      404,
      'There is nothing here; statements go to / and /ping tells whether the store answers.\n',
    );
  } else if (!reading && request.method !== 'POST') {
    response.setHeader('Allow', 'GET, HEAD, POST');
    plain(response, 405, 'Statements come with GET or POST.\n');
  } else if (url.pathname === '/ping') {
    await ping(response, context);
  } else if (reading && !url.searchParams.has('query')) {
    plain(response, 200, 'Ok.\n');
  } else {
    await exchange(request, response, url.searchParams, context);
  }
}

async function ping(response: ServerResponse, { engine }: ExchangeContext): Promise<void> {
  try {
    await engine.column('SELECT 1');
    plain(response, 200, 'Ok.\n');
  } catch {
    plain(response, 503, 'The store does not answer.\n');
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
