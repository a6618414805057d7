import { localTable } from '../../../schemas/local-table.ts';
import { TRACE_ID_TS_VIEW } from '../../../schemas/migrations/0001-telemetry.ts';
import {
  DEDUPLICATION_SECONDS,
  DEDUPLICATION_WINDOW,
  viewQuery,
} from '../../../schemas/migrations/render.ts';
import { DATABASE, TABLES } from '../../../schemas/names.ts';
import {
  ATTRIBUTES,
  INSERT_COLUMNS,
  type TableColumn,
  TRACE_ID_TS_COLUMNS,
} from '../../../schemas/tables.ts';
import type { Ddl } from '../ddl.ts';
import type { ExistingTable } from './read-tables.ts';
import type { Difference } from './types.ts';

const TARGET = TABLES.traceIdTs;

/** What the tables that exist lack; nothing for those that Valet made. Tables that are missing will be made. */
export function differences(existing: ReadonlyMap<string, ExistingTable>, ddl: Ddl): readonly Difference[] {
  const isCluster = ddl.layout === 'cluster';
  const found: Difference[] = [];
  for (const [name, columns] of Object.entries({ ...INSERT_COLUMNS, [TARGET]: TRACE_ID_TS_COLUMNS })) {
    const usual = existing.get(name);
    // Then all of them are; one says it.
    if (usual && isCluster !== (usual.engine === 'Distributed')) return [otherLayout(usual, isCluster)];
    const table = isCluster ? existing.get(localTable(name)) : usual;
    if (table) found.push(...ofTable(table, columns, ddl.onCluster));
  }
  return [...found, ...ofView(existing, ddl), ...ofAlias(existing, ddl)];
}

function otherLayout({ name, engine }: ExistingTable, isCluster: boolean): Difference {
  const told = isCluster
    ? `is one server's (${engine}), where a cluster's is Distributed: RENAME DATABASE ${DATABASE} TO ${DATABASE}_before ` +
      `on every server, let Valet make its own, and copy rows from there into ${localTable(name)}`
    : "is a cluster's (Distributed): set VALET_CLICKHOUSE_CLUSTER to the cluster's name";
  return { table: name, kind: 'shape', told, mend: [], missing: [] };
}

function ofTable(
  table: ExistingTable,
  columns: readonly TableColumn[],
  onCluster: string,
): readonly Difference[] {
  const { name, engine } = table;
  if (!engine.endsWith('MergeTree')) {
    return [{ table: name, kind: 'shape', told: `is not a MergeTree (${engine})`, mend: [], missing: [] }];
  }
  const unfit = columns.filter(({ name: column, type }) => isUnfit(type, table.columns.get(column)));
  const found: Difference[] = unfit.map(({ name: column }) => ({
    table: name,
    kind: 'shape',
    told: `has ${column} as ${table.columns.get(column)}, where ${ATTRIBUTES} is inserted`,
    mend: [],
    missing: [],
  }));
  const missing = columns.filter(({ name: column }) => !table.columns.has(column));
  if (missing.length > 0) {
    found.push({
      table: name,
      kind: 'columns',
      told: `lacks the columns ${missing.map((column) => column.name).join(', ')}`,
      mend: [addColumns(table, missing, onCluster)],
      missing,
    });
  }
  return [...found, ...ofWindow(table, onCluster)];
}

/** Numbers, times and texts are converted; attributes only from map to map. */
function isUnfit(inserted: string, stored: string | undefined): boolean {
  return inserted === ATTRIBUTES && stored !== undefined && !stored.startsWith('Map(');
}

function addColumns(
  { name, engine, sortingKey }: ExistingTable,
  missing: readonly TableColumn[],
  onCluster: string,
): string {
  const added = missing.map(
    ({ name: column, type }) => `ADD COLUMN IF NOT EXISTS \`${column}\` ${type} CODEC(ZSTD(1))`,
  );
  const tenantAdded = missing.some(({ name: column }) => column === 'TenantId');
  // Where rows of one key become one, a trace of two tenants has to stay two rows.
  const key =
    tenantAdded && engine.includes('Aggregating') ? [`MODIFY ORDER BY (${sortingKey}, TenantId)`] : [];
  return `ALTER TABLE ${name}${onCluster} ${[...added, ...key].join(', ')}`;
}

function ofWindow({ name, engine, engineFull }: ExistingTable, onCluster: string): readonly Difference[] {
  const replicated = /^(Replicated|Shared)/.test(engine);
  const setting = replicated ? 'replicated_deduplication_window' : 'non_replicated_deduplication_window';
  const window = settingOf(engineFull, setting);
  const seconds = settingOf(engineFull, `${setting}_seconds`);
  const remembers = !replicated || (seconds !== undefined && seconds >= DEDUPLICATION_SECONDS);
  if (window !== undefined && window >= DEDUPLICATION_WINDOW && remembers) return [];
  const wanted = replicated ? `, ${setting}_seconds = ${DEDUPLICATION_SECONDS}` : '';
  return [
    {
      table: name,
      kind: 'window',
      told: `does not remember enough inserts to drop a repeated one (${setting} = ${window ?? 'default'})`,
      mend: [`ALTER TABLE ${name}${onCluster} MODIFY SETTING ${setting} = ${DEDUPLICATION_WINDOW}${wanted}`],
      missing: [],
    },
  ];
}

function settingOf(engineFull: string, setting: string): number | undefined {
  const value = new RegExp(`\\b${setting} = (\\d+)`).exec(engineFull)?.[1];
  return value === undefined ? undefined : Number(value);
}

function ofView(existing: ReadonlyMap<string, ExistingTable>, ddl: Ddl): readonly Difference[] {
  const view = existing.get(TABLES.traceIdTsView);
  if (!view || view.select.includes('TenantId')) return [];
  return [
    {
      table: view.name,
      kind: 'view',
      told: `fills ${TARGET} without the tenant`,
      mend: [
        `ALTER TABLE ${view.name}${ddl.onCluster} MODIFY QUERY ${viewQuery(TRACE_ID_TS_VIEW, ddl.layout)}`,
      ],
      missing: [],
    },
  ];
}

/** HyperDX's own tables are called otherwise here: the name that is a view with us holds rows. */
function ofAlias(existing: ReadonlyMap<string, ExistingTable>, ddl: Ddl): readonly Difference[] {
  const alias = existing.get(TABLES.expHistogramAlias);
  if (!alias || alias.engine === 'View') return [];
  const isFree = !existing.has(TABLES.expHistogram) && ddl.layout === 'single';
  return [
    {
      table: alias.name,
      kind: 'shape',
      told:
        `is a table, where ${TABLES.expHistogram} is the table and this name a view of it` +
        (isFree ? '' : '; move its rows there, or rename it'),
      mend: isFree ? [`RENAME TABLE ${alias.name} TO ${TABLES.expHistogram}`] : [],
      missing: [],
    },
  ];
}
