import { MIGRATIONS } from '../../schemas/migrations/index.ts';
import type { RetentionSettings } from '../../schemas/migrations/retention.ts';
import type { Migration } from '../../schemas/migrations/types.ts';
import { DATABASE } from '../../schemas/names.ts';
import type { Store } from '../types.ts';
import { ensureLedger, note, pending } from './ledger.ts';
import { applyTableSettings } from './table-settings.ts';

/** What of the tables is configurable; a {@link Configuration} fits, with `fsync` beside it. */
export interface MigrateSettings extends RetentionSettings {
  /** Inserts reach the disk before they are acknowledged: true for the embedded engine, which has no replica. */
  readonly fsync: boolean;
}

/** What a call did. */
export interface Migrated {
  /** Versions applied by this call; empty when everything was there. */
  readonly applied: readonly number[];
}

/**
 * Brings the database to this version's layout and the tables to the settings. Safe to repeat, and to run again
 * after it was cut off anywhere: every statement is harmless the second time, and a migration counts as applied
 * only when its row is in the ledger. Throws {@link StoreError}, see ledger.ts.
 */
export async function migrate(
  store: Store,
  settings: MigrateSettings,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<Migrated> {
  await store.command(`CREATE DATABASE IF NOT EXISTS ${DATABASE} ENGINE = Atomic`, { database: 'system' });
  await ensureLedger(store);
  const todo = await pending(store, migrations);
  for (const migration of todo) {
    for (const statement of migration.statements) await store.command(statement);
    await note(store, migration);
  }
  await applyTableSettings(store, settings, settings.fsync);
  return { applied: todo.map((migration) => migration.version) };
}
