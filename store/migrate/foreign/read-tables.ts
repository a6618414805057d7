import { localTable } from '../../../schemas/local-table.ts';
import { TABLES } from '../../../schemas/names.ts';
import type { Ddl } from '../ddl.ts';

/** A table as it is on the server. */
export interface ExistingTable {
  readonly name: string;
  readonly engine: string;
  /** Everything behind `ENGINE =`. */
  readonly engineFull: string;
  readonly sortingKey: string;
  /** The SELECT of a view. */
  readonly select: string;
  /** Types by column. */
  readonly columns: ReadonlyMap<string, string>;
}

interface TableRow {
  readonly name: string;
  readonly engine: string;
  readonly engine_full: string;
  readonly sorting_key: string;
  readonly as_select: string;
}

const NAMES = Object.values(TABLES).flatMap((name) => [name, localTable(name)]);

/** The tables under Valet's names that exist on the server asked, by name. */
export async function readTables(ddl: Ddl): Promise<ReadonlyMap<string, ExistingTable>> {
  const tables = await ddl.query<TableRow>(
    `SELECT name, engine, engine_full, sorting_key, as_select FROM system.tables
     WHERE database = {database:String} AND name IN {names:Array(String)}`,
    { names: NAMES },
  );
  const columns = await ddl.query<{ table: string; name: string; type: string }>(
    `SELECT table, name, type FROM system.columns
     WHERE database = {database:String} AND table IN {names:Array(String)}`,
    { names: NAMES },
  );
  const byTable = Map.groupBy(columns, ({ table }) => table);
  return new Map(
    tables.map(({ name, engine, engine_full, sorting_key, as_select }) => [
      name,
      {
        name,
        engine,
        engineFull: engine_full,
        sortingKey: sorting_key,
        select: as_select,
        columns: new Map((byTable.get(name) ?? []).map((column) => [column.name, column.type])),
      },
    ]),
  );
}
