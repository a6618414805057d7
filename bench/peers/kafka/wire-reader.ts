/** Takes a Kafka answer apart, field by field; throws a RangeError past its end. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  /** A signed varint in zigzag form, as records have them; at most 32 bits. */
  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#take(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  text(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.slice(length).toString();
  }

  /** Bytes with a length of 32 bits; none when it is negative. */
  bytes(): Buffer {
    return this.slice(Math.max(0, this.int32()));
  }

  /** Bytes with a varint length; `null` when it is negative. */
  varintBytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.slice(length);
  }

  slice(length: number): Buffer {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length)
      throw new RangeError(`Cannot read ${length} bytes at ${from}: there are ${this.#bytes.length}`);
    this.#at += length;
    return from;
  }
}
