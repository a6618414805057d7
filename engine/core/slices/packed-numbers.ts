/** Numbers of one width, one after the other in memory: whole ones that are not negative in 1, 2 or 4 bytes, others in 8. */

/** Bytes by code. */
export const WIDTHS = [0, 1, 2, 4, 8] as const;

/** The code of the least width that holds a number; 0 for 0. */
export function widthOf(value: number): number {
  if (value === 0) return 0;
  if (value >>> 0 !== value) return 4;
  return value < 0x100 ? 1 : value < 0x1_0000 ? 2 : 3;
}

/** A look at numbers in memory that others hold; with a width of 0 all of them are 0. */
export class PackedNumbers {
  readonly #memory: DataView;
  readonly #start: number;
  readonly #width: number;

  constructor(memory: DataView, place: { readonly start: number; readonly width: number }) {
    this.#memory = memory;
    this.#start = place.start;
    this.#width = place.width;
  }

  get(index: number): number {
    const at = this.#start + index * this.#width;
    switch (this.#width) {
      case 1:
        return this.#memory.getUint8(at);
      case 2:
        return this.#memory.getUint16(at, true);
      case 4:
        return this.#memory.getUint32(at, true);
      case 8:
        return this.#memory.getFloat64(at, true);
      default:
        return 0;
    }
  }

  /** The width must hold the number. */
  set(index: number, value: number): void {
    const at = this.#start + index * this.#width;
    if (this.#width === 1) this.#memory.setUint8(at, value);
    else if (this.#width === 2) this.#memory.setUint16(at, value, true);
    else if (this.#width === 4) this.#memory.setUint32(at, value, true);
    else if (this.#width === 8) this.#memory.setFloat64(at, value, true);
  }

  /** Of the numbers [from, to). */
  sum(from: number, to: number): number {
    const memory = this.#memory;
    const width = this.#width;
    const end = this.#start + to * width;
    let at = this.#start + from * width;
    let sum = 0;
    if (width === 1) for (; at < end; at += 1) sum += memory.getUint8(at);
    else if (width === 2) for (; at < end; at += 2) sum += memory.getUint16(at, true);
    else if (width === 4) for (; at < end; at += 4) sum += memory.getUint32(at, true);
    else if (width === 8) for (; at < end; at += 8) sum += memory.getFloat64(at, true);
    return sum;
  }
}
