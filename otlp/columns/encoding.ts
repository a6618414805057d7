import type { Signal } from '../../schemas/names.ts';
import { jsonToProtobuf } from '../json/json-to-protobuf.ts';

/** `{`: as a tag of protobuf it would open a group of field 15, which no request has. */
const BRACE = 0x7b;

/** Whether a record of an otlp topic is a request in JSON (`otlp_json`) and not in protobuf (`otlp_proto`). */
export function isJson(bytes: Uint8Array): boolean {
  return bytes[0] === BRACE;
}

/**
 * The request in protobuf: the same array when it is that already.
 *
 * @throws {MalformedRequestError} when it is JSON, but not of such a request
 */
export function protobufOf(signal: Signal, bytes: Uint8Array): Uint8Array {
  return isJson(bytes) ? jsonToProtobuf(signal, bytes) : bytes;
}
