import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Endpoint } from '../endpoint.ts';
import { SessionReads } from './session-reads.ts';
import { type GrpcContext, UnaryCall } from './unary-call.ts';

/** Options of {@link startGrpc}. */
export interface GrpcOptions extends GrpcContext {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly logger: Logger;
}

const MAX_CONCURRENT_STREAMS = 128;
/** A sender may be this far ahead of us, per call and per connection. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const SESSION_WINDOW_BYTES = 4 * 1024 * 1024;
/** Node's own ceiling per connection; above what the windows let in. MiB. */
const MAX_SESSION_MEMORY_MIB = 16;
/** After this much silence it is asked whether the other end still exists. */
const PROBE_MILLIS = 75_000;
/** Calls under way get this long when the receiver closes. */
const DRAIN_MILLIS = 5000;

/**
 * Opens the OTLP/gRPC port. Rejects when it cannot be bound.
 *
 * Unary gRPC is spoken straight on `node:http2` (docs/decisions/grpc-on-http2.md): a message has to be admitted by
 * its announced length before it is read.
 */
export async function startGrpc(options: GrpcOptions): Promise<Endpoint> {
  const { logger } = options;
  const server = createServer({
    maxSessionMemory: MAX_SESSION_MEMORY_MIB,
    settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS, initialWindowSize: STREAM_WINDOW_BYTES },
  });
  const sessions = new Map<ServerHttp2Session, SessionReads>();
  server.on('connection', (socket: Socket) => socket.setKeepAlive(true, PROBE_MILLIS));
  server.on('session', (session) => {
    sessions.set(session, new SessionReads());
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    session.on('error', (error) => logger.debug({ err: error }, 'An OTLP/gRPC connection failed'));
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', (error) => logger.debug({ err: error }, 'An OTLP/gRPC call failed'));
    const reads = sessions.get(stream.session as ServerHttp2Session);
    // Ended before its first stream was told of.
    if (reads === undefined) return;
    reads.add(stream);
    stream.on('data', (data: Buffer) => reads.arrived(data));
    UnaryCall.serve(stream, headers, options);
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, sessions),
  };
}

function listen(
  server: Http2Server,
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

async function close(server: Http2Server, sessions: ReadonlyMap<ServerHttp2Session, unknown>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const session of sessions.keys()) session.close();
  const forced = setTimeout(() => {
    for (const session of sessions.keys()) session.destroy();
  }, DRAIN_MILLIS);
  await closed;
  clearTimeout(forced);
}
