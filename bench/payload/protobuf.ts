/**
 * A tiny protobuf writer for payloads and tests: a message is the concatenation of its fields, a field that is
 * absent is left out. Nothing here is meant to be fast.
 */

/** One encoded field, or several; `undefined` for none. */
export type Part = Uint8Array | undefined;

/** A message made of its fields. */
export function message(...parts: readonly Part[]): Uint8Array {
  return Buffer.concat(parts.filter((part) => part !== undefined));
}

function key(field: number, wireType: number): Uint8Array {
  return varintBytes((BigInt(field) << 3n) | BigInt(wireType));
}

/** An unsigned LEB128 integer; negative ones take ten bytes, as protobuf's int64 does. */
export function varintBytes(value: bigint | number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A length-delimited field: text, bytes or a message. */
export function bytesField(field: number, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([key(field, 2), varintBytes(bytes.length), bytes]);
}

/** A varint field: int32, int64, uint32, uint64, bool, enum. */
export function varintField(field: number, value: bigint | number | boolean): Uint8Array {
  return Buffer.concat([key(field, 0), varintBytes(BigInt(value))]);
}

/** A zigzag varint field: sint32. */
export function zigzagField(field: number, value: number): Uint8Array {
  return varintField(field, value < 0 ? -2 * value - 1 : 2 * value);
}

/** A fixed64 or sfixed64 field. */
export function fixed64Field(field: number, value: bigint | number): Uint8Array {
  return Buffer.concat([key(field, 1), fixed64(value)]);
}

/** Eight bytes, little-endian. */
export function fixed64(value: bigint | number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

/** A double field. */
export function doubleField(field: number, value: number): Uint8Array {
  return Buffer.concat([key(field, 1), double(value)]);
}

/** Eight bytes of a double, little-endian. */
export function double(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** A fixed32 field. */
export function fixed32Field(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([key(field, 5), bytes]);
}
