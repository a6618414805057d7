/** What could not be stored, and what of it was tried again (docs/formats/dead-letters.md). */
import { TABLES } from '../names.ts';
import type { LayoutStep, TableDefinition } from './types.ts';

const LC = 'LowCardinality(String) CODEC(ZSTD(1))';
const TEXT = 'String CODEC(ZSTD(1))';
const COUNT = 'UInt64 CODEC(T64, ZSTD(1))';

/** What both tables have: the letter, and where the record stood or came to stand. */
const PLACE = `TenantId ${LC},
  Id ${TEXT},
  Topic ${LC},
  TopicId ${LC},
  Partition UInt32,
  Offset UInt64 CODEC(Delta, ZSTD(1)),
  AppendedAt DateTime64(3) CODEC(Delta, ZSTD(1))`;
const ID_INDEX = 'INDEX idx_id Id TYPE bloom_filter(0.01) GRANULARITY 1';
const LAYOUT = {
  kind: 'table',
  engine: 'MergeTree',
  clauses: `PARTITION BY toDate(AppendedAt)
ORDER BY (TenantId, AppendedAt, Topic, Partition, Offset)`,
  settings: 'index_granularity = 8192, ttl_only_drop_parts = 1',
} as const;

const DEAD_LETTERS: TableDefinition = {
  ...LAYOUT,
  name: TABLES.deadLetters,
  columns: `${PLACE},
  Reason ${LC},
  Detail ${TEXT},
  Rows ${COUNT},
  Size ${COUNT},
  Bytes ${TEXT},
  ${ID_INDEX}`,
};

const REPLAYS: TableDefinition = {
  ...LAYOUT,
  name: TABLES.replays,
  columns: `${PLACE},
  ${ID_INDEX}`,
};

export const deadLetters: LayoutStep = {
  version: 3,
  name: 'dead-letters',
  definitions: [DEAD_LETTERS, REPLAYS],
};
