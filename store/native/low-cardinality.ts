/**
 * LowCardinality(String) in a Native block:
 *
 *   prefix: UInt64 version = 1                       (once per column, before everything else of the column)
 *   body:   UInt64 flags | index width               (0 = UInt8, 1 = UInt16, 2 = UInt32)
 *           UInt64 entries, entries × String         (entry 0 is the empty string)
 *           UInt64 rows, rows × index
 *
 * A column without values has no body.
 */
import type { ChunkWriter } from './chunk-writer.ts';
import { inPieces } from './pieces.ts';

const VERSION = 1;
/** HasAdditionalKeys | NeedUpdateDictionary: the block carries its whole dictionary. */
const FLAGS = 0x600;

/** Bytes per index: 1, 2 or 4. */
export type IndexBytes = 1 | 2 | 4;

/** Writes the state prefix of a LowCardinality column. */
export function writeLowCardinalityPrefix(writer: ChunkWriter): void {
  writer.uint64(VERSION);
}

/** Writes everything of the body but the indexes; returns the width in which they must follow. */
export function writeDictionary(writer: ChunkWriter, entries: EntryWriter, rows: number): IndexBytes {
  const width = entries.size <= 0x100 ? 1 : entries.size <= 0x1_0000 ? 2 : 4;
  writer.uint64(FLAGS | (width >> 1));
  writer.uint64(entries.size);
  entries.writeTo(writer);
  writer.uint64(rows);
  return width;
}

/** The distinct values of a LowCardinality column; the first is the empty string. */
export interface EntryWriter {
  readonly size: number;
  /** Writes each entry as a String value, in order. */
  writeTo(writer: ChunkWriter): void;
}

/** Writes `count` indexes of the given width, taken from `indexes` from its start. */
export function writeIndexes(
  writer: ChunkWriter,
  indexes: ArrayLike<number>,
  count: number,
  width: IndexBytes,
): void {
  inPieces(count, (from, to) => {
    writer.reserve((to - from) * width);
    putIndexes(writer, indexes, { from, to, width });
  });
}

function putIndexes(
  writer: ChunkWriter,
  indexes: ArrayLike<number>,
  { from, to, width }: { readonly from: number; readonly to: number; readonly width: IndexBytes },
): void {
  const { bytes, view } = writer;
  let { position } = writer;
  for (let at = from; at < to; at++, position += width) {
    const index = indexes[at] as number;
    if (width === 1) bytes[position] = index;
    else if (width === 2) view.setUint16(position, index, true);
    else view.setUint32(position, index, true);
  }
  writer.position = position;
}
