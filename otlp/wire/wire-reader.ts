import { WireError } from './wire-error.ts';
import { MAX_DEPTH, WIRE_TYPE } from './wire-type.ts';

/*
 * protobuf (https://protobuf.dev/programming-guides/encoding):
 *   message = field*
 *   field   = tag payload
 *   tag     = varint of (number << 3 | wire type), number 1 … 2^29 - 1
 *   payload = varint                    wire type 0
 *           | 8 bytes, little endian    wire type 1
 *           | length byte{length}       wire type 2, length = varint below 2^31
 *           | field* end-tag            wire type 3, end-tag of the same number with wire type 4
 *           | 4 bytes, little endian    wire type 5
 *   varint  = (byte with bit 7 set){0,9} byte without it; 7 bits each, least significant first
 */

/**
 * A cursor over protobuf bytes. Every method checks the bound it is given and throws {@link WireError};
 * `position` is where the next read starts.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads a tag; the field number is `tag >>> 3`, the wire type `tag & 7`. */
  tag(end: number): number {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.position >= end) throw new WireError(start, 'truncated tag');
      const byte = this.bytes[this.position++] as number;
      if (shift === 28 && byte > 0x0f) throw new WireError(start, 'field number out of range');
      value = (value | ((byte & 0x7f) << shift)) >>> 0;
      if (byte < 0x80) {
        if (value < 8) throw new WireError(start, 'field number 0');
        return value;
      }
    }
    throw new WireError(start, 'field number out of range');
  }

  /** Reads a length and checks that so many bytes are there. */
  length(end: number): number {
    const start = this.position;
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      if (this.position >= end) throw new WireError(start, 'truncated length');
      const byte = this.bytes[this.position++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > end - this.position) throw new WireError(start, 'length reaches past the end');
        return value;
      }
    }
    throw new WireError(start, 'length out of range');
  }

  /** Reads a varint's low 32 bits, unsigned; the higher ones are checked for form and dropped. */
  varint32(end: number): number {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= end) throw new WireError(start, 'truncated varint');
      const byte = this.bytes[this.position++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError(start, 'varint longer than 10 bytes');
  }

  /** Steps over so many bytes. */
  advance(count: number, end: number): void {
    if (count > end - this.position) throw new WireError(this.position, 'truncated field');
    this.position += count;
  }

  /** Steps over the payload of a field whose tag was just read; `depth` counts the messages around it. */
  skip(tag: number, end: number, depth: number): void {
    switch (tag & 7) {
      case WIRE_TYPE.varint:
        this.varint32(end);
        return;
      case WIRE_TYPE.fixed64:
        this.advance(8, end);
        return;
      case WIRE_TYPE.length:
        this.advance(this.length(end), end);
        return;
      case WIRE_TYPE.groupStart:
        this.#skipGroup(tag >>> 3, end, depth + 1);
        return;
      case WIRE_TYPE.fixed32:
        this.advance(4, end);
        return;
      case WIRE_TYPE.groupEnd:
        throw new WireError(this.position, 'group ends that did not start');
      default:
        throw new WireError(this.position, `wire type ${tag & 7} does not exist`);
    }
  }

  #skipGroup(number: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireError(this.position, `nested deeper than ${MAX_DEPTH}`);
    for (;;) {
      if (this.position >= end) throw new WireError(this.position, 'group without end');
      const tag = this.tag(end);
      if ((tag & 7) !== WIRE_TYPE.groupEnd) {
        this.skip(tag, end, depth);
      } else if (tag >>> 3 === number) {
        return;
      } else {
        throw new WireError(this.position, 'group ends under another number');
      }
    }
  }
}
