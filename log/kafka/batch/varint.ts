/** Zigzag varints of up to 53 bits, as records have them. */

/** A position in bytes that moves as they are read. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** Bytes of the zigzag varint of a non-negative number, or of -1. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value < 0 ? 1 : value * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Writes a non-negative number, or -1; returns where it ends. */
export function writeVarint(target: Buffer, at: number, value: number): number {
  let rest = value < 0 ? 1 : value * 2;
  while (rest >= 128) {
    target[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  target[at++] = rest;
  return at;
}

/** Reads a zigzag varint; throws a `RangeError` when the bytes end within it or it is longer than a safe integer. */
export function readVarint(cursor: Cursor): number {
  const { bytes } = cursor;
  let raw = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[cursor.at++];
    if (byte === undefined || scale > 2 ** 56) throw new RangeError('Cannot read a varint beyond its bytes');
    raw += (byte & 127) * scale;
    if (byte < 128) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }
}
