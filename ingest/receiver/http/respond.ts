import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { encodeExportResponse } from '../../../otlp/response/encode-export-response.ts';
import { encodeStatus } from '../../../otlp/response/encode-status.ts';
import type { Encoding, RpcStatus } from '../../../otlp/response/types.ts';
import type { Signal } from '../../../schemas/names.ts';
import { GRPC_CODE } from '../grpc-code.ts';
import type { Answer, RetryAnswer } from '../types.ts';
import { MEDIA_TYPE } from './content.ts';

/** Writes an intake's answer in the request's encoding. */
export function respond(
  response: ServerResponse,
  answer: Answer,
  { signal, encoding }: { readonly signal: Signal; readonly encoding: Encoding },
): void {
  switch (answer.kind) {
    case 'taken':
      send(response, 200, { encoding, body: encodeExportResponse(signal, answer.partial, encoding) });
      return;
    case 'malformed':
      respondError(response, 400, {
        encoding,
        status: {
          code: GRPC_CODE.invalidArgument,
          message: answer.message,
          fieldViolations: answer.violations,
        },
      });
      return;
    case 'too-large':
      respondError(response, 413, {
        encoding,
        status: { code: GRPC_CODE.resourceExhausted, message: answer.message },
      });
      return;
    default:
      respondRetry(response, answer, encoding);
  }
}

/** What an error answer consists of. */
export interface ErrorResponse {
  readonly encoding: Encoding;
  readonly status: RpcStatus;
  readonly headers?: OutgoingHttpHeaders;
}

/** Writes a `google.rpc.Status` with an HTTP status. */
export function respondError(
  response: ServerResponse,
  httpStatus: number,
  { encoding, status, headers }: ErrorResponse,
): void {
  send(response, httpStatus, { encoding, body: encodeStatus(status, encoding), ...(headers && { headers }) });
}

/** A client retries on 429 and 503 only, and not on the 408 that a slow request would have elsewhere. */
const RETRY_STATUS: Readonly<Record<RetryAnswer['kind'], { readonly http: number; readonly code: number }>> =
  {
    overloaded: { http: 429, code: GRPC_CODE.resourceExhausted },
    throttled: { http: 429, code: GRPC_CODE.resourceExhausted },
    'too-slow': { http: 503, code: GRPC_CODE.deadlineExceeded },
    unavailable: { http: 503, code: GRPC_CODE.unavailable },
  };

function respondRetry(response: ServerResponse, answer: RetryAnswer, encoding: Encoding): void {
  const { kind, message, retrySeconds } = answer;
  const { http, code } = RETRY_STATUS[kind];
  respondError(response, http, {
    encoding,
    status: { code, message, retryDelaySeconds: retrySeconds },
    headers: {
      'retry-after': String(Math.ceil(retrySeconds)),
      // The rest of a body that comes so slowly is not waited for.
      ...(kind === 'too-slow' ? { connection: 'close' } : {}),
    },
  });
}

function send(
  response: ServerResponse,
  httpStatus: number,
  {
    encoding,
    body,
    headers,
  }: { readonly encoding: Encoding; readonly body: Uint8Array; readonly headers?: OutgoingHttpHeaders },
): void {
  response.writeHead(httpStatus, {
    ...headers,
    'content-type': MEDIA_TYPE[encoding],
    'content-length': body.length,
  });
  response.end(body);
}
