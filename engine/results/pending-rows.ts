/** Rows that wait for ClickHouse, the latest of each key, bounded: the oldest go first. */
import type { ResultRow } from './result-rows.ts';

/** A row and the partition of `valet_sli` whose owner made it. */
export interface PendingRow {
  readonly partition: number;
  readonly row: ResultRow;
}

const LIMIT = 200_000;
/** Given up at once when there are too many: one by one each would pass all the holes before it. */
const SURPLUS = 10_000;

/** Pending rows of one table. */
export class PendingRows {
  readonly #rows = new Map<string, PendingRow>();
  /** What `least` found, until a row comes or goes: every partition asks in turn. */
  readonly #least = new Map<string, ReadonlyMap<number, number>>();
  #dropped = 0;

  get size(): number {
    return this.#rows.size;
  }

  /** Puts a row in the place of an earlier one of its key. */
  put(key: string, row: PendingRow): void {
    this.#least.clear();
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size <= LIMIT) return;
    for (const oldest of this.#rows.keys().take(SURPLUS)) this.#rows.delete(oldest);
    this.#dropped += SURPLUS;
  }

  /** The least value of a numeric column, by partition. */
  least(column: string): ReadonlyMap<number, number> {
    const known = this.#least.get(column);
    if (known !== undefined) return known;
    const least = new Map<number, number>();
    this.#least.set(column, least);
    for (const { partition, row } of this.#rows.values()) {
      const value = row[column];
      if (typeof value !== 'number') continue;
      least.set(partition, Math.min(value, least.get(partition) ?? value));
    }
    return least;
  }

  /** The oldest rows, at most so many; they stay until `done`. */
  oldest(limit: number): readonly (readonly [string, PendingRow])[] {
    return this.#rows.entries().take(limit).toArray();
  }

  /** Removes rows that have been written, unless a newer one has taken their place. */
  done(written: readonly (readonly [string, PendingRow])[]): void {
    this.#least.clear();
    for (const [key, row] of written) {
      if (this.#rows.get(key) === row) this.#rows.delete(key);
    }
  }

  /** Removes the rows of a partition that has another owner now. */
  leave(partition: number): void {
    this.#least.clear();
    for (const [key, row] of this.#rows) if (row.partition === partition) this.#rows.delete(key);
  }

  /** Rows given up since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
