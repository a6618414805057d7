/** What of the tables depends on the configuration, and is brought up to date at each start. */
import type { Configuration } from '../configuration.ts';
import { TABLES } from '../names.ts';

/** The settings of retention, in days. */
export type RetentionSettings = Pick<
  Configuration,
  | 'retentionTracesDays'
  | 'retentionLogsDays'
  | 'retentionMetricsDays'
  | 'retentionResultsDays'
  | 'retentionDeadLettersDays'
>;

/** A table whose rows expire. */
export interface Expiry {
  readonly table: string;
  /** The date or time a row's age is counted from. */
  readonly from: string;
  readonly days: keyof RetentionSettings;
}

const POINT_TIME = 'toDateTime(TimeUnix)';

/** Tables not listed here keep their rows for ever. */
export const EXPIRIES: readonly Expiry[] = [
  { table: TABLES.traces, from: 'toDateTime(Timestamp)', days: 'retentionTracesDays' },
  { table: TABLES.traceIdTs, from: 'toDateTime(Start)', days: 'retentionTracesDays' },
  { table: TABLES.logs, from: 'toDateTime(Timestamp)', days: 'retentionLogsDays' },
  { table: TABLES.gauge, from: POINT_TIME, days: 'retentionMetricsDays' },
  { table: TABLES.sum, from: POINT_TIME, days: 'retentionMetricsDays' },
  { table: TABLES.histogram, from: POINT_TIME, days: 'retentionMetricsDays' },
  { table: TABLES.expHistogram, from: POINT_TIME, days: 'retentionMetricsDays' },
  { table: TABLES.summary, from: POINT_TIME, days: 'retentionMetricsDays' },
  { table: TABLES.slices, from: 'Slice', days: 'retentionResultsDays' },
  { table: TABLES.budgets, from: 'Time', days: 'retentionResultsDays' },
  { table: TABLES.burnRates, from: 'Time', days: 'retentionResultsDays' },
  { table: TABLES.alerts, from: 'toDateTime(StartedAt)', days: 'retentionResultsDays' },
  { table: TABLES.batches, from: 'toDateTime(StoredAt)', days: 'retentionResultsDays' },
  { table: TABLES.losses, from: 'toDateTime(At)', days: 'retentionResultsDays' },
  { table: TABLES.deadLetters, from: 'toDateTime(AppendedAt)', days: 'retentionDeadLettersDays' },
  { table: TABLES.replays, from: 'toDateTime(AppendedAt)', days: 'retentionDeadLettersDays' },
];
