import type { DayRows } from './select-rows.ts';

/** The rows of one table. */
export interface StoredRows {
  /** Those that are stored. */
  readonly days: readonly DayRows[];
  /** When the event of a row happened, milliseconds. */
  readonly timeOf: (row: number) => number;
}

/** So few cost a batch nothing, and those of some minutes tell a percentile. */
const MAX_SAMPLES = 25;
/** Fractional part of the golden ratio: its multiples fall anywhere between 0 and 1, evenly. */
const GOLDEN = 0.618_033_988_749_895;

/**
 * When some of the stored events happened, milliseconds: one of each 25th part of the rows, all of them when there are
 * fewer. Its place in the part varies, or all would be the first of their requests; the same rows give the same ones.
 */
export function sampleEvents(tables: readonly StoredRows[]): readonly number[] {
  const pieces = tables.flatMap(({ days, timeOf }) => days.map(({ rows }) => ({ rows, timeOf })));
  const total = pieces.reduce((sum, { rows }) => sum + rows.length, 0);
  const samples = Math.min(MAX_SAMPLES, total);
  const times: number[] = [];
  let piece = 0;
  let before = 0;
  for (let part = 0; part < samples; part++) {
    const from = Math.floor((part * total) / samples);
    const until = Math.floor(((part + 1) * total) / samples);
    const at = from + Math.floor(((part * GOLDEN) % 1) * (until - from));
    while (at - before >= (pieces[piece]?.rows.length ?? total)) before += pieces[piece++]?.rows.length ?? 0;
    const { rows, timeOf } = pieces[piece] as (typeof pieces)[number];
    times.push(timeOf(rows[at - before] as number));
  }
  return times;
}
