import { localTable } from '../../schemas/local-table.ts';
import { EXPIRIES, type RetentionSettings } from '../../schemas/migrations/retention.ts';
import { TABLES } from '../../schemas/names.ts';
import { INSERT_COLUMNS } from '../../schemas/tables.ts';
import type { Ddl } from './ddl.ts';

interface TableRow {
  readonly name: string;
  /** Everything behind `ENGINE =` of the table's statement. */
  readonly engine_full: string;
  readonly sorting_key: string;
}

/** Beyond it, `DateTime` would pass its end in 2106 and begin anew: fresh rows would count as expired. */
const MAX_DAYS = 20_000;

/**
 * Alters what differs from the settings: the TTL of each table that has one, and whether inserts are synced to disk
 * (`fsync_after_insert`, `fsync_part_directory`). Rows already stored follow a new TTL as well; so telemetry tables that
 * another program made keep their own, whatever was added to them. Throws `RangeError` for more days than ClickHouse's
 * times can hold.
 */
export async function applyTableSettings(
  ddl: Ddl,
  retention: RetentionSettings,
  fsync: boolean,
): Promise<void> {
  const stored = ddl.layout === 'single' ? (name: string) => name : localTable;
  const rows = await ddl.query<TableRow>(
    `SELECT name, engine_full, sorting_key FROM ${ddl.system('tables')}
     WHERE database = {database:String} AND name IN {names:Array(String)} AND engine LIKE '%MergeTree'`,
    { names: Object.values(TABLES).map(stored) },
  );
  const foreign = new Set(
    rows.filter((row) => TELEMETRY.map(stored).includes(row.name) && !isOwn(row)).map(({ name }) => name),
  );
  // In a cluster a name has a row for each server.
  const byName = Map.groupBy(rows, ({ name }) => name);
  for (const { table, from, days } of EXPIRIES) {
    const wanted = retention[days];
    if (!(wanted >= 1 && wanted <= MAX_DAYS)) {
      throw new RangeError(`Cannot set ${days} outside 1 to ${MAX_DAYS}: current value is ${wanted}`);
    }
    const name = stored(table);
    const definitions = byName.get(name) ?? [];
    if (foreign.has(name) || definitions.every((row) => expiryDays(row) === wanted)) continue;
    await ddl.run(`ALTER TABLE ${name}${ddl.onCluster} MODIFY TTL ${from} + toIntervalDay(${wanted})`);
  }
  for (const [name, definitions] of byName) {
    if (foreign.has(name) || definitions.every((row) => syncs(row) === fsync)) continue;
    const value = fsync ? 1 : 0;
    await ddl.run(
      `ALTER TABLE ${name}${ddl.onCluster} MODIFY SETTING fsync_after_insert = ${value}, fsync_part_directory = ${value}`,
    );
  }
}

const TELEMETRY = [...Object.keys(INSERT_COLUMNS), TABLES.traceIdTs];

/** Ours begin with the tenant; a tenant that was added to another's cannot. */
function isOwn({ sorting_key: key }: TableRow): boolean {
  return key.startsWith('TenantId');
}

function expiryDays({ engine_full: engine }: TableRow): number | undefined {
  const days = /\bTTL .*toIntervalDay\((\d+)\)/.exec(engine)?.[1];
  return days === undefined ? undefined : Number(days);
}

function syncs({ engine_full: engine }: TableRow): boolean {
  return engine.includes('fsync_after_insert = 1') && engine.includes('fsync_part_directory = 1');
}
