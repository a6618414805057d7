/** A hand-made protobuf encoder, independent of the product's: whole fields as byte strings, put together by `concat`. */

export function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const more = rest >= 128n;
    bytes.push(Number(rest & 127n) | (more ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

export const concat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
export const tag = (number: number, wireType: number): Buffer => varint(number * 8 + wireType);
export const number = (field: number, value: bigint | number): Buffer => concat(tag(field, 0), varint(value));
export const bytes = (field: number, value: Uint8Array): Buffer =>
  concat(tag(field, 2), varint(value.length), value);
export const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));
export const message = (field: number, ...parts: readonly Uint8Array[]): Buffer =>
  bytes(field, concat(...parts));

export function fixed64(field: number, value: bigint | number): Buffer {
  return concat(tag(field, 1), fixed64Payload(value));
}

export function fixed64Payload(value: bigint | number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return payload;
}

export function doublePayload(value: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeDoubleLE(value);
  return payload;
}

export const double = (field: number, value: number): Buffer => concat(tag(field, 1), doublePayload(value));

export function fixed32(field: number, value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32LE(value >>> 0);
  return concat(tag(field, 5), payload);
}
