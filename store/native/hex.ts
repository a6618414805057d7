import type { ChunkWriter } from './chunk-writer.ts';
import { inPieces } from './pieces.ts';

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
  const width = column.byteCount * 2 + 1;
  inPieces(rows.length, (from, to) => {
    writer.reserve((to - from) * width);
    putHex(writer, column, rows.subarray(from, to));
  });
}

function putHex(writer: ChunkWriter, column: HexColumn, rows: Uint32Array): void {
  const { source, starts, absent, byteCount } = column;
  const { bytes, view } = writer;
  let { position } = writer;
  for (let index = 0; index < rows.length; index++) {
    const start = starts[rows[index] as number] as number;
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
