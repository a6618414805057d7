/**
 * A Native block of revision 0, which inserts over HTTP use:
 *
 *   varint columns, varint rows
 *   per column: String name, String type, and when rows > 0: [state prefix] data
 */
import type { ChunkWriter } from './chunk-writer.ts';

/** Starts a block; exactly `columns` columns of `rows` rows must follow. */
export function writeBlockHeader(writer: ChunkWriter, columns: number, rows: number): void {
  writer.varint(columns);
  writer.varint(rows);
}

/** Starts a column; its data must follow. */
export function writeColumnHeader(
  writer: ChunkWriter,
  column: { readonly name: string; readonly type: string },
): void {
  writer.text(column.name);
  writer.text(column.type);
}
