import type { ChunkWriter } from './chunk-writer.ts';
import { inPieces } from './pieces.ts';

/** The ids of a column. */
export interface HexColumn {
  /** Id i is the words from `i * wordCount` on, little-endian; one of zeros is absent. */
  readonly words: Int32Array;
  /** At most 15. */
  readonly wordCount: number;
}

/** Ids as String values in lower-case hex; an absent one is the empty string. */
export function writeHex(writer: ChunkWriter, column: HexColumn, rows: Uint32Array): void {
  const width = column.wordCount * 8 + 1;
  inPieces(rows.length, (from, to) => {
    writer.reserve((to - from) * width);
    putHex(writer, column, rows.subarray(from, to));
  });
}

function putHex(writer: ChunkWriter, { words, wordCount }: HexColumn, rows: Uint32Array): void {
  const { bytes, view } = writer;
  let { position } = writer;
  for (let index = 0; index < rows.length; index++) {
    const first = (rows[index] as number) * wordCount;
    let all = 0;
    for (let at = first; at < first + wordCount; at++) all |= words[at] as number;
    if (all === 0) {
      bytes[position++] = 0;
      continue;
    }
    bytes[position++] = wordCount * 8;
    for (let at = first; at < first + wordCount; at++, position += 8) {
      const word = words[at] as number;
      view.setInt32(position, digits(word & 0xffff), true);
      view.setInt32(position + 4, digits(word >>> 16), true);
    }
  }
  writer.position = position;
}

/** Two bytes, little-endian, as their four hex digits in the order of memory. All four at once, within one word. */
function digits(two: number): number {
  const high = (two >>> 4) & 0x0f0f;
  const low = two & 0x0f0f;
  const nibbles = ((high | (high << 8)) & 0x00ff00ff) | (((low | (low << 8)) & 0x00ff00ff) << 8);
  const isLetter = ((nibbles + 0x06060606) >>> 4) & 0x01010101;
  // '0' is 0x30; 'a' follows '9' after 39 others.
  return nibbles + 0x30303030 + isLetter * 39;
}
