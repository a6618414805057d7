import { isAsciiRange } from './utf8.ts';

/*
 * Nearly every attribute looks like this, each length a single byte:
 *   KeyValue = 0x0a length key 0x12 length AnyValue
 *   AnyValue = 0x0a length text | 0x10 varint (bool) | 0x18 varint (int) | 0x21 8 bytes (double)
 */
const KEY = 0x0a;
const VALUE = 0x12;
const TEXT = 0x0a;
const BOOL = 0x10;
const INT = 0x18;
const DOUBLE = 0x21;
const MAX_VARINT_BYTES = 10;

/**
 * Whether `bytes[start, end)` is a `KeyValue` of the usual form, key and text ASCII: nothing is wrong with it then, and
 * it holds one message, its value. False says nothing about it.
 */
export function isUsualAttribute(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  if (end - start < 6 || bytes[start] !== KEY) return false;
  const keyLength = bytes[start + 1] as number;
  const keyStart = start + 2;
  const keyEnd = keyStart + keyLength;
  const value = keyEnd + 2;
  if (keyLength >= 0x80 || end - value < 2) return false;
  if (bytes[keyEnd] !== VALUE || bytes[keyEnd + 1] !== end - value) return false;
  // A text's length byte tells of one byte less than what is left, which is below 128.
  if (end - value >= 0x80 || !isAsciiRange(view, keyStart, keyEnd)) return false;
  switch (bytes[value]) {
    case TEXT:
      return bytes[value + 1] === end - value - 2 && isAsciiRange(view, value + 2, end);
    case BOOL:
    case INT:
      return isVarint(bytes, value + 1, end);
    case DOUBLE:
      return end - value === 9;
    default:
      return false;
  }
}

function isVarint(bytes: Uint8Array, start: number, end: number): boolean {
  const last = end - 1;
  if (end - start > MAX_VARINT_BYTES || (bytes[last] as number) >= 0x80) return false;
  for (let at = start; at < last; at++) if ((bytes[at] as number) < 0x80) return false;
  return true;
}
