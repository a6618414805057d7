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

/**
 * A fresh part goes into few files, which are synced one by one; merged ones, which queries read, have a file for each
 * column as ever. Halves what an INSERT of 50,000 spans costs (docs/performance.md).
 */
const PART_SETTINGS = ['min_bytes_for_wide_part = 134217728'];

/**
 * Merging a row costs as much as inserting it. Parts are merged when ten of about one size are there, not five, so a
 * row is merged less often; the bound sinks as parts grow older, so that a past day still becomes few parts. Servers
 * before 24.12 do not know it.
 */
const MERGE_SETTINGS = ['merge_selector_base = 10'];

/** A setting of every version: so many servers have answered. */
const EVERYWHERE = 'index_granularity';

/** Beyond it, `DateTime` would pass its end in 2106 and begin anew: fresh rows would count as expired. */
const MAX_DAYS = 20_000;

/**
 * Alters what differs from the settings: the TTL of each table that has one, whether inserts are synced to disk
 * (`fsync_after_insert`, `fsync_part_directory`), how fresh parts are laid out, and when they are merged. Rows already
 * stored follow a new TTL as well; so telemetry tables that another program made keep their own, whatever was added to
 * them. Throws `RangeError` for more days than ClickHouse's times can hold.
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
  const telemetry = new Set(TELEMETRY.map(stored));
  const telemetrySettings = [...PART_SETTINGS, ...(await knownSettings(ddl, MERGE_SETTINGS))];
  for (const [name, definitions] of byName) {
    const wanted = [...syncSettings(fsync), ...(telemetry.has(name) ? telemetrySettings : [])];
    const differing = wanted.filter(
      (setting) => !definitions.every(({ engine_full: engine }) => has(engine, setting)),
    );
    if (foreign.has(name) || differing.length === 0) continue;
    await ddl.run(`ALTER TABLE ${name}${ddl.onCluster} MODIFY SETTING ${differing.join(', ')}`);
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

/** Those of the settings that every server has which answers: an ALTER with another would wait in Keeper's queue for ever. */
async function knownSettings(ddl: Ddl, settings: readonly string[]): Promise<readonly string[]> {
  const nameOf = (setting: string) => setting.slice(0, setting.indexOf(' '));
  const known = await ddl.query<{ readonly name: string; readonly servers: string }>(
    `SELECT name, toString(count()) AS servers FROM ${ddl.system('merge_tree_settings')}
     WHERE name IN {names:Array(String)} GROUP BY name`,
    { names: [EVERYWHERE, ...settings.map(nameOf)] },
  );
  const serversWith = (wanted: string) => known.find(({ name }) => name === wanted)?.servers;
  return settings.filter((setting) => {
    const servers = serversWith(nameOf(setting));
    return servers !== undefined && servers === serversWith(EVERYWHERE);
  });
}

function syncSettings(fsync: boolean): readonly string[] {
  const value = fsync ? 1 : 0;
  return [`fsync_after_insert = ${value}`, `fsync_part_directory = ${value}`];
}

/** What is 0 by default is not in the definition unless it was set. */
function has(engine: string, setting: string): boolean {
  return engine.includes(setting) || (setting.endsWith(' = 0') && !engine.includes(setting.slice(0, -1)));
}
