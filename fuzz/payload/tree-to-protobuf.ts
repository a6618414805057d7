import { isGroup, isMessage, type TreeField, type TreeMessage } from './tree.ts';

/**
 * A tree as protobuf. Written back to front, so that a length is known when it is due. Fields are written as they
 * are: with the wire type they name, the length they claim, the superfluous bytes they want.
 */
export function treeToProtobuf(tree: TreeMessage): Uint8Array {
  const writer = new BackwardWriter();
  writer.fields(tree.fields);
  return writer.finish();
}

const FIRST_BYTES = 4096;

/** Bytes from `#start` on are written; everything is put in front of them. */
class BackwardWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #start = FIRST_BYTES;

  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, this.#start);
  }

  fields(fields: readonly TreeField[]): void {
    for (let at = fields.length - 1; at >= 0; at--) this.#field(fields[at] as TreeField);
  }

  #field(field: TreeField): void {
    const { value, number, overlong = 0 } = field;
    const before = this.#written;
    if (typeof value === 'bigint') {
      this.#number(field.wireType, value);
    } else if (isGroup(value)) {
      this.#varint((value.endNumber ?? number) * 8 + 4, 0);
      this.fields(value.group);
    } else {
      if (isMessage(value)) this.fields(value.fields);
      else this.#bytes(value);
      const length = this.#written - before;
      if (field.wireType === 2) this.#varint(Math.max(0, length + (field.lengthLie ?? 0)), overlong);
    }
    this.#varint(number * 8 + field.wireType, overlong);
  }

  get #written(): number {
    return this.#buffer.length - this.#start;
  }

  #number(wireType: number, value: bigint): void {
    if (wireType === 1) {
      this.#room(8);
      this.#start -= 8;
      this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#start);
    } else if (wireType === 5) {
      this.#room(4);
      this.#start -= 4;
      this.#buffer.writeUInt32LE(Number(BigInt.asUintN(32, value)), this.#start);
    } else {
      this.#bigVarint(BigInt.asUintN(64, value));
    }
  }

  #bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#start -= bytes.length;
    this.#buffer.set(bytes, this.#start);
  }

  #bigVarint(value: bigint): void {
    if (value < 0x10_0000_0000n) {
      this.#varint(Number(value), 0);
      return;
    }
    const bytes: number[] = [];
    for (let rest = value; ; rest >>= 7n) {
      const isLast = rest < 0x80n;
      bytes.push(Number(rest & 0x7fn) | (isLast ? 0 : 0x80));
      if (isLast) break;
    }
    this.#bytes(Uint8Array.from(bytes));
  }

  #varint(value: number, overlong: number): void {
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    const total = size + overlong;
    this.#room(total);
    this.#start -= total;
    let rest = value;
    for (let at = 0; at < total; at++) {
      this.#buffer[this.#start + at] = (rest % 0x80) | (at < total - 1 ? 0x80 : 0);
      rest = Math.floor(rest / 0x80);
    }
  }

  #room(bytes: number): void {
    if (bytes <= this.#start) return;
    const used = this.#written;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, used + bytes));
    this.#buffer.copy(grown, grown.length - used, this.#start);
    this.#start = grown.length - used;
    this.#buffer = grown;
  }
}
