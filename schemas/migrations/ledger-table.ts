import { TABLES } from '../names.ts';
import type { TableDefinition } from './types.ts';

/** The ledger of migrations itself: made before the first of them, so it belongs to none. */
export const LEDGER_TABLE: TableDefinition = {
  kind: 'table',
  name: TABLES.migrations,
  columns: 'Version UInt32, Name String, Checksum String, AppliedAt DateTime64(3)',
  engine: 'ReplacingMergeTree(AppliedAt)',
  clauses: 'ORDER BY Version',
  settings: 'fsync_after_insert = 1',
};
