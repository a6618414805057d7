import { freeBytes } from '../../runtime/free-bytes.ts';

/** A body up to this size whose length is known is put together without copying it again. */
const FIRST_ANNOUNCED_BYTES = 1024 * 1024;
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

  /** Adds a piece, of which nothing is kept. */
  append(piece: Buffer): void {
    this.#room(this.#size + piece.length).set(piece, this.#size);
    this.#size += piece.length;
  }

  /** The whole body, until it is released; nothing is appended after it. */
  finish(): Buffer {
    return this.#buffer?.subarray(0, this.#size) ?? Buffer.alloc(0);
  }

  /** Nobody looks at the body any more, and nothing is appended. */
  release(): void {
    if (this.#buffer !== undefined) freeBytes(this.#buffer);
    this.#buffer = undefined;
  }

  #room(needed: number): Buffer {
    const buffer = this.#buffer;
    if (buffer !== undefined && needed <= buffer.length) return buffer;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#nextSize(buffer?.length ?? 0)));
    buffer?.copy(grown, 0, 0, this.#size);
    this.release();
    this.#buffer = grown;
    return grown;
  }

  /** What was announced but did not come yet must not take room. */
  #nextSize(size: number): number {
    if (this.#announcedBytes === undefined) return Math.max(FIRST_BYTES, size * 2);
    return Math.min(this.#announcedBytes, Math.max(FIRST_ANNOUNCED_BYTES, size * 4));
  }
}
