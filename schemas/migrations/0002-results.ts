/**
 * Valet's own tables (docs/formats/valet-tables.md): what the engine computes, and the writer's books. Rows are
 * absolute values under a key, so writing one again changes nothing; read them with FINAL.
 */
import { TABLES } from '../names.ts';
import type { LayoutStep, TableDefinition } from './types.ts';

const LC = 'LowCardinality(String) CODEC(ZSTD(1))';
const TEXT = 'String CODEC(ZSTD(1))';
const TIME = 'DateTime CODEC(Delta, ZSTD(1))';
const COUNT = 'UInt64 CODEC(T64, ZSTD(1))';
const FIGURE = 'Nullable(Float64) CODEC(ZSTD(1))';
const UPDATED = 'UpdatedAt DateTime64(3) CODEC(Delta, ZSTD(1))';

const SETTINGS = 'index_granularity = 8192, ttl_only_drop_parts = 1';

const SLICES: TableDefinition = {
  kind: 'table',
  name: TABLES.slices,
  columns: `TenantId ${LC},
  Slo ${LC},
  Generation UInt32 CODEC(ZSTD(1)),
  \`Group\` ${TEXT},
  Slice ${TIME},
  Good ${COUNT},
  Total ${COUNT},
  ${UPDATED}`,
  engine: 'ReplacingMergeTree(UpdatedAt)',
  clauses: `PARTITION BY toYYYYMM(Slice)
ORDER BY (TenantId, Slo, Generation, \`Group\`, Slice)`,
  settings: SETTINGS,
};

const BUDGETS: TableDefinition = {
  kind: 'table',
  name: TABLES.budgets,
  columns: `TenantId ${LC},
  Slo ${LC},
  Objective ${LC},
  Service ${LC},
  Dimension ${LC},
  Time ${TIME},
  WindowSeconds UInt32 CODEC(ZSTD(1)),
  Good ${COUNT},
  Total ${COUNT},
  Sli ${FIGURE},
  Target Float64 CODEC(ZSTD(1)),
  Allowed ${FIGURE},
  Spent ${FIGURE},
  RemainingRatio ${FIGURE},
  ExhaustsInSeconds ${FIGURE},
  Coverage ${FIGURE},
  State ${LC},
  ${UPDATED}`,
  engine: 'ReplacingMergeTree(UpdatedAt)',
  clauses: `PARTITION BY toYYYYMM(Time)
ORDER BY (TenantId, Slo, Objective, Time)`,
  settings: SETTINGS,
};

const BURN_RATES: TableDefinition = {
  kind: 'table',
  name: TABLES.burnRates,
  columns: `TenantId ${LC},
  Slo ${LC},
  Objective ${LC},
  Time ${TIME},
  \`Window\` ${LC},
  Good ${COUNT},
  Total ${COUNT},
  Rate ${FIGURE},
  ${UPDATED}`,
  engine: 'ReplacingMergeTree(UpdatedAt)',
  clauses: `PARTITION BY toYYYYMM(Time)
ORDER BY (TenantId, Slo, Objective, \`Window\`, Time)`,
  settings: SETTINGS,
};

const ALERTS: TableDefinition = {
  kind: 'table',
  name: TABLES.alerts,
  columns: `TenantId ${LC},
  Id ${TEXT},
  Slo ${LC},
  Objective ${LC},
  Service ${LC},
  Severity ${LC},
  LongWindow ${LC},
  ShortWindow ${LC},
  Factor Float64,
  StartedAt DateTime64(3) CODEC(Delta, ZSTD(1)),
  EndedAt Nullable(DateTime64(3)),
  State ${LC},
  Retroactive Bool,
  Reason ${TEXT},
  Details ${TEXT},
  ${UPDATED}`,
  engine: 'ReplacingMergeTree(UpdatedAt)',
  clauses: `PARTITION BY toYYYYMM(StartedAt)
ORDER BY (TenantId, Slo, Id)`,
  settings: SETTINGS,
};

/** Kept for ever: an old definition may still be in force, and old slices are read with the one of their time. */
const DEFINITIONS: TableDefinition = {
  kind: 'table',
  name: TABLES.definitions,
  columns: `TenantId ${LC},
  Slo ${LC},
  Generation UInt32,
  Service ${LC},
  Dimension ${LC},
  FromSlice DateTime,
  Document ${TEXT},
  ${UPDATED}`,
  engine: 'ReplacingMergeTree(UpdatedAt)',
  clauses: `ORDER BY (TenantId, Slo, Generation)`,
  settings: 'index_granularity = 8192',
};

const BATCHES: TableDefinition = {
  kind: 'table',
  name: TABLES.batches,
  columns: `Token ${TEXT},
  Topic ${LC},
  TopicId ${LC},
  Partition UInt32,
  FirstOffset UInt64 CODEC(Delta, ZSTD(1)),
  LastOffset UInt64 CODEC(Delta, ZSTD(1)),
  Records ${COUNT},
  Rows ${COUNT},
  StoredAt DateTime64(3) CODEC(Delta, ZSTD(1))`,
  engine: 'ReplacingMergeTree(StoredAt)',
  clauses: `PARTITION BY toYYYYMM(StoredAt)
ORDER BY (Topic, TopicId, Partition, FirstOffset, LastOffset)`,
  settings: SETTINGS,
};

const LOSSES: TableDefinition = {
  kind: 'table',
  name: TABLES.losses,
  columns: `Topic ${LC},
  TopicId ${LC},
  Partition UInt32,
  FirstOffset UInt64,
  LastOffset UInt64,
  Reason ${LC},
  At DateTime64(3)`,
  engine: 'ReplacingMergeTree(At)',
  clauses: `PARTITION BY toYYYYMM(At)
ORDER BY (Topic, TopicId, Partition, FirstOffset, LastOffset, Reason)`,
  settings: SETTINGS,
};

export const results: LayoutStep = {
  version: 2,
  name: 'results',
  definitions: [SLICES, BUDGETS, BURN_RATES, ALERTS, DEFINITIONS, BATCHES, LOSSES],
};
