import { MAX_DEPTH } from '../wire/wire-type.ts';
import { Fields } from './fields.ts';
import { malformed } from './wire.ts';

/**
 * Checks the content of an ArrayValue (kind 5: 1 values) or KeyValueList (kind 6: 1 values, KeyValue: 1 key,
 * 2 value), so that nobody after the decoder meets malformed bytes. Lists in lists count as one level, so whatever
 * the validation lets in is decoded. Throws `MalformedError`.
 */
export function checkNestedValue(
  bytes: Uint8Array,
  kind: number,
  start: number,
  end: number,
  depth = 1,
): void {
  if (depth > MAX_DEPTH) malformed('values nested too deep');
  const items = new Fields(bytes, start, end);
  while (items.next()) {
    if (items.tag !== 0x0a) continue;
    if (kind === 5) checkValue(bytes, items.start, items.end, depth);
    else checkKeyValue(bytes, items.start, items.end, depth);
  }
}

function checkKeyValue(bytes: Uint8Array, start: number, end: number, depth: number): void {
  const fields = new Fields(bytes, start, end);
  while (fields.next()) {
    if (fields.tag === 0x12) checkValue(bytes, fields.start, fields.end, depth);
  }
}

function checkValue(bytes: Uint8Array, start: number, end: number, depth: number): void {
  const fields = new Fields(bytes, start, end);
  while (fields.next()) {
    if (fields.tag === 0x2a || fields.tag === 0x32) {
      checkNestedValue(bytes, fields.tag >>> 3, fields.start, fields.end, depth + 1);
    }
  }
}
