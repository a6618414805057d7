/** Usual size of an output chunk: large enough to amortise its bookkeeping, small enough to stream. */
const CHUNK_BYTES = 1 << 20;

/** Chunks kept for the next block; beyond this they go back to the allocator. */
const MAX_KEPT = 64;

/** Output chunks for {@link ChunkWriter}, used again once their block is stored. */
export class ChunkPool {
  readonly #free: Uint8Array[] = [];

  /** A chunk of at least `minBytes`; its content is undefined. */
  take(minBytes: number): Uint8Array {
    if (minBytes > CHUNK_BYTES) return new Uint8Array(minBytes);
    return this.#free.pop() ?? new Uint8Array(CHUNK_BYTES);
  }

  /** Takes back the chunks of a finished block. Nobody may read them afterwards. */
  give(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      const whole = chunk.byteOffset === 0 && chunk.buffer.byteLength === CHUNK_BYTES;
      if (whole && this.#free.length < MAX_KEPT) this.#free.push(new Uint8Array(chunk.buffer));
    }
  }
}
