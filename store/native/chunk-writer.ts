import { ChunkPool } from './chunk-pool.ts';

/** Longest varint of a 32-bit length. */
const MAX_LENGTH_BYTES = 5;
/** From this length on a built-in copy beats a loop. */
const BULK_COPY_BYTES = 96;

const encoder = new TextEncoder();

/**
 * An append-only byte sink in chunks. Column writers in hot loops take `bytes`, `view` and `position` into locals
 * after `reserve`, and put `position` back when they are done.
 *
 * Invariants:
 * 1. `view` covers exactly `bytes`; everything before `position` is written.
 * 2. After `reserve(n)`, at least n bytes follow `position` in this chunk.
 * 3. Finished chunks are never touched again.
 */
export class ChunkWriter {
  bytes: Uint8Array;
  view: DataView;
  position = 0;
  readonly #pool: ChunkPool;
  readonly #done: Uint8Array[] = [];

  constructor(pool: ChunkPool = new ChunkPool()) {
    this.#pool = pool;
    this.bytes = pool.take(0);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `byteCount` contiguous bytes, in a new chunk when this one has less left. */
  reserve(byteCount: number): void {
    if (this.bytes.length - this.position >= byteCount) return;
    this.#close();
    this.bytes = this.#pool.take(byteCount);
    this.view = new DataView(this.bytes.buffer);
    this.position = 0;
  }

  /** The chunks in order; the writer must not be used afterwards. */
  finish(): readonly Uint8Array[] {
    this.#close();
    return this.#done;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  /** The low bytes of an integer. */
  uint(value: number, byteCount: 1 | 2 | 4): void {
    this.reserve(byteCount);
    if (byteCount === 1) this.bytes[this.position] = value;
    else if (byteCount === 2) this.view.setUint16(this.position, value, true);
    else this.view.setUint32(this.position, value, true);
    this.position += byteCount;
  }

  /** A non-negative safe integer as 8 bytes. */
  uint64(value: number): void {
    this.reserve(8);
    this.view.setUint32(this.position, value, true);
    this.view.setUint32(this.position + 4, value / 0x1_0000_0000, true);
    this.position += 8;
  }

  /** An unsigned LEB128 integer below 2^32. */
  varint(value: number): void {
    this.reserve(MAX_LENGTH_BYTES);
    this.position = putVarint(this.bytes, this.position, value);
  }

  /** Bytes as they are, over chunk borders when there are many. */
  raw(source: Uint8Array): void {
    let start = 0;
    while (start < source.length) {
      this.reserve(1);
      const room = Math.min(this.bytes.length - this.position, source.length - start);
      this.bytes.set(source.subarray(start, start + room), this.position);
      this.position += room;
      start += room;
    }
  }

  /** A String value: its length in bytes as varint, then the bytes. */
  string(utf8: Uint8Array): void {
    this.varint(utf8.length);
    this.raw(utf8);
  }

  /** A String value from text. */
  text(value: string): void {
    this.string(encoder.encode(value));
  }

  /** `source[start, end)` as a String value. */
  slice(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > BULK_COPY_BYTES) {
      this.varint(length);
      this.raw(source.subarray(start, end));
      return;
    }
    this.reserve(length + 1);
    const bytes = this.bytes;
    let position = this.position;
    bytes[position++] = length;
    for (let from = start; from < end; from++) bytes[position++] = source[from] as number;
    this.position = position;
  }

  /** `source[start, end)` as it is, `times` times in a row. */
  repeat(source: Uint8Array, start: number, end: number, times: number): void {
    const length = end - start;
    if (length === 0) return;
    let left = times;
    while (left > 0) {
      this.reserve(length);
      const { bytes, position } = this;
      const fitting = Math.min(left, Math.floor((bytes.length - position) / length));
      bytes.set(source.subarray(start, end), position);
      const total = fitting * length;
      for (let filled = length; filled < total; filled *= 2) {
        bytes.copyWithin(position + filled, position, position + Math.min(filled, total - filled));
      }
      this.position = position + total;
      left -= fitting;
    }
  }

  #close(): void {
    if (this.position > 0) this.#done.push(this.bytes.subarray(0, this.position));
  }
}

/** Writes an unsigned LEB128 integer below 2^32; returns the position after it. */
function putVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}
