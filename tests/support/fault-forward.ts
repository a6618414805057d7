/** The fault proxy's way to the engine: a request passed on piece by piece, its answer handed back. */
import { type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer whose body is read by whoever gets it. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** How a body is cut up. */
export interface Pieces {
  /** Bytes of a piece; as they come by default. */
  readonly bytes?: number;
  /** Pause after each piece. */
  readonly pauseMillis?: number;
  /** Ends after so many bytes. */
  readonly until?: number;
  /** Fails at that end instead: whoever passes it on breaks off there. */
  readonly cut?: boolean;
}

type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Sends the request with this body on a connection of its own and resolves when the answer's head is there, which
 * may be before the body is through. A body that fails resets the connection.
 */
export async function forward(target: URL, request: IncomingMessage, body: Body): Promise<Answer> {
  const { host: _host, connection: _connection, ...headers } = request.headers;
  const outgoing = send(new URL(request.url ?? '/', target), {
    method: request.method,
    headers,
    agent: false,
  });
  const head = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    // After an answer has begun, its reader sees the end of the connection.
    outgoing.on('error', reject);
  });
  head.catch(() => {});
  write(body, outgoing).catch(() => outgoing.destroy(new Error('cut here')));
  const answer = await head;
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer };
}

async function write(body: Body, outgoing: ReturnType<typeof send>): Promise<void> {
  for await (const piece of body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when the stream takes more, or nothing any more. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

/** The body in pieces, slowly, or only its beginning. */
export async function* pieces(body: Body, how: Pieces): AsyncGenerator<Uint8Array> {
  const { bytes = Number.POSITIVE_INFINITY, pauseMillis = 0, until = Number.POSITIVE_INFINITY } = how;
  let passed = 0;
  for await (const part of body) {
    for (let at = 0; at < part.length; at += bytes) {
      const piece = part.subarray(at, Math.min(at + bytes, at + until - passed));
      if (piece.length > 0) yield piece;
      passed += piece.length;
      if (passed >= until) {
        // What was written leaves before the connection breaks.
        await sleep(20);
        if (how.cut) throw new Error('cut here');
        return;
      }
      if (pauseMillis > 0) await sleep(pauseMillis);
    }
  }
}
