/** Columns of fixed width, gathered by row: `rows` names the source's elements in the order of the block. */
import type { ChunkWriter } from './chunk-writer.ts';

/** Writes elements `from` ≤ i < `to` of the column at `position`. */
type RangeWriter = (position: number, from: number, to: number) => void;

/** Splits `count` elements of `width` bytes into ranges that fit the chunks. */
function inChunks(writer: ChunkWriter, count: number, width: number, write: RangeWriter): void {
  let from = 0;
  while (from < count) {
    writer.reserve(width);
    const room = Math.floor((writer.bytes.length - writer.position) / width);
    const to = Math.min(count, from + room);
    write(writer.position, from, to);
    writer.position += (to - from) * width;
    from = to;
  }
}

/** 64-bit values given by their halves (low at 2i, high at 2i + 1): UInt64, Int64, Float64, DateTime64. */
export function writeWords(writer: ChunkWriter, halves: Uint32Array, rows: Uint32Array): void {
  inChunks(writer, rows.length, 8, (start, from, to) => {
    const { view } = writer;
    for (let index = from, position = start; index < to; index++, position += 8) {
      const row = (rows[index] as number) * 2;
      view.setUint32(position, halves[row] as number, true);
      view.setUint32(position + 4, halves[row + 1] as number, true);
    }
  });
}

/** Numbers as UInt32 or Int32. */
export function writeInt32s(writer: ChunkWriter, values: Uint32Array | Int32Array, rows: Uint32Array): void {
  inChunks(writer, rows.length, 4, (start, from, to) => {
    const { view } = writer;
    for (let index = from, position = start; index < to; index++, position += 4) {
      view.setUint32(position, values[rows[index] as number] as number, true);
    }
  });
}

/** The low eight bits of numbers, as UInt8. */
export function writeUint8s(writer: ChunkWriter, values: Uint8Array | Uint32Array, rows: Uint32Array): void {
  inChunks(writer, rows.length, 1, (start, from, to) => {
    const { bytes } = writer;
    for (let index = from, position = start; index < to; index++, position++) {
      bytes[position] = values[rows[index] as number] as number;
    }
  });
}

/** Array ends: UInt64 running totals of what each row owns, `offsets[row]` ≤ e < `offsets[row + 1]`. */
export function writeEnds(writer: ChunkWriter, offsets: Uint32Array, rows: Uint32Array): void {
  let end = 0;
  inChunks(writer, rows.length, 8, (start, from, to) => {
    const { view } = writer;
    for (let index = from, position = start; index < to; index++, position += 8) {
      const row = rows[index] as number;
      end += (offsets[row + 1] as number) - (offsets[row] as number);
      view.setUint32(position, end, true);
      view.setUint32(position + 4, 0, true);
    }
  });
}
