import { WIRE_TYPE } from '../wire/wire-type.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { shorten } from './shorten.ts';
import type { Encoding, FieldViolation, RpcStatus } from './types.ts';

/*
 * google.rpc (googleapis, status.proto and error_details.proto):
 *   Status         = code = 1: int32, message = 2: string, details = 3: Any*
 *   Any            = type_url = 1: string, value = 2: bytes
 *   BadRequest     = field_violations = 1: FieldViolation*
 *   FieldViolation = field = 1: string, description = 2: string
 *   RetryInfo      = retry_delay = 1: Duration
 *   Duration       = seconds = 1: int64, nanos = 2: int32
 */
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const NANOS_PER_SECOND = 1e9;

/** A `google.rpc.Status` with its details, as the body of an HTTP error or for `grpc-status-details-bin`. */
export function encodeStatus(status: RpcStatus, encoding: Encoding): Uint8Array {
  return encoding === 'protobuf' ? toProtobuf(status) : Buffer.from(JSON.stringify(toJson(status)));
}

function toProtobuf({ code, message, fieldViolations = [], retryDelaySeconds }: RpcStatus): Uint8Array {
  const writer = new WireWriter();
  writer.tag(1, WIRE_TYPE.varint);
  writer.varint(code);
  writer.string(2, shorten(message));
  if (fieldViolations.length > 0) writer.bytes(3, any(BAD_REQUEST, badRequest(fieldViolations)));
  if (retryDelaySeconds !== undefined) writer.bytes(3, any(RETRY_INFO, retryInfo(retryDelaySeconds)));
  return writer.finish();
}

function any(typeUrl: string, value: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  writer.string(1, typeUrl);
  writer.bytes(2, value);
  return writer.finish();
}

function badRequest(violations: readonly FieldViolation[]): Uint8Array {
  const writer = new WireWriter();
  for (const { field, description } of violations) {
    writer.tag(1, WIRE_TYPE.length);
    const mark = writer.begin();
    writer.string(1, shorten(field));
    writer.string(2, shorten(description));
    writer.end(mark);
  }
  return writer.finish();
}

function retryInfo(delaySeconds: number): Uint8Array {
  const seconds = Math.floor(delaySeconds);
  const writer = new WireWriter();
  writer.tag(1, WIRE_TYPE.length);
  const mark = writer.begin();
  writer.tag(1, WIRE_TYPE.varint);
  writer.varint(seconds);
  writer.tag(2, WIRE_TYPE.varint);
  writer.varint(Math.round((delaySeconds - seconds) * NANOS_PER_SECOND));
  writer.end(mark);
  return writer.finish();
}

function toJson({ code, message, fieldViolations = [], retryDelaySeconds }: RpcStatus): object {
  const details: object[] = [];
  if (fieldViolations.length > 0)
    details.push({ '@type': BAD_REQUEST, fieldViolations: fieldViolations.map(short) });
  if (retryDelaySeconds !== undefined)
    details.push({ '@type': RETRY_INFO, retryDelay: `${retryDelaySeconds}s` });
  return { code, message: shorten(message), ...(details.length > 0 ? { details } : {}) };
}

function short({ field, description }: FieldViolation): FieldViolation {
  return { field: shorten(field), description: shorten(description) };
}
