const FIRST_BYTES = 64 * 1024;

/**
 * Puts a body together by copying: keeping the pieces instead would let a sender of one-byte pieces hold a hundred
 * times its bytes in bookkeeping.
 */
export class BodyBuffer {
  readonly #announcedBytes: number | undefined;
  #buffer: Buffer | undefined;
  #size = 0;

  /** `announcedBytes`: the length it will have, when that is known. */
  constructor(announcedBytes: number | undefined) {
    this.#announcedBytes = announcedBytes;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Adds a piece. */
  append(piece: Buffer): void {
    if (this.#size === 0 && piece.length === this.#announcedBytes) {
      this.#buffer = piece;
    } else {
      this.#room(this.#size + piece.length).set(piece, this.#size);
    }
    this.#size += piece.length;
  }

  /** The whole body; a view, nothing is appended after it. */
  finish(): Buffer {
    return this.#buffer?.subarray(0, this.#size) ?? Buffer.alloc(0);
  }

  #room(needed: number): Buffer {
    const buffer = this.#buffer;
    if (buffer !== undefined && needed <= buffer.length) return buffer;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(needed, this.#announcedBytes ?? Math.max(FIRST_BYTES, (buffer?.length ?? 0) * 2)),
    );
    buffer?.copy(grown, 0, 0, this.#size);
    this.#buffer = grown;
    return grown;
  }
}
