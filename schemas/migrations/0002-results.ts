/**
 * Valet's own tables (docs/formats/valet-tables.md): what the engine computes, and the writer's books. Rows are
 * absolute values under a key, so writing one again changes nothing; read them with FINAL.
 */
import { TABLES } from '../names.ts';
import type { Migration } from './types.ts';

const LC = 'LowCardinality(String) CODEC(ZSTD(1))';
const TEXT = 'String CODEC(ZSTD(1))';
const TIME = 'DateTime CODEC(Delta, ZSTD(1))';
const COUNT = 'UInt64 CODEC(T64, ZSTD(1))';
const FIGURE = 'Nullable(Float64) CODEC(ZSTD(1))';
const UPDATED = 'UpdatedAt DateTime64(3) CODEC(Delta, ZSTD(1))';

const SETTINGS =
  'SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 100000';

const SLICES = `CREATE TABLE IF NOT EXISTS ${TABLES.slices} (
  TenantId ${LC},
  Slo ${LC},
  Generation UInt32 CODEC(ZSTD(1)),
  \`Group\` ${TEXT},
  Slice ${TIME},
  Good ${COUNT},
  Total ${COUNT},
  ${UPDATED}
) ENGINE = ReplacingMergeTree(UpdatedAt)
PARTITION BY toYYYYMM(Slice)
ORDER BY (TenantId, Slo, Generation, \`Group\`, Slice)
${SETTINGS}`;

const BUDGETS = `CREATE TABLE IF NOT EXISTS ${TABLES.budgets} (
  TenantId ${LC},
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
  ${UPDATED}
) ENGINE = ReplacingMergeTree(UpdatedAt)
PARTITION BY toYYYYMM(Time)
ORDER BY (TenantId, Slo, Objective, Time)
${SETTINGS}`;

const BURN_RATES = `CREATE TABLE IF NOT EXISTS ${TABLES.burnRates} (
  TenantId ${LC},
  Slo ${LC},
  Objective ${LC},
  Time ${TIME},
  \`Window\` ${LC},
  Good ${COUNT},
  Total ${COUNT},
  Rate ${FIGURE},
  ${UPDATED}
) ENGINE = ReplacingMergeTree(UpdatedAt)
PARTITION BY toYYYYMM(Time)
ORDER BY (TenantId, Slo, Objective, \`Window\`, Time)
${SETTINGS}`;

const ALERTS = `CREATE TABLE IF NOT EXISTS ${TABLES.alerts} (
  TenantId ${LC},
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
  ${UPDATED}
) ENGINE = ReplacingMergeTree(UpdatedAt)
PARTITION BY toYYYYMM(StartedAt)
ORDER BY (TenantId, Slo, Id)
${SETTINGS}`;

/** Kept for ever: an old definition may still be in force, and old slices are read with the one of their time. */
const DEFINITIONS = `CREATE TABLE IF NOT EXISTS ${TABLES.definitions} (
  TenantId ${LC},
  Slo ${LC},
  Generation UInt32,
  Service ${LC},
  Dimension ${LC},
  FromSlice DateTime,
  Document ${TEXT},
  ${UPDATED}
) ENGINE = ReplacingMergeTree(UpdatedAt)
ORDER BY (TenantId, Slo, Generation)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 100000`;

const BATCHES = `CREATE TABLE IF NOT EXISTS ${TABLES.batches} (
  Token ${TEXT},
  Topic ${LC},
  TopicId ${LC},
  Partition UInt32,
  FirstOffset UInt64 CODEC(Delta, ZSTD(1)),
  LastOffset UInt64 CODEC(Delta, ZSTD(1)),
  Records ${COUNT},
  Rows ${COUNT},
  StoredAt DateTime64(3) CODEC(Delta, ZSTD(1))
) ENGINE = ReplacingMergeTree(StoredAt)
PARTITION BY toYYYYMM(StoredAt)
ORDER BY (Topic, TopicId, Partition, FirstOffset, LastOffset)
${SETTINGS}`;

const LOSSES = `CREATE TABLE IF NOT EXISTS ${TABLES.losses} (
  Topic ${LC},
  TopicId ${LC},
  Partition UInt32,
  FirstOffset UInt64,
  LastOffset UInt64,
  Reason ${LC},
  At DateTime64(3)
) ENGINE = ReplacingMergeTree(At)
PARTITION BY toYYYYMM(At)
ORDER BY (Topic, TopicId, Partition, FirstOffset, LastOffset, Reason)
${SETTINGS}`;

export const results: Migration = {
  version: 2,
  name: 'results',
  statements: [SLICES, BUDGETS, BURN_RATES, ALERTS, DEFINITIONS, BATCHES, LOSSES],
};
