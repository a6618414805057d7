/** Columns of fixed width, gathered by row: `rows` names the source's elements in the order of the block. */
import type { ChunkWriter } from './chunk-writer.ts';
import { inPieces } from './pieces.ts';

/** 64-bit values given by their halves (low at 2i, high at 2i + 1): UInt64, Int64, Float64, DateTime64. */
export function writeWords(writer: ChunkWriter, halves: Uint32Array, rows: Uint32Array): void {
  inPieces(rows.length, (from, to) => {
    writer.reserve((to - from) * 8);
    putWords(writer, halves, rows.subarray(from, to));
  });
}

function putWords(writer: ChunkWriter, halves: Uint32Array, rows: Uint32Array): void {
  const { view } = writer;
  let { position } = writer;
  for (let index = 0; index < rows.length; index++, position += 8) {
    const row = (rows[index] as number) * 2;
    view.setUint32(position, halves[row] as number, true);
    view.setUint32(position + 4, halves[row + 1] as number, true);
  }
  writer.position = position;
}

/** Numbers as UInt32 or Int32. */
export function writeInt32s(writer: ChunkWriter, values: Uint32Array | Int32Array, rows: Uint32Array): void {
  inPieces(rows.length, (from, to) => {
    writer.reserve((to - from) * 4);
    putInt32s(writer, values, rows.subarray(from, to));
  });
}

function putInt32s(writer: ChunkWriter, values: Uint32Array | Int32Array, rows: Uint32Array): void {
  const { view } = writer;
  let { position } = writer;
  for (let index = 0; index < rows.length; index++, position += 4) {
    view.setUint32(position, values[rows[index] as number] as number, true);
  }
  writer.position = position;
}

/** The low eight bits of numbers, as UInt8. */
export function writeUint8s(writer: ChunkWriter, values: Uint8Array | Uint32Array, rows: Uint32Array): void {
  inPieces(rows.length, (from, to) => {
    writer.reserve(to - from);
    putUint8s(writer, values, rows.subarray(from, to));
  });
}

function putUint8s(writer: ChunkWriter, values: Uint8Array | Uint32Array, rows: Uint32Array): void {
  const { bytes } = writer;
  let { position } = writer;
  for (let index = 0; index < rows.length; index++) {
    bytes[position++] = values[rows[index] as number] as number;
  }
  writer.position = position;
}

/** Array ends: UInt64 running totals of what each row owns, `offsets[row]` ≤ e < `offsets[row + 1]`. */
export function writeEnds(writer: ChunkWriter, offsets: Uint32Array, rows: Uint32Array): void {
  let end = 0;
  inPieces(rows.length, (from, to) => {
    writer.reserve((to - from) * 8);
    end = putEnds(writer, offsets, { rows: rows.subarray(from, to), end });
  });
}

/** Returns the total after the last row. */
function putEnds(
  writer: ChunkWriter,
  offsets: Uint32Array,
  { rows, end }: { readonly rows: Uint32Array; readonly end: number },
): number {
  const { view } = writer;
  let { position } = writer;
  let total = end;
  for (let index = 0; index < rows.length; index++, position += 8) {
    const row = rows[index] as number;
    total += (offsets[row + 1] as number) - (offsets[row] as number);
    view.setUint32(position, total, true);
    view.setUint32(position + 4, 0, true);
  }
  writer.position = position;
  return total;
}
