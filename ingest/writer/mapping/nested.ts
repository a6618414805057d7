/** Nested columns: arrays of what a row owns, each field a column of its own. */
import type { AttributesColumn, DictionaryColumn, SliceColumn } from '../../../otlp/columns/types.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import { writeEnds, writeWords } from '../../../store/native/fixed.ts';
import { type HexColumn, writeHex } from '../../../store/native/hex.ts';
import { writeLowCardinalityPrefix } from '../../../store/native/low-cardinality.ts';
import { writeAttributesBody } from './attributes.ts';
import { writeEntriesBody, writeSlices } from './text.ts';

/** The children of a block's rows: row i owns those at `offsets[i]` ≤ c < `offsets[i + 1]` of the batch. */
export interface Children {
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  /** The children of all rows in order, as indexes of the batch. */
  readonly all: Uint32Array;
}

/** Gathers the children of the rows. */
export function childrenOf(offsets: Uint32Array, rows: Uint32Array): Children {
  let total = 0;
  for (const row of rows) total += (offsets[row + 1] as number) - (offsets[row] as number);
  const all = new Uint32Array(total);
  if (total === 0) return { offsets, rows, all };
  let filled = 0;
  for (const row of rows) {
    const until = offsets[row + 1] as number;
    for (let child = offsets[row] as number; child < until; child++) all[filled++] = child;
  }
  return { offsets, rows, all };
}

/** Array of 64-bit values given by their halves. */
export function writeWordArrays(writer: ChunkWriter, halves: Uint32Array, children: Children): void {
  writeEnds(writer, children.offsets, children.rows);
  writeWords(writer, halves, children.all);
}

/** Array(String) of ids in hex. */
export function writeHexArrays(writer: ChunkWriter, column: HexColumn, children: Children): void {
  writeEnds(writer, children.offsets, children.rows);
  writeHex(writer, column, children.all);
}

/** Array(String) of slices. */
export function writeSliceArrays(
  writer: ChunkWriter,
  source: Uint8Array,
  column: SliceColumn,
  children: Children,
): void {
  writeEnds(writer, children.offsets, children.rows);
  writeSlices(writer, source, column, children.all);
}

/** Array(LowCardinality(String)) of dictionary entries. */
export function writeEntryArrays(writer: ChunkWriter, column: DictionaryColumn, children: Children): void {
  writeLowCardinalityPrefix(writer);
  writeEnds(writer, children.offsets, children.rows);
  writeEntriesBody(writer, column, children.all);
}

/** Array(Map(LowCardinality(String), String)) of attributes. */
export function writeAttributeArrays(
  writer: ChunkWriter,
  source: Uint8Array,
  column: AttributesColumn,
  children: Children,
): void {
  writeLowCardinalityPrefix(writer);
  writeEnds(writer, children.offsets, children.rows);
  writeAttributesBody(writer, source, column, children.all);
}
