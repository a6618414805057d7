/** Rows that wait for ClickHouse, the latest of each key, bounded: the oldest go first. */
import type { ResultRow } from './result-rows.ts';

const LIMIT = 200_000;
/** Given up at once when there are too many: one by one each would pass all the holes before it. */
const SURPLUS = 10_000;

/** Pending rows of one table. */
export class PendingRows {
  readonly #rows = new Map<string, ResultRow>();
  #dropped = 0;

  get size(): number {
    return this.#rows.size;
  }

  /** Puts a row in the place of an earlier one of its key. */
  put(key: string, row: ResultRow): void {
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size <= LIMIT) return;
    for (const oldest of this.#rows.keys().take(SURPLUS)) this.#rows.delete(oldest);
    this.#dropped += SURPLUS;
  }

  /** The least value of a numeric column; undefined without rows. */
  least(column: string): number | undefined {
    let least: number | undefined;
    for (const row of this.#rows.values()) {
      const value = row[column];
      if (typeof value === 'number' && (least === undefined || value < least)) least = value;
    }
    return least;
  }

  /** The oldest rows, at most so many; they stay until `done`. */
  oldest(limit: number): readonly (readonly [string, ResultRow])[] {
    return this.#rows.entries().take(limit).toArray();
  }

  /** Removes rows that have been written, unless a newer one has taken their place. */
  done(written: readonly (readonly [string, ResultRow])[]): void {
    for (const [key, row] of written) {
      if (this.#rows.get(key) === row) this.#rows.delete(key);
    }
  }

  /** Rows given up since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
