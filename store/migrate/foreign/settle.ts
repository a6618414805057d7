import { localTable } from '../../../schemas/local-table.ts';
import { TRACE_ID_TS_VIEW } from '../../../schemas/migrations/0001-telemetry.ts';
import { statementsOf } from '../../../schemas/migrations/render.ts';
import { TABLES } from '../../../schemas/names.ts';
import { StoreError } from '../../errors.ts';
import type { Ddl } from '../ddl.ts';
import { differences } from './differences.ts';
import { type ExistingTable, readTables } from './read-tables.ts';
import type { Difference, ForeignTable, ForeignTables } from './types.ts';

/** What was done about foreign tables. */
export interface Settled {
  /** Those that are used as they are. */
  readonly foreign: readonly ForeignTable[];
  /** The statements that were run on others. */
  readonly altered: readonly string[];
  /** To be run in place of the migration's statement for the view that fills the look-up of traces. */
  readonly view?: string;
}

/**
 * Looks for tables another program made under Valet's names, before anything is made beside them, and does as the mode
 * says. Throws {@link StoreError} `foreign-tables` when they cannot be used that way.
 */
export async function settleForeignTables(ddl: Ddl, mode: ForeignTables): Promise<Settled> {
  let existing = await readTables(ddl);
  let found = differences(existing, ddl);
  const altered: string[] = [];
  // A table that was renamed may lack something under its new name.
  for (let round = 0; mode === 'alter' && round < 2 && found.length > 0; round++) {
    if (found.some(({ mend }) => mend.length === 0)) break;
    for (const statement of inOrder(found).flatMap(({ mend }) => mend)) {
      await ddl.run(statement);
      altered.push(statement);
    }
    existing = await readTables(ddl);
    found = differences(existing, ddl);
  }
  if (found.length > 0 && (mode !== 'accept' || found.some(isUnusable))) throw refusal(found, mode);
  const view = found.length > 0 ? viewWithoutTenant(ddl, existing) : undefined;
  return { foreign: foreignTables(found), altered, ...(view ? { view } : {}) };
}

/** The view last: it reads columns that are added. */
function inOrder(found: readonly Difference[]): readonly Difference[] {
  return [...found.filter(({ kind }) => kind !== 'view'), ...found.filter(({ kind }) => kind === 'view')];
}

/** The histograms' other name harms nobody; any other shape takes no rows, or not safely. */
function isUnusable({ kind, table }: Difference): boolean {
  return kind === 'shape' && table !== TABLES.expHistogramAlias;
}

function refusal(found: readonly Difference[], mode: ForeignTables): StoreError {
  const told = found.map(({ table, told: what }) => `${table} ${what}`).join('; ');
  const canMend = found.every(({ mend }) => mend.length > 0);
  const canAccept = !found.some(isUnusable);
  const ways = [
    ...(mode !== 'alter' && canMend
      ? ['set VALET_FOREIGN_TABLES=alter to have the missing parts added']
      : []),
    ...(canAccept
      ? ['=accept to use them as they are (no tenants, and a repeated insert stored twice)']
      : []),
    ...(canMend || canAccept ? ['or rename them, and Valet makes its own'] : []),
  ];
  return new StoreError(
    'foreign-tables',
    `Cannot use tables that another program made, such as the Collector's exporter: ${told}` +
      (ways.length > 0 ? `. What can be done: ${ways.join(', ')}` : ''),
  );
}

/** Our own view cannot be made where either table has no tenant; this one can. */
function viewWithoutTenant(ddl: Ddl, existing: ReadonlyMap<string, ExistingTable>): string | undefined {
  const names = [TRACE_ID_TS_VIEW.from, TRACE_ID_TS_VIEW.target];
  const tables = names.map((name) => existing.get(ddl.layout === 'cluster' ? localTable(name) : name));
  if (tables.every((table) => table === undefined || table.columns.has('TenantId'))) return undefined;
  const [statement] = statementsOf(
    {
      ...TRACE_ID_TS_VIEW,
      select: TRACE_ID_TS_VIEW.select.replace('TenantId, ', ''),
      where: TRACE_ID_TS_VIEW.where.replace('TenantId, ', ''),
    },
    ddl.layout,
  );
  return statement;
}

function foreignTables(found: readonly Difference[]): readonly ForeignTable[] {
  const byTable = Map.groupBy(found, ({ table }) => table);
  return [...byTable].map(([table, of]) => {
    const missing = of.flatMap((difference) => difference.missing.map(({ name }) => name));
    return {
      table,
      missingColumns: missing,
      atLeastOnce: of.some(({ kind }) => kind === 'window'),
      singleTenant: missing.includes('TenantId'),
      told: of.map((difference) => difference.told),
    };
  });
}
