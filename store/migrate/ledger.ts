import { createHash } from 'node:crypto';
import { localTable } from '../../schemas/local-table.ts';
import type { Migration } from '../../schemas/migrations/types.ts';
import { TABLES } from '../../schemas/names.ts';
import { StoreError } from '../errors.ts';
import type { Store } from '../types.ts';
import type { Ddl } from './ddl.ts';

interface LedgerRow {
  readonly Version: number;
  readonly Checksum: string;
}

/**
 * The migrations still to run. Throws {@link StoreError} `migration-changed` when one that was applied reads
 * otherwise now, `migration-newer` when the database has one this version does not know.
 */
export async function pending(store: Store, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const rows = await store.query<LedgerRow>(`SELECT Version, Checksum FROM ${TABLES.migrations} FINAL`);
  const applied = new Map(rows.map((row) => [row.Version, row.Checksum]));
  const newest = Math.max(0, ...applied.keys());
  if (newest > migrations.length) {
    throw new StoreError(
      'migration-newer',
      `Cannot use this database: it has migration ${newest}, this version knows ${migrations.length}; run the ` +
        'version that made it, or a later one',
    );
  }
  for (const migration of migrations) check(migration, applied.get(migration.version));
  return migrations.filter((migration) => !applied.has(migration.version));
}

/** Notes a migration as applied, after its last statement. Noted twice, it still has one row. */
export async function note({ store, layout }: Ddl, migration: Migration): Promise<void> {
  const ledger = layout === 'single' ? TABLES.migrations : localTable(TABLES.migrations);
  await store.command(
    `INSERT INTO ${ledger} SELECT {version:UInt32}, {name:String}, {checksum:String}, now64(3)`,
    {
      settings: { async_insert: 0 },
      params: { version: migration.version, name: migration.name, checksum: checksum(migration) },
    },
  );
}

function check(migration: Migration, applied: string | undefined): void {
  const known = checksum(migration);
  if (applied === undefined || applied === known) return;
  throw new StoreError(
    'migration-changed',
    `Cannot use this database: migration ${migration.version} (${migration.name}) was applied with checksum ` +
      `${applied}, this version has ${known}; run the version that made it, or start with an empty data directory`,
  );
}

/** Of the text before a cluster's name is put in: a cluster may be renamed. */
function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.statements.join(';\n')).digest('hex');
}
