import type { ChunkWriter } from './chunk-writer.ts';

/** Byte → its two hex digits, as they lie in memory (little-endian pair). */
const DIGITS = new Uint16Array(256);
for (let byte = 0; byte < DIGITS.length; byte++) {
  const text = byte.toString(16).padStart(2, '0');
  DIGITS[byte] = text.charCodeAt(0) | (text.charCodeAt(1) << 8);
}

/** The ids of a column: bytes of `source` from `starts[row]` on, `absent` for none. */
export interface HexColumn {
  readonly source: Uint8Array;
  readonly starts: Uint32Array;
  readonly absent: number;
  /** Length of an id in bytes, at most 63. */
  readonly byteCount: number;
}

/** Ids as String values in lower-case hex; an absent one is the empty string. */
export function writeHex(writer: ChunkWriter, column: HexColumn, rows: Uint32Array): void {
  const { source, starts, absent, byteCount } = column;
  const width = byteCount * 2 + 1;
  let { bytes, view, position } = writer;
  for (const row of rows) {
    if (bytes.length - position < width) {
      writer.position = position;
      writer.reserve(width);
      ({ bytes, view, position } = writer);
    }
    const start = starts[row] as number;
    if (start === absent) {
      bytes[position++] = 0;
      continue;
    }
    bytes[position++] = byteCount * 2;
    for (let at = start; at < start + byteCount; at++, position += 2) {
      view.setUint16(position, DIGITS[source[at] as number] as number, true);
    }
  }
  writer.position = position;
}
