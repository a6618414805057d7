import type { BatchBase } from '../../../otlp/columns/types.ts';
import type { TableColumn } from '../../../schemas/tables.ts';
import { writeBlockHeader, writeColumnHeader } from '../../../store/native/block-header.ts';
import type { ChunkPool } from '../../../store/native/chunk-pool.ts';
import { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import {
  writeInheritedAttributes,
  writeInheritedDictionary,
  writeInheritedLowCardinality,
} from './inherited.ts';
import { liftRuns, type Runs } from './runs.ts';
import type { DayRows } from './select-rows.ts';
import type { TableBlock } from './types.ts';

/** Writes one column of a block; exactly the block's rows. */
export type ColumnWriter = () => void;

/** A column's writer by its name. */
export type ColumnWriters = Readonly<Record<string, ColumnWriter>>;

/** A table with the columns its blocks carry. */
export interface BlockTable {
  readonly name: string;
  readonly columns: readonly TableColumn[];
}

/** Builds the column writers of a block on its output. */
export type WritersOf = (writer: ChunkWriter) => ColumnWriters;

/** One block of the table; `writersOf` must name a writer for each of its columns. */
export function writeBlock(
  table: BlockTable,
  { day, rows }: DayRows,
  pool: ChunkPool,
  writersOf: WritersOf,
): TableBlock {
  const writer = new ChunkWriter(pool);
  const writers = writersOf(writer);
  writeBlockHeader(writer, table.columns.length, rows.length);
  for (const column of table.columns) {
    const write = writers[column.name];
    if (write === undefined) throw new TypeError(`Cannot write column of ${table.name}: ${column.name}`);
    writeColumnHeader(writer, column);
    write();
  }
  const columns = table.columns.map((column) => column.name);
  return { table: table.name, day, rows: rows.length, columns, chunks: withoutSlack(writer.finish(), pool) };
}

/** A batch may span hundreds of days: blocks of a few rows must not hold a whole chunk each. */
function withoutSlack(chunks: readonly Uint8Array[], pool: ChunkPool): readonly Uint8Array[] {
  const last = chunks.at(-1);
  if (last === undefined || last.length * 2 > last.buffer.byteLength) return chunks;
  const copy = last.slice();
  pool.give([last]);
  return [...chunks.slice(0, -1), copy];
}

const encoder = new TextEncoder();

/** The columns every table has from tenant, resource and scope; `scopes` are the runs of the rows' scopes. */
export function ownerWriters(writer: ChunkWriter, batch: BatchBase, scopes: Runs): ColumnWriters {
  const { source, resources } = batch;
  const resourceRuns = liftRuns(scopes, batch.scopes.resource);
  const requestRuns = liftRuns(resourceRuns, resources.request);
  return {
    TenantId: () =>
      writeInheritedLowCardinality(writer, requestRuns, (request) =>
        encoder.encode(batch.requests[request]?.tenant ?? ''),
      ),
    ServiceName: () => writeInheritedDictionary(writer, resourceRuns, resources.serviceName),
    ResourceAttributes: () => writeInheritedAttributes(writer, source, resources.attributes, resourceRuns),
    ScopeAttributes: () => writeInheritedAttributes(writer, source, batch.scopes.attributes, scopes),
  };
}
