/**
 * What there is to query: the tables that carry a tenant, those of another program without one where that is accepted,
 * their columns, and the system tables let through.
 */
import { DATABASE, TABLES } from '../../../schemas/names.ts';
import { INSERT_COLUMNS } from '../../../schemas/tables.ts';
import type { EngineClient } from '../http/engine-client.ts';
import { SYSTEM_TABLES } from './system-tables.ts';

/** A table readers may name. */
export interface PublicTable {
  readonly name: string;
  /** Columns `SELECT *` leaves out: ALIAS and MATERIALIZED ones. */
  readonly hiddenColumns: readonly string[];
  /** A view over another table takes no PREWHERE and no FINAL of its own. */
  readonly view: boolean;
  /** Without one, every row is the single tenant's. */
  readonly hasTenant: boolean;
}

/** One state of the tables. */
export interface Catalogue {
  readonly tables: ReadonlyMap<string, PublicTable>;
  /** Telemetry tables without a tenant column that are not public. */
  readonly withoutTenant: ReadonlySet<string>;
  /** Every table of the database, public or not. */
  readonly existing: ReadonlySet<string>;
  /** Columns of the system tables let through, in the engine's order, as far as the policy lists them. */
  readonly systemColumns: ReadonlyMap<string, readonly string[]>;
}

/** Prefixes of the tables readers may see, when these carry a tenant column. */
const PUBLIC_NAME = /^(otel|valet)_[a-z0-9_]+$/;
/** Tables that another program may have made, and their views. */
const TELEMETRY: ReadonlySet<string> = new Set([
  ...Object.keys(INSERT_COLUMNS),
  TABLES.traceIdTs,
  TABLES.traceIdTsView,
  TABLES.expHistogramAlias,
]);

/** Options of {@link loadCatalogue}. */
export interface CatalogueOptions {
  /** Telemetry tables without a tenant column are shown, all of their rows. */
  readonly showWithoutTenant: boolean;
}

interface ColumnRow {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly kind: string;
}

/** Reads the catalogue from the engine. Rejects with {@link EngineError} when the engine does not answer. */
export async function loadCatalogue(
  engine: EngineClient,
  { showWithoutTenant }: CatalogueOptions,
): Promise<Catalogue> {
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
  const candidates = publicTables(columns, tables);
  // A view shows the rows of another table, which may have tenants.
  const shown = candidates.filter(({ hasTenant, view }) => hasTenant || (showWithoutTenant && !view));
  const hidden = candidates.filter((table) => !shown.includes(table));
  return {
    tables: new Map(shown.map((table) => [table.name, table])),
    withoutTenant: new Set(hidden.map(({ name }) => name)),
    existing: new Set(tables.map(({ name }) => name)),
    systemColumns: systemColumns(columns),
  };
}

function publicTables(
  columns: readonly ColumnRow[],
  tables: readonly { name: string; engine: string }[],
): readonly PublicTable[] {
  const byTable = Map.groupBy(
    columns.filter(({ database }) => database === DATABASE),
    ({ table }) => table,
  );
  const found: PublicTable[] = [];
  for (const { name, engine } of tables) {
    const own = byTable.get(name) ?? [];
    const hasTenant = own.some((column) => column.name === 'TenantId');
    if (!PUBLIC_NAME.test(name) || !(hasTenant || TELEMETRY.has(name))) continue;
    const hiddenColumns = own
      .filter(({ kind }) => kind === 'ALIAS' || kind === 'MATERIALIZED')
      .map((column) => column.name);
    found.push({ name, hiddenColumns, view: engine.endsWith('View'), hasTenant });
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

/** Why a table cannot be read, for people. */
export function unavailable(written: string, table: string, { withoutTenant }: Catalogue): string {
  if (withoutTenant.has(table)) {
    return (
      `the table ${written} was made by another program and has no TenantId, so nobody can tell whose its rows are; ` +
      'VALET_FOREIGN_TABLES=alter adds the column, =accept shows them to a reader of the only tenant'
    );
  }
  return `the table ${written} is not available; SHOW TABLES FROM ${DATABASE} lists those that are`;
}
