import type { TableBlock } from '../../../ingest/writer/blocks.ts';
import { describeNative, type EngineRow, readNative } from '../../store/native/read-native.ts';

/**
 * How to select a column so that JSON shows all of it: times as nanoseconds, maps as pairs in their stored order.
 */
function expressionOf({ name, type }: { readonly name: string; readonly type: string }): string {
  const column = `\`${name}\``;
  const pairs = (map: string) => `arrayZip(mapKeys(${map}), mapValues(${map}))`;
  if (type === 'DateTime64(9)') return `reinterpretAsInt64(${column}) AS ${column}`;
  if (type === 'Array(DateTime64(9))') return `arrayMap(t -> reinterpretAsInt64(t), ${column}) AS ${column}`;
  if (type.startsWith('Map(')) return `${pairs(column)} AS ${column}`;
  if (type.startsWith('Array(Map(')) return `arrayMap(m -> ${pairs('m')}, ${column}) AS ${column}`;
  return column;
}

/** The rows of a block as ClickHouse reads them; 64-bit integers are strings. */
export function blockRows(block: TableBlock): EngineRow[] {
  const columns = describeNative(block.chunks);
  return readNative(block.chunks, `SELECT ${columns.map(expressionOf).join(', ')}`);
}
