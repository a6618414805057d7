import type { Signal } from '../../schemas/names.ts';
import { jsonName, REJECTED_FIELD } from '../../schemas/otlp.ts';
import { WIRE_TYPE } from '../wire/wire-type.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { shorten } from './shorten.ts';
import type { Encoding, PartialSuccess } from './types.ts';

/*
 *   Export<Signal>ServiceResponse = [partial_success = 1: Export<Signal>PartialSuccess]
 *   Export<Signal>PartialSuccess  = [rejected_… = 1: int64] [error_message = 2: string]
 */

/**
 * The answer to a request that was taken. With nothing rejected and no message `partial_success` is unset: no bytes
 * in protobuf, `{}` in JSON. A long message is shortened.
 */
export function encodeExportResponse(
  signal: Signal,
  partial: PartialSuccess,
  encoding: Encoding,
): Uint8Array {
  const message = shorten(partial.message);
  const isFull = partial.rejected === 0 && message === '';
  if (encoding === 'protobuf') return isFull ? new Uint8Array(0) : toProtobuf(partial.rejected, message);
  return Buffer.from(
    JSON.stringify(isFull ? {} : { partialSuccess: toJson(signal, partial.rejected, message) }),
  );
}

function toProtobuf(rejected: number, message: string): Uint8Array {
  const writer = new WireWriter();
  writer.tag(1, WIRE_TYPE.length);
  const mark = writer.begin();
  if (rejected > 0) {
    writer.tag(1, WIRE_TYPE.varint);
    writer.varint(rejected);
  }
  if (message !== '') writer.string(2, message);
  writer.end(mark);
  return writer.finish();
}

function toJson(signal: Signal, rejected: number, message: string): Record<string, string> {
  return {
    // 64-bit integers are decimal strings in proto3 JSON.
    ...(rejected > 0 ? { [jsonName(REJECTED_FIELD[signal])]: String(rejected) } : {}),
    ...(message === '' ? {} : { errorMessage: message }),
  };
}
