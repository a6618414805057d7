import { RequestTooLargeError } from '../errors.ts';
import { varintSize } from './varint-size.ts';
import { WIRE_TYPE } from './wire-type.ts';

/** Options of a {@link WireWriter}. */
export interface WireWriterOptions {
  /** Bytes to start with. @default 256 */
  readonly initialBytes?: number;
  /** Most bytes it may hold; beyond it writing throws {@link RequestTooLargeError}. @default 2^31 - 1 */
  readonly maxBytes?: number;
}

/** Scalars reserve their longest form before they are written, so room for one is needed beyond the limit. */
const SLACK_BYTES = 16;

/** Writes protobuf front to back into one growing buffer. */
export class WireWriter {
  readonly #maxBytes: number;
  #buffer: Buffer;
  #size = 0;

  constructor({ initialBytes = 256, maxBytes = 2 ** 31 - 1 }: WireWriterOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(16, Math.min(initialBytes, maxBytes)));
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  /** What was written; a view that later writes may invalidate. */
  finish(): Uint8Array {
    if (this.#size > this.#maxBytes) throw new RequestTooLargeError(this.#maxBytes);
    return this.#buffer.subarray(0, this.#size);
  }

  tag(number: number, wireType: number): void {
    this.varint(number * 8 + wireType);
  }

  /** An unsigned integer below 2^53. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#size++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#size++] = rest;
  }

  /** 64 bits in two halves, each 0 … 2^32 - 1. */
  varint64(high: number, low: number): void {
    this.#reserve(10);
    let upper = high;
    let lower = low;
    while (upper > 0 || lower > 0x7f) {
      this.#buffer[this.#size++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.#buffer[this.#size++] = lower;
  }

  /** 32 bits, 0 … 2^32 - 1. */
  fixed32(value: number): void {
    this.#reserve(4);
    this.#size = this.#buffer.writeUInt32LE(value, this.#size);
  }

  /** 64 bits in two halves, each 0 … 2^32 - 1. */
  fixed64(high: number, low: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#size = this.#buffer.writeDoubleLE(value, this.#size);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#size++] = value;
  }

  /** Bytes as they are, `source[start, end)`. */
  raw(source: Uint8Array, start = 0, end = source.length): void {
    const length = end - start;
    this.#reserve(length);
    if (length < 24) {
      for (let i = start; i < end; i++) this.#buffer[this.#size++] = source[i] as number;
    } else {
      this.#buffer.set(source.subarray(start, end), this.#size);
      this.#size += length;
    }
  }

  /** A length-delimited field. */
  bytes(number: number, value: Uint8Array): void {
    this.tag(number, WIRE_TYPE.length);
    this.varint(value.length);
    this.raw(value);
  }

  /** A string field; lone surrogates become U+FFFD. */
  string(number: number, value: string): void {
    this.bytes(number, Buffer.from(value, 'utf8'));
  }

  /** Starts a length-delimited payload after its tag; hand the mark to {@link end}. */
  begin(): number {
    this.#reserve(1);
    return this.#size++;
  }

  /** Ends the payload begun at `mark`: its length goes in front, the payload moves when that needs more bytes. */
  end(mark: number): void {
    const length = this.#size - mark - 1;
    const extra = varintSize(length) - 1;
    this.#reserve(extra + SLACK_BYTES / 2);
    if (extra > 0) {
      this.#buffer.copyWithin(mark + 1 + extra, mark + 1, this.#size);
    }
    const finalSize = this.#size + extra;
    this.#size = mark;
    this.varint(length);
    this.#size = finalSize;
  }

  #reserve(count: number): void {
    const needed = this.#size + count;
    if (needed <= this.#buffer.length) return;
    const ceiling = this.#maxBytes + SLACK_BYTES;
    if (needed > ceiling) throw new RequestTooLargeError(this.#maxBytes);
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.#buffer.length * 2), ceiling));
    this.#buffer.copy(grown, 0, 0, this.#size);
    this.#buffer = grown;
  }
}
