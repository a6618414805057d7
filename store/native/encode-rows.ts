import { writeBlockHeader, writeColumnHeader } from './block-header.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { parseColumnType } from './column-type.ts';
import { writeValues, writeValuesPrefix } from './values.ts';

/** A column of the block: name and ClickHouse type. */
export interface RowColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Rows as one Native block (revision 0), in chunks to be sent in order; no rows give no chunks. Meant for small
 * tables: telemetry has its own encoder.
 *
 * Values: String and LowCardinality(String) take strings, String also bytes; integers take numbers or bigints; Bool
 * takes booleans; DateTime takes a Date or whole seconds; DateTime64(p) takes a Date or ticks of 10^-p s; Nullable takes null too;
 * Array takes arrays; Map(LowCardinality(String), String) takes a plain object, stored with sorted keys.
 * Throws `TypeError` or `RangeError` naming the column when a value does not fit, `SyntaxError` for an unknown type.
 */
export function encodeRows(
  columns: readonly RowColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Uint8Array[] {
  if (rows.length === 0) return [];
  const writer = new ChunkWriter();
  writeBlockHeader(writer, columns.length, rows.length);
  for (const column of columns) {
    const type = parseColumnType(column.type);
    const values = rows.map((row) => row[column.name]);
    writeColumnHeader(writer, column);
    writeValuesPrefix(writer, type);
    writeValues(writer, type, values, column.name);
  }
  return [...writer.finish()];
}
