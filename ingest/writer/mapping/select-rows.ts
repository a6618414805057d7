import type { RefusalReason, RowPolicy } from './types.ts';

const MILLIS_PER_DAY = 86_400_000;
const DEFAULT_AHEAD_SECONDS = 86_400;

/** In the place of a refused row's day; days since the epoch are never these. */
const MARK = { 'too-old': -1, 'too-far-ahead': -2 } as const satisfies Record<RefusalReason, number>;

/** The rows of one day, in the order of the batch. */
export interface DayRows {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly rows: Uint32Array;
}

/** Rows by day, earliest first, and those that are not stored. */
export interface SelectedRows {
  readonly days: readonly DayRows[];
  /** Ascending rows per reason that occurred. */
  readonly refused: readonly { readonly reason: RefusalReason; readonly rows: Uint32Array }[];
}

/** Row by row: the time its table is partitioned by, and the append time of its request, in milliseconds. */
export interface RowTimes {
  readonly times: Float64Array;
  readonly appended: Float64Array;
}

/**
 * Sorts rows to the days of their table's partitions. Refuses those older than the retention or too far ahead, both
 * against the append time of their request, so that a replay decides alike.
 */
export function selectRows(
  { times, appended }: RowTimes,
  retentionSeconds: number,
  policy: RowPolicy,
): SelectedRows {
  const retentionMillis = retentionSeconds * 1000;
  const aheadMillis = (policy.maxAheadSeconds ?? DEFAULT_AHEAD_SECONDS) * 1000;
  const days = new Int32Array(times.length);
  const counts = new Map<number, number>();
  let last = 0;
  let run = 0;
  for (let row = 0; row < times.length; row++) {
    const time = times[row] as number;
    const age = (appended[row] as number) - time;
    const day =
      age > retentionMillis
        ? MARK['too-old']
        : -age > aheadMillis
          ? MARK['too-far-ahead']
          : Math.floor(time / MILLIS_PER_DAY);
    days[row] = day;
    // Rows of one day come in runs: one look-up per run.
    if (day !== last) {
      counts.set(last, (counts.get(last) ?? 0) + run);
      last = day;
      run = 0;
    }
    run++;
  }
  counts.set(last, (counts.get(last) ?? 0) + run);
  return { days: rowsByDay(days, counts), refused: refusedRows(days, counts) };
}

function rowsByDay(days: Int32Array, counts: ReadonlyMap<number, number>): readonly DayRows[] {
  return [...counts]
    .filter(([day, count]) => day >= 0 && count > 0)
    .sort(([left], [right]) => left - right)
    .map(([day, count]) => ({
      day: new Date(day * MILLIS_PER_DAY).toISOString().slice(0, 10),
      rows: rowsOfDay(days, day, count),
    }));
}

function refusedRows(days: Int32Array, counts: ReadonlyMap<number, number>): SelectedRows['refused'] {
  return Object.entries(MARK)
    .map(([reason, mark]) => ({ reason: reason as RefusalReason, mark, count: counts.get(mark) ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ reason, mark, count }) => ({ reason, rows: rowsOfDay(days, mark, count) }));
}

function rowsOfDay(days: Int32Array, day: number, count: number): Uint32Array {
  const rows = new Uint32Array(count);
  let filled = 0;
  for (let row = 0; filled < count; row++) if (days[row] === day) rows[filled++] = row;
  return rows;
}
