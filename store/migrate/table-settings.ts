import { EXPIRIES, type RetentionSettings } from '../../schemas/migrations/retention.ts';
import { TABLES } from '../../schemas/names.ts';
import type { Store } from '../types.ts';

interface TableRow {
  readonly name: string;
  /** Everything behind `ENGINE =` of the table's statement. */
  readonly engine_full: string;
}

/** Beyond it, `DateTime` would pass its end in 2106 and begin anew: fresh rows would count as expired. */
const MAX_DAYS = 20_000;
const OURS: readonly string[] = Object.values(TABLES);

/**
 * Alters what differs from the settings: the TTL of each table that has one, and whether inserts are synced to disk
 * (`fsync_after_insert`, `fsync_part_directory`). Rows already stored follow a new TTL as well. Throws `RangeError`
 * for more days than ClickHouse's times can hold.
 */
export async function applyTableSettings(
  store: Store,
  retention: RetentionSettings,
  fsync: boolean,
): Promise<void> {
  const rows = await store.query<TableRow>(
    'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()',
  );
  const definitions = new Map(rows.map((row) => [row.name, row.engine_full]));
  for (const { table, from, days } of EXPIRIES) {
    const wanted = retention[days];
    if (!(wanted >= 1 && wanted <= MAX_DAYS)) {
      throw new RangeError(`Cannot set ${days} outside 1 to ${MAX_DAYS}: current value is ${wanted}`);
    }
    if (expiryDays(definitions.get(table) ?? '') === wanted) continue;
    await store.command(`ALTER TABLE ${table} MODIFY TTL ${from} + toIntervalDay(${wanted})`);
  }
  for (const { name, engine_full: engine } of rows) {
    // Views have no engine of this kind.
    if (!OURS.includes(name) || !engine.includes('MergeTree') || syncs(engine) === fsync) continue;
    const value = fsync ? 1 : 0;
    await store.command(
      `ALTER TABLE ${name} MODIFY SETTING fsync_after_insert = ${value}, fsync_part_directory = ${value}`,
    );
  }
}

function expiryDays(engine: string): number | undefined {
  const days = /\bTTL .*toIntervalDay\((\d+)\)/.exec(engine)?.[1];
  return days === undefined ? undefined : Number(days);
}

function syncs(engine: string): boolean {
  return engine.includes('fsync_after_insert = 1') && engine.includes('fsync_part_directory = 1');
}
