/**
 * Zero bytes after each request, and after the content: more than a reader can look ahead before it checks where it
 * is, so nobody reads his neighbour's bytes.
 */
const PADDING = 64;

/**
 * The bytes of a batch: all its requests one after the other, then text made while decoding. Offsets into it stay
 * valid when it grows; `bytes` and `view` do not.
 */
export class Arena {
  bytes = new Uint8Array(PADDING);
  view = new DataView(this.bytes.buffer);
  #length = 0;

  /** Replaces the content by the requests' bytes; returns where each starts. */
  load(requests: readonly Uint8Array[]): readonly number[] {
    const total = requests.reduce((sum, { length }) => sum + length + PADDING, 0);
    if (total > 0x7fff_ffff) {
      throw new RangeError(`Cannot decode as one batch of at most 2 GiB: current value is ${total}`);
    }
    this.#length = 0;
    this.#makeRoom(total);
    return requests.map((request) => this.append(request));
  }

  /** Appends bytes; returns where they start. */
  append(content: Uint8Array): number {
    this.#makeRoom(content.length + PADDING);
    const start = this.#length;
    const end = start + content.length;
    this.bytes.set(content, start);
    this.bytes.fill(0, end, end + PADDING);
    this.#length = end + PADDING;
    return start;
  }

  #makeRoom(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.ceil(this.#length * 1.5)));
    grown.set(this.bytes.subarray(0, this.#length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
