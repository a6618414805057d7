import type { OutgoingHttpHeaders } from 'node:http2';
import { encodeStatus } from '../../../otlp/response/encode-status.ts';
import type { RpcStatus } from '../../../otlp/response/types.ts';
import { GRPC_CODE } from '../grpc-code.ts';

/**
 * The trailers a call ends with. Details travel as a whole `google.rpc.Status` in `grpc-status-details-bin`, base64;
 * the message is percent-encoded (gRPC over HTTP/2, "Status-Message").
 */
export function trailersOf(status: RpcStatus): OutgoingHttpHeaders {
  const { code, message, fieldViolations, retryDelaySeconds } = status;
  const trailers: OutgoingHttpHeaders = { 'grpc-status': String(code) };
  if (code === GRPC_CODE.ok) return trailers;
  trailers['grpc-message'] = percentEncoded(message.slice(0, MAX_MESSAGE_CHARACTERS).toWellFormed());
  if (fieldViolations !== undefined || retryDelaySeconds !== undefined) {
    trailers['grpc-status-details-bin'] = Buffer.from(encodeStatus(status, 'protobuf')).toString('base64');
  }
  return trailers;
}

/** Only what has to be: some clients give back what is escaped without need as it is. */
function percentEncoded(message: string): string {
  return message.replace(/[^ -$&-~]+/gu, encodeURIComponent);
}

/** Trailers must fit the 8 KiB many clients allow for headers. */
const MAX_MESSAGE_CHARACTERS = 512;
