import type { RowPolicy, Tally } from './types.ts';

const MILLIS_PER_DAY = 86_400_000;
const DEFAULT_AHEAD_SECONDS = 86_400;

/** The rows of one day, in the order of the batch. */
export interface DayRows {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly rows: Uint32Array;
}

/** Rows by day, earliest first, and the tally of those that are not stored. */
export interface SelectedRows {
  readonly days: readonly DayRows[];
  readonly rejected: readonly Tally[];
}

/** Row by row: the time its table is partitioned by, and the append time of its request, in milliseconds. */
export interface RowTimes {
  readonly times: Float64Array;
  readonly appended: Float64Array;
}

/**
 * Sorts rows to the days of their table's partitions. Rejects those older than the retention or too far ahead, both
 * against the append time of their request, so that a replay decides alike.
 */
export function selectRows(
  { times, appended }: RowTimes,
  retentionSeconds: number,
  policy: RowPolicy,
): SelectedRows {
  const retentionMillis = retentionSeconds * 1000;
  const aheadMillis = (policy.maxAheadSeconds ?? DEFAULT_AHEAD_SECONDS) * 1000;
  const days = new Float64Array(times.length);
  const counts = new Map<number, number>();
  let expired = 0;
  let future = 0;
  for (let row = 0; row < times.length; row++) {
    const time = times[row] as number;
    const age = (appended[row] as number) - time;
    const day = age > retentionMillis || -age > aheadMillis ? Number.NaN : Math.floor(time / MILLIS_PER_DAY);
    days[row] = day;
    if (age > retentionMillis) expired++;
    else if (-age > aheadMillis) future++;
    else counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return { days: rowsByDay(days, counts), rejected: tallies({ expired, future }) };
}

/** Tallies of the reasons that occurred. */
export function tallies(counts: Partial<Record<Tally['reason'], number>>): readonly Tally[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ reason: reason as Tally['reason'], count }));
}

function rowsByDay(days: Float64Array, counts: ReadonlyMap<number, number>): readonly DayRows[] {
  return [...counts]
    .sort(([left], [right]) => left - right)
    .map(([day, count]) => ({
      day: new Date(day * MILLIS_PER_DAY).toISOString().slice(0, 10),
      rows: rowsOfDay(days, day, count),
    }));
}

function rowsOfDay(days: Float64Array, day: number, count: number): Uint32Array {
  const rows = new Uint32Array(count);
  let filled = 0;
  for (let row = 0; filled < count; row++) if (days[row] === day) rows[filled++] = row;
  return rows;
}
