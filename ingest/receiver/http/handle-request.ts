import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Encoding } from '../../../otlp/response/types.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { HTTP_PATH } from '../../../schemas/otlp.ts';
import { BodyBuffer } from '../body-buffer.ts';
import { type Door, Entry } from '../door.ts';
import { GRPC_CODE } from '../grpc-code.ts';
import type { Intake } from '../intake.ts';
import type { ReceiverMetrics } from '../receiver-metrics.ts';
import type { Answer, Compression, Protocol } from '../types.ts';
import { ACCEPTED_CODINGS, compressionOf, encodingOf, MEDIA_TYPE } from './content.ts';
import { readBody } from './read-body.ts';
import { respond, respondError } from './respond.ts';

/** What handling a request needs. */
export interface HttpContext {
  readonly door: Door;
  readonly intake: Intake;
  readonly metrics: ReceiverMetrics;
}

const SIGNAL_OF_PATH = new Map<string, Signal>(SIGNALS.map((signal) => [HTTP_PATH[signal], signal]));
const PROTOCOL = { protobuf: 'http/protobuf', json: 'http/json' } as const satisfies Record<
  Encoding,
  Protocol
>;

/** What a request's head says of its body. */
interface Head {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly compression: Compression;
  /** `Content-Length`; undefined for a chunked body. */
  readonly announcedBytes: number | undefined;
}

/**
 * Answers one OTLP/HTTP request. The head is judged before the body is read, and a body only read when its announced
 * length was admitted.
 */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  context: HttpContext,
): Promise<void> {
  const head = readHead(request, response);
  if (head === undefined) return;
  const answer = await answerTo(request, response, { head, context });
  if (answer === undefined) return;
  context.metrics.answered(head.signal, PROTOCOL[head.encoding], answer.kind);
  respond(response, answer, head);
}

/** The head of a request that may go on; otherwise the refusal is written. */
function readHead(request: IncomingMessage, response: ServerResponse): Head | undefined {
  const encoding = encodingOf(request.headers);
  const refuse = (httpStatus: number, code: number, message: string, headers = {}) => {
    respondError(response, httpStatus, { encoding: encoding ?? 'json', status: { code, message }, headers });
    return undefined;
  };
  const [path = ''] = (request.url ?? '').split('?', 1);
  const signal = SIGNAL_OF_PATH.get(path);
  if (signal === undefined)
    return refuse(
      404,
      GRPC_CODE.notFound,
      `OTLP is taken at ${[...SIGNAL_OF_PATH.keys()].join(', ')}; there is nothing at ${path}`,
    );
  if (request.method !== 'POST') {
    return refuse(405, GRPC_CODE.unimplemented, 'Only POST is possible here', { allow: 'POST' });
  }
  if (encoding === undefined) {
    const types = `${MEDIA_TYPE.protobuf} or ${MEDIA_TYPE.json}`;
    return refuse(415, GRPC_CODE.invalidArgument, `The content type must be ${types}`);
  }
  const compression = compressionOf(request.headers);
  if (compression === undefined) {
    const message = `The content encoding must be one of ${ACCEPTED_CODINGS}`;
    return refuse(415, GRPC_CODE.invalidArgument, message, { 'accept-encoding': ACCEPTED_CODINGS });
  }
  const length = request.headers['content-length'];
  return { signal, encoding, compression, announcedBytes: length === undefined ? undefined : Number(length) };
}

interface Exchange {
  readonly head: Head;
  readonly context: HttpContext;
}

async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  { head, context }: Exchange,
): Promise<Answer | undefined> {
  const { promise: stopped, resolve: onStop } = Promise.withResolvers<Answer>();
  const { headers, socket: connection } = request;
  const entry = context.door.enter({ headers, connection, onStop });
  if (!(entry instanceof Entry)) return entry;
  const buffer = new BodyBuffer(head.announcedBytes);
  try {
    const refusal = head.announcedBytes === undefined ? undefined : entry.announce(head.announcedBytes);
    if (refusal !== undefined) return refusal;
    if (headers.expect !== undefined) response.writeContinue();
    const reading = await readBody(request, { buffer, entry, stopped });
    if (reading.kind === 'aborted') return undefined;
    if (reading.kind === 'refused') return reading.answer;
    const delivery = { ...head, protocol: PROTOCOL[head.encoding], body: buffer.finish() };
    return await context.intake.take(delivery, entry);
  } finally {
    buffer.release();
    entry.leave();
  }
}
