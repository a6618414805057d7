import { grow } from './grow.ts';

const INITIAL = 64;

/** 64-bit words by index: copied as they lie on the wire, without a bigint in between. */
export class WordsBuilder {
  values = new BigUint64Array(INITIAL);
  #halves = new Uint32Array(this.values.buffer);
  #doubles = new Float64Array(this.values.buffer);

  /** The words' bits as doubles. */
  get doubles(): Float64Array {
    return this.#doubles;
  }

  /** Makes `index` writable. */
  ensure(index: number): void {
    if (index < this.values.length) return;
    this.values = grow(this.values, index + 1);
    this.#halves = new Uint32Array(this.values.buffer);
    this.#doubles = new Float64Array(this.values.buffer);
  }

  /** Takes the eight bytes at `position` (fixed64 or double, little-endian like the machine). */
  copy(index: number, view: DataView, position: number): void {
    this.#halves[index * 2] = view.getUint32(position, true);
    this.#halves[index * 2 + 1] = view.getUint32(position + 4, true);
  }

  /** Takes the uint64 whose varint is `bytes[start, end)`. */
  setVarint(index: number, bytes: Uint8Array, start: number, end: number): void {
    let low = 0;
    let high = 0;
    for (let at = start, shift = 0; at < end; at++, shift += 7) {
      const part = (bytes[at] as number) & 0x7f;
      if (shift < 32) low |= part << shift;
      if (shift === 28) high |= part >>> 4;
      else if (shift > 28) high |= part << (shift - 32);
    }
    this.#halves[index * 2] = low;
    this.#halves[index * 2 + 1] = high;
  }

  /** Takes the signed 64-bit integer at `position` as a double, rounded beyond 2^53. */
  setDoubleOfInteger(index: number, view: DataView, position: number): void {
    this.#doubles[index] = view.getInt32(position + 4, true) * 0x1_0000_0000 + view.getUint32(position, true);
  }

  /** Makes `index` writable, 0 so far. */
  open(index: number): void {
    this.ensure(index);
    this.#halves[index * 2] = 0;
    this.#halves[index * 2 + 1] = 0;
  }
}
