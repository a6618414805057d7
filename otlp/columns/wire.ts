/**
 * The protobuf wire, as far as columns need it:
 *
 *   message := (tag payload)*          tag := varint (field number << 3 | wire type)
 *   wire types: 0 varint · 1 eight bytes · 2 varint length, bytes · 3 group start · 4 group end · 5 four bytes
 *
 * Readers in this folder switch on whole tags, so a known field with another wire type is skipped like an unknown
 * one. They read tags and lengths below 128 inline and call the functions here for the rest. Reading runs on bytes
 * that are padded (see Arena); a message that ends beyond its end is found by the check after its loop.
 */

import { MAX_DEPTH } from '../wire/wire-type.ts';

/** Thrown for bytes that are not protobuf; caught once per request. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/** Throws {@link MalformedError} with the rule that is broken. */
export function malformed(reason: string): never {
  throw new MalformedError(reason);
}

const MAX_VARINT_BYTES = 10;

/** The varint at `position`; exact below 2^53, rounded above. */
export function varint(bytes: Uint8Array, position: number): number {
  let value = 0;
  let factor = 1;
  let at = position;
  for (;;) {
    const byte = bytes[at++] as number;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 0x80;
    if (at - position === MAX_VARINT_BYTES) malformed('varint longer than ten bytes');
  }
}

/** The position after the varint at `position`. */
export function varintEnd(bytes: Uint8Array, position: number): number {
  let at = position;
  while ((bytes[at++] as number) > 0x7f) {
    if (at - position === MAX_VARINT_BYTES) malformed('varint longer than ten bytes');
  }
  return at;
}

/** The low 32 bits of the varint at `position`, as an unsigned integer: an int32, uint32 or enum field. */
export function varint32(bytes: Uint8Array, position: number): number {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[position + index] as number;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

/** Skips the payload of a field; `position` is just after its tag. The result may lie beyond `end`. */
export function skipField(bytes: Uint8Array, tag: number, position: number, end: number): number {
  if (tag < 8) malformed('field number zero');
  switch (tag & 7) {
    case 0:
      return varintEnd(bytes, position);
    case 1:
      return position + 8;
    case 2:
      return varintEnd(bytes, position) + varint(bytes, position);
    case 3:
      return skipGroup(bytes, tag, position, end, 1);
    case 5:
      return position + 4;
    default:
      return malformed('wire type without meaning');
  }
}

function skipGroup(bytes: Uint8Array, start: number, position: number, end: number, depth: number): number {
  if (depth > MAX_DEPTH) malformed('groups nested too deep');
  let at = position;
  while (at < end) {
    const tag = varint(bytes, at);
    at = varintEnd(bytes, at);
    if (tag === start + 1) return at;
    at = (tag & 7) === 3 ? skipGroup(bytes, tag, at, end, depth + 1) : skipField(bytes, tag, at, end);
  }
  return malformed('group without end');
}
