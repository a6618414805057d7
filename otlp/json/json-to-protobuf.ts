import { isUtf8 } from 'node:buffer';
import type { Signal } from '../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../schemas/otlp.ts';
import { MalformedRequestError } from '../errors.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { JsonFault } from './json-fault.ts';
import { JsonScanner } from './json-scanner.ts';
import { RequestTranslator } from './request-translator.ts';

/** Options of {@link jsonToProtobuf}. */
export interface JsonToProtobufOptions {
  /** Most bytes the result may have. @default 2^31 - 1 */
  readonly maxBytes?: number;
}

/**
 * Translates an OTLP/JSON request to the protobuf `Export<Signal>ServiceRequest`: lowerCamelCase names, hexadecimal
 * ids, integer enums, 64-bit integers exact as strings or bare numbers, `null` as default, unknown fields left out.
 * One pass, no object per value, so memory stays near the size of the text.
 *
 * @throws {MalformedRequestError} with the JSON path, when the text is not such a request or not UTF-8
 * @throws {RequestTooLargeError} when the result would exceed `maxBytes`
 */
export function jsonToProtobuf(
  signal: Signal,
  text: string | Uint8Array,
  { maxBytes = 2 ** 31 - 1 }: JsonToProtobufOptions = {},
): Uint8Array {
  const bytes = toBuffer(text);
  if (!isUtf8(bytes)) {
    throw new MalformedRequestError({ offset: 0, path: '$', reason: 'text that is not UTF-8' });
  }
  const writer = new WireWriter({ initialBytes: Math.ceil(bytes.length / 2), maxBytes });
  const translator = new RequestTranslator(new JsonScanner(bytes), writer);
  try {
    translator.translate(REQUEST_MESSAGE[signal]);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new MalformedRequestError({ offset: error.offset, path: translator.path, reason: error.reason });
  }
  return writer.finish();
}

function toBuffer(text: string | Uint8Array): Buffer {
  if (typeof text === 'string') return Buffer.from(text, 'utf8');
  return Buffer.isBuffer(text) ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
