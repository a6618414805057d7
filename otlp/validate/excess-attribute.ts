import { WireReader } from '../wire/wire-reader.ts';
import { WIRE_TYPE } from '../wire/wire-type.ts';
import type { MessageRange } from './message-range.ts';
import { ACTION, ACTIONS, ATTRIBUTES, CHILDREN } from './wire-table.ts';

/**
 * Where the first attribute is that its list has no room for, with at most `max` in each: lists of the message and of
 * what is in it, but for records and what holds them. Undefined when none is. The bytes must be valid.
 */
export function excessAttribute(bytes: Uint8Array, message: MessageRange, max: number): number | undefined {
  const { type, start, end } = message;
  const reader = new WireReader(bytes);
  let count = 0;
  reader.position = start;
  while (reader.position < end) {
    const fieldStart = reader.position;
    const tag = reader.tag(end);
    const slot = tag < 256 ? (type << 8) | tag : 0;
    if ((tag & 7) !== WIRE_TYPE.length || ACTIONS[slot] !== ACTION.message) {
      reader.skip(tag, end, 0);
      continue;
    }
    const length = reader.length(end);
    if (ATTRIBUTES[slot] === 1 && ++count > max) return fieldStart;
    const from = reader.position;
    reader.position += length;
    const inner = { type: CHILDREN[slot] as number, start: from, end: from + length };
    const found = excessAttribute(bytes, inner, max);
    if (found !== undefined) return found;
  }
  return undefined;
}
