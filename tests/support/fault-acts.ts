/** What the fault proxy can do to a request. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, drained, forward, pieces } from './fault-forward.ts';

/** What happens to a request. `before` faults: the engine never sees it. `after` faults: it took effect there. */
export type Fault =
  /** Answers by itself, 503 unless told otherwise. Also a wrong answer: 200 with garbage. */
  | {
      readonly kind: 'answer';
      readonly status?: number;
      readonly headers?: OutgoingHttpHeaders;
      readonly body?: string;
    }
  /** Answers with ClickHouse's exception `code` (252, 241, …): before, or after it took effect when `applied`. */
  | { readonly kind: 'exception'; readonly code: number; readonly applied?: boolean }
  /** Reads the request, then resets the connection. */
  | { readonly kind: 'reset-before' }
  /** Resets the connection after the first `bytes` of the request's body. */
  | { readonly kind: 'reset-within'; readonly bytes: number }
  /** Passes the first `bytes` of the body on, then resets both connections. */
  | { readonly kind: 'cut-request'; readonly bytes: number }
  /** Passes it on, waits for the engine's whole answer, then resets the connection instead of answering. */
  | { readonly kind: 'reset-after' }
  /** Never answers, or only after `release()`; nothing is passed on until then. */
  | { readonly kind: 'hang-before' }
  /** Never answers, or only after `release()`; the engine has done it. */
  | { readonly kind: 'hang-after' }
  /** Passes the request's body on in pieces with pauses. */
  | { readonly kind: 'drip-request'; readonly bytes: number; readonly pauseMillis: number }
  /** Gives the answer's body back in pieces with pauses. */
  | { readonly kind: 'drip-answer'; readonly bytes: number; readonly pauseMillis: number }
  /** Announces the whole answer, gives its first `bytes`, and resets the connection. */
  | { readonly kind: 'truncate-answer'; readonly bytes: number };

/** A request that met a fault. */
export interface Met {
  readonly target: URL;
  /** The request's; the request itself may have let go of it. */
  readonly socket: Socket;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: IncomingMessage | Iterable<Uint8Array>;
  /** Resolves when the fault is called off. */
  readonly released: Promise<void>;
}

/** Resolves when nothing more will happen to the engine; one that waits for its release calls `hit` before. */
type Act<Kind extends Fault['kind']> = (
  met: Met,
  fault: Extract<Fault, { kind: Kind }>,
  hit: () => void,
) => Promise<void>;

export const ACTS: { readonly [Kind in Fault['kind']]: Act<Kind> } = {
  answer: async ({ response, body }, fault) => {
    await drain(body);
    response.writeHead(fault.status ?? 503, fault.headers).end(fault.body ?? 'Service Unavailable');
  },
  exception: async (met, { code, applied }) => {
    if (applied) await wholeAnswer(await pass(met));
    else await drain(met.body);
    met.response
      .writeHead(500, { 'X-ClickHouse-Exception-Code': String(code) })
      .end(`Code: ${code}. DB::Exception: ordered by a test`);
  },
  'reset-before': async ({ socket, body }) => {
    await drain(body);
    socket.resetAndDestroy();
  },
  'reset-within': async ({ socket, body }, { bytes }) => {
    await drain(pieces(body, { until: bytes }));
    socket.resetAndDestroy();
  },
  'cut-request': async ({ socket, request, target, body }, { bytes }) => {
    await forward(target, request, pieces(body, { until: bytes, cut: true })).catch(() => {});
    socket.resetAndDestroy();
  },
  'reset-after': async (met) => {
    await wholeAnswer(await pass(met));
    met.socket.resetAndDestroy();
  },
  'hang-before': async (met, _fault, hit) => {
    hit();
    await met.released;
    await give(met.response, await pass(met));
  },
  'hang-after': async (met, _fault, hit) => {
    const answer = await pass(met);
    const whole = await wholeAnswer(answer);
    hit();
    await met.released;
    await give(met.response, { ...answer, body: [whole] });
  },
  'drip-request': async (met, fault) => {
    await give(met.response, await forward(met.target, met.request, pieces(met.body, fault)));
  },
  'drip-answer': async (met, fault) => {
    const answer = await pass(met);
    await give(met.response, { ...answer, body: pieces(answer.body, fault) });
  },
  'truncate-answer': async (met, { bytes }) => {
    const answer = await pass(met);
    const whole = await wholeAnswer(answer);
    const { 'transfer-encoding': _, ...headers } = answer.headers;
    met.response.writeHead(answer.status, { ...headers, 'content-length': whole.length + 1 });
    met.response.write(whole.subarray(0, bytes));
    met.response.flushHeaders();
    // What was written has to arrive before the reset throws it away.
    await sleep(20);
    met.socket.resetAndDestroy();
  },
};

function pass({ target, request, body }: Met): Promise<Answer> {
  return forward(target, request, body);
}

/** Hands an answer on, whole. */
export async function give(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, headers);
  for await (const piece of body) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

async function wholeAnswer({ body }: Answer): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

async function drain(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  for await (const _ of body);
}
