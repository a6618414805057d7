/**
 * The system tables readers may see, and which columns and rows of them: what Grafana's plugin, HyperDX, the
 * ClickHouse clients and DBeaver ask for. Anything that shows other queries, configuration, paths or hosts is left out.
 */
import { DATABASE } from '../../../schemas/names.ts';

/** What is shown of a system table. */
export interface SystemTablePolicy {
  readonly columns: 'all' | readonly string[];
  /** Condition on its rows, in SQL. */
  readonly where?: string;
  /** Counts rows of every tenant, so it is shown in single-tenant mode only. */
  readonly singleTenantOnly?: true;
}

/** Columns that count every tenant's rows, so they are shown in single-tenant mode only. */
export const COUNTING_COLUMNS: ReadonlySet<string> = new Set(
  'total_rows total_bytes parts active_parts data_compressed_bytes data_uncompressed_bytes marks_bytes'.split(
    ' ',
  ),
);

const OWN = `database = '${DATABASE}'`;
const ALL: SystemTablePolicy = { columns: 'all' };

const PARTS_COLUMNS = [
  'partition',
  'name',
  'part_type',
  'active',
  'marks',
  'rows',
  'bytes_on_disk',
  'data_compressed_bytes',
  'data_uncompressed_bytes',
  'marks_bytes',
  'modification_time',
  'min_date',
  'max_date',
  'min_time',
  'max_time',
  'partition_id',
  'level',
  'primary_key_bytes_in_memory',
  'database',
  'table',
  'engine',
  'bytes',
];
const TABLES_COLUMNS = [
  'database',
  'name',
  'uuid',
  'engine',
  'is_temporary',
  'metadata_modification_time',
  'create_table_query',
  'engine_full',
  'as_select',
  'partition_key',
  'sorting_key',
  'primary_key',
  'sampling_key',
  'storage_policy',
  'total_rows',
  'total_bytes',
  'parts',
  'active_parts',
  'comment',
  'has_own_data',
  'dependencies_database',
  'dependencies_table',
  'loading_dependencies_database',
  'loading_dependencies_table',
];

const POLICIES: Readonly<Record<string, SystemTablePolicy>> = {
  one: ALL,
  numbers: ALL,
  zeros: ALL,
  databases: {
    columns: ['name', 'engine', 'uuid', 'engine_full', 'comment', 'database'],
    where: `name IN ('${DATABASE}', 'system')`,
  },
  tables: { columns: TABLES_COLUMNS, where: `${OWN} OR (database = 'system' AND name IN (@system))` },
  columns: { columns: 'all', where: `${OWN} OR (database = 'system' AND table IN (@system))` },
  functions: ALL,
  settings: ALL,
  formats: ALL,
  data_type_families: ALL,
  table_functions: ALL,
  table_engines: ALL,
  aggregate_function_combinators: ALL,
  keywords: ALL,
  time_zones: ALL,
  collations: ALL,
  data_skipping_indices: { columns: 'all', where: OWN },
  // Asked for by clients that list a database's objects; there are none.
  dictionaries: { columns: 'all', where: '0' },
  parts: { columns: PARTS_COLUMNS, where: OWN, singleTenantOnly: true },
};

/** Policies by table name; `@system` in conditions is already the list of the names here. */
export const SYSTEM_TABLES: ReadonlyMap<string, SystemTablePolicy> = new Map(
  Object.entries(POLICIES).map(([name, policy]) => [name, withNames(policy)]),
);

function withNames(policy: SystemTablePolicy): SystemTablePolicy {
  if (policy.where === undefined) return policy;
  const names = Object.keys(POLICIES)
    .map((name) => `'${name}'`)
    .join(', ');
  return { ...policy, where: policy.where.replace('@system', names) };
}
