import type { Configuration } from '../../schemas/configuration.ts';
import { migrationsFor } from '../../schemas/migrations/index.ts';
import type { RetentionSettings } from '../../schemas/migrations/retention.ts';
import type { Migration } from '../../schemas/migrations/types.ts';
import { TABLES } from '../../schemas/names.ts';
import type { Store } from '../types.ts';
import { isComplete } from './completeness.ts';
import { Ddl } from './ddl.ts';
import { type Settled, settleForeignTables } from './foreign/settle.ts';
import { note, pending } from './ledger.ts';
import { applyTableSettings } from './table-settings.ts';
import { requireUtc } from './time-zone.ts';

/** What of the tables is configurable; a {@link Configuration} fits, with `fsync` beside it. One server unless a cluster is named. */
export interface MigrateSettings
  extends RetentionSettings,
    Partial<Pick<Configuration, 'clickhouseCluster' | 'foreignTables'>> {
  /** Inserts reach the disk before they are acknowledged: true for the embedded engine, which has no replica. */
  readonly fsync: boolean;
}

/** What a call did, and what the tables are like. */
export interface Migrated extends Pick<Settled, 'foreign' | 'altered'> {
  /** Versions applied by this call; empty when everything was there. */
  readonly applied: readonly number[];
}

/**
 * Brings the database to this version's layout and the tables to the settings. Safe to repeat, to run in several
 * processes at once, and to run again after it was cut off anywhere: every statement is harmless the second time, and
 * a migration counts as applied only when its row is in the ledger. Throws {@link StoreError}: see ledger.ts,
 * foreign/settle.ts and time-zone.ts.
 */
export async function migrate(
  store: Store,
  settings: MigrateSettings,
  migrations?: readonly Migration[],
): Promise<Migrated> {
  const ddl = new Ddl(store, settings.clickhouseCluster ?? '');
  const steps = migrations ?? migrationsFor(ddl.layout);
  await requireUtc(ddl);
  const { foreign, altered, view } = await settleForeignTables(ddl, settings.foreignTables ?? 'refuse');
  await ddl.ensureLedger();
  const todo = await pending(store, steps);
  const isView = (statement: string) =>
    statement.startsWith(`CREATE MATERIALIZED VIEW IF NOT EXISTS ${TABLES.traceIdTsView} `);
  // A server that joined a cluster later has missed the statements.
  const toRun = (await isComplete(ddl)) ? todo : steps;
  for (const migration of toRun) {
    for (const statement of migration.statements) await ddl.run(view && isView(statement) ? view : statement);
    if (todo.includes(migration)) await note(ddl, migration);
  }
  await applyTableSettings(ddl, settings, settings.fsync);
  return { applied: todo.map((migration) => migration.version), foreign, altered };
}
