/** Text columns with one value per row. */
import type { DictionaryColumn, SliceColumn, ValueColumn } from '../../../otlp/columns/types.ts';
import { NONE } from '../../../otlp/columns/types.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import {
  writeDictionary,
  writeIndexes,
  writeLowCardinalityPrefix,
} from '../../../store/native/low-cardinality.ts';
import { inPieces } from '../../../store/native/pieces.ts';
import { UsedEntries } from './dictionary-entries.ts';
import { putValue } from './put-value.ts';

const EMPTY = new Uint8Array(0);

/** Slices as String values; an absent one is the empty string. */
export function writeSlices(
  writer: ChunkWriter,
  source: Uint8Array,
  column: SliceColumn,
  rows: Uint32Array,
): void {
  inPieces(rows.length, (from, to) => putSlices(writer, source, column, rows.subarray(from, to)));
}

function putSlices(
  writer: ChunkWriter,
  source: Uint8Array,
  { starts, ends }: SliceColumn,
  rows: Uint32Array,
): void {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const start = starts[row] as number;
    if (start === NONE) writer.uint8(0);
    else writer.slice(source, start, ends[row] as number);
  }
}

/** The texts of AnyValues as String values. */
export function writeValues(
  writer: ChunkWriter,
  source: Uint8Array,
  values: ValueColumn,
  rows: Uint32Array,
): void {
  for (const row of rows) putValue(writer, source, values, row);
}

/** Dictionary entries as String values. */
export function writeEntryTexts(writer: ChunkWriter, column: DictionaryColumn, rows: Uint32Array): void {
  for (const row of rows) {
    const id = column.ids[row] as number;
    if (id === 0) writer.uint8(0);
    else writer.string(column.dictionary.bytes(id));
  }
}

/** Dictionary entries as a LowCardinality(String) column. */
export function writeEntries(writer: ChunkWriter, column: DictionaryColumn, rows: Uint32Array): void {
  writeLowCardinalityPrefix(writer);
  writeEntriesBody(writer, column, rows);
}

/** The same without its prefix, which stands before the offsets when the entries lie in arrays. */
export function writeEntriesBody(writer: ChunkWriter, column: DictionaryColumn, rows: Uint32Array): void {
  if (rows.length === 0) return;
  const entries = new UsedEntries(column.dictionary);
  const indexes = new Uint32Array(rows.length);
  inPieces(rows.length, (from, to) => useEntries(entries, column.ids, { rows, indexes, from, to }));
  writeIndexes(writer, indexes, rows.length, writeDictionary(writer, entries, rows.length));
}

interface Indexing {
  readonly rows: Uint32Array;
  readonly indexes: Uint32Array | Uint8Array;
  readonly from: number;
  readonly to: number;
}

function useEntries(entries: UsedEntries, ids: Uint32Array, { rows, indexes, from, to }: Indexing): void {
  for (let index = from; index < to; index++) {
    indexes[index] = entries.use(ids[rows[index] as number] as number);
  }
}

/** The names of small codes as a LowCardinality(String) column. */
export function writeNames(
  writer: ChunkWriter,
  names: readonly string[],
  codes: Uint8Array,
  rows: Uint32Array,
): void {
  const entries = {
    size: names.length + 1,
    writeTo: (sink: ChunkWriter) => {
      for (const name of ['', ...names]) sink.text(name);
    },
  };
  const indexes = new Uint8Array(rows.length);
  inPieces(rows.length, (from, to) => nameIndexes(codes, { rows, indexes, from, to }));
  writeLowCardinalityPrefix(writer);
  writeIndexes(writer, indexes, rows.length, writeDictionary(writer, entries, rows.length));
}

function nameIndexes(codes: Uint8Array, { rows, indexes, from, to }: Indexing): void {
  for (let index = from; index < to; index++) {
    indexes[index] = (codes[rows[index] as number] as number) + 1;
  }
}

/** The bytes of a slice; none when it is absent. */
export function sliceBytes(source: Uint8Array, { starts, ends }: SliceColumn, row: number): Uint8Array {
  const start = starts[row] as number;
  return start === NONE ? EMPTY : source.subarray(start, ends[row]);
}
