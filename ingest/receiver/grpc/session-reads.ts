import type { ServerHttp2Stream } from 'node:http2';
import { freeBytes } from '../../../runtime/free-bytes.ts';

/**
 * Frees what a connection has read. Node reads a connection into one piece of memory after the other, and the data of
 * its streams are views of them, so a piece can go when the next one has begun and no stream has anything left to give.
 */
export class SessionReads {
  readonly #streams = new Set<ServerHttp2Stream>();
  /** An older one that comes late must not free a newer one. */
  readonly #seen = new WeakSet<ArrayBufferLike>();
  #memory: ArrayBufferLike | undefined;

  /** Watches a stream from its start to its end. */
  add(stream: ServerHttp2Stream): void {
    this.#streams.add(stream);
    stream.on('close', () => this.#streams.delete(stream));
  }

  /** To be told of all data of every stream, before they are looked at; not kept by anyone longer than that. */
  arrived({ buffer }: Uint8Array): void {
    if (this.#seen.has(buffer)) return;
    this.#seen.add(buffer);
    if (this.#memory !== undefined && this.#isRead()) freeBytes(new Uint8Array(this.#memory));
    this.#memory = buffer;
  }

  #isRead(): boolean {
    for (const { readableLength } of this.#streams) if (readableLength > 0) return false;
    return true;
  }
}
