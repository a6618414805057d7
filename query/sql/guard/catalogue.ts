/** What there is to query: the tables that carry a tenant, their columns, and the system tables let through. */
import { DATABASE } from '../../../schemas/names.ts';
import type { EngineClient } from '../http/engine-client.ts';
import { SYSTEM_TABLES } from './system-tables.ts';

/** A table readers may name. */
export interface PublicTable {
  readonly name: string;
  /** Columns `SELECT *` leaves out: ALIAS and MATERIALIZED ones. */
  readonly hiddenColumns: readonly string[];
  /** A view over another table takes no PREWHERE and no FINAL of its own. */
  readonly view: boolean;
}

/** One state of the tables. */
export interface Catalogue {
  readonly tables: ReadonlyMap<string, PublicTable>;
  /** Every table of the database, public or not. */
  readonly existing: ReadonlySet<string>;
  /** Columns of the system tables let through, in the engine's order, as far as the policy lists them. */
  readonly systemColumns: ReadonlyMap<string, readonly string[]>;
}

/** Prefixes of the tables readers may see, when these carry a tenant column. */
const PUBLIC_NAME = /^(otel|valet)_[a-z0-9_]+$/;

interface ColumnRow {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly kind: string;
}

/** Reads the catalogue from the engine. Rejects with {@link EngineError} when the engine does not answer. */
export async function loadCatalogue(engine: EngineClient): Promise<Catalogue> {
  const systemNames = [...SYSTEM_TABLES.keys()].map((name) => `'${name}'`).join(',');
  const [columns, tables] = await Promise.all([
    engine.rows<ColumnRow>(
      `SELECT database, table, name, default_kind AS kind FROM system.columns
       WHERE database = '${DATABASE}' OR (database = 'system' AND table IN (${systemNames}))
       ORDER BY database, table, position`,
    ),
    engine.rows<{ name: string; engine: string }>(
      `SELECT name, engine FROM system.tables WHERE database = '${DATABASE}'`,
    ),
  ]);
  return {
    tables: publicTables(columns, tables),
    existing: new Set(tables.map(({ name }) => name)),
    systemColumns: systemColumns(columns),
  };
}

function publicTables(
  columns: readonly ColumnRow[],
  tables: readonly { name: string; engine: string }[],
): Map<string, PublicTable> {
  const byTable = Map.groupBy(
    columns.filter(({ database }) => database === DATABASE),
    ({ table }) => table,
  );
  const found = new Map<string, PublicTable>();
  for (const { name, engine } of tables) {
    const own = byTable.get(name) ?? [];
    if (!PUBLIC_NAME.test(name) || !own.some((column) => column.name === 'TenantId')) continue;
    const hiddenColumns = own
      .filter(({ kind }) => kind === 'ALIAS' || kind === 'MATERIALIZED')
      .map((column) => column.name);
    found.set(name, { name, hiddenColumns, view: engine.endsWith('View') });
  }
  return found;
}

function systemColumns(columns: readonly ColumnRow[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [table, policy] of SYSTEM_TABLES) {
    const own = columns.filter((column) => column.database === 'system' && column.table === table);
    const names = own.map(({ name }) => name);
    found.set(
      table,
      policy.columns === 'all' ? names : names.filter((name) => policy.columns.includes(name)),
    );
  }
  return found;
}
