/** Writes pending rows to ClickHouse; while it is away rows wait and nobody else does. */
import type { Logger } from 'pino';
import { TABLES } from '../../schemas/names.ts';
import { encodeRows } from '../../store/native/encode-rows.ts';
import type { Store } from '../../store/types.ts';
import type { EngineMetrics } from '../metrics.ts';
import { type PendingRow, PendingRows } from './pending-rows.ts';
import { RESULT_COLUMNS, type ResultTable } from './result-columns.ts';

export interface ResultWriterOptions {
  readonly store: Store;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

const ROWS_PER_INSERT = 50_000;
const RETRY_MILLIS = 10_000;
/** The engine waits no longer for an insert; it goes on beside. */
const PATIENCE_MILLIS = 5000;

const RESULT_TABLES = [
  TABLES.slices,
  TABLES.budgets,
  TABLES.burnRates,
  TABLES.alerts,
  TABLES.definitions,
] as const;

/** Pending rows by table and their way into ClickHouse. */
export class ResultWriter {
  readonly #options: ResultWriterOptions;
  readonly #pending = new Map<ResultTable, PendingRows>(
    RESULT_TABLES.map((table) => [table, new PendingRows()]),
  );
  #inFlight: Promise<void> | undefined;
  #failedAtMillis = Number.NEGATIVE_INFINITY;

  constructor(options: ResultWriterOptions) {
    this.#options = options;
  }

  /** Rows that wait, in all tables. */
  get size(): number {
    return this.#pending.values().reduce((sum, rows) => sum + rows.size, 0);
  }

  /** The least value of a numeric column among the rows of a table that wait, by partition. */
  least(table: ResultTable, column: string): ReadonlyMap<number, number> {
    return this.#pending.get(table)?.least(column) ?? new Map();
  }

  /** Adds a row; a later row of the same key replaces it, here or in the table. */
  put(table: ResultTable, key: string, row: PendingRow): void {
    this.#pending.get(table)?.put(key, row);
  }

  /** Drops the rows of a partition that has another owner now: it makes them again. */
  leave(partition: number): void {
    for (const rows of this.#pending.values()) rows.leave(partition);
  }

  /** Writes what waits. Resolves when it is written, has failed, or takes too long. */
  async flush(nowMillis: number): Promise<void> {
    // Either way: a clock set back must not put the next attempt off.
    const isPaused = Math.abs(nowMillis - this.#failedAtMillis) < RETRY_MILLIS;
    if (this.#inFlight === undefined && !isPaused && this.size > 0) {
      this.#inFlight = this.#writeAll(nowMillis).finally(() => {
        this.#inFlight = undefined;
      });
    }
    if (this.#inFlight === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MILLIS);
    });
    await Promise.race([this.#inFlight, patience]);
    clearTimeout(timer);
  }

  async #writeAll(nowMillis: number): Promise<void> {
    try {
      for (const [table, rows] of this.#pending) await this.#writeTable(table, rows);
    } catch (error) {
      this.#failedAtMillis = nowMillis;
      this.#options.logger.warn({ err: error, rows: this.size }, 'results cannot be written, rows are kept');
    }
  }

  async #writeTable(table: ResultTable, rows: PendingRows): Promise<void> {
    const { store, metrics } = this.#options;
    metrics.resultRowsDropped.inc({ table }, rows.takeDropped());
    const columns = RESULT_COLUMNS[table];
    const names = columns.map(({ name }) => name);
    while (rows.size > 0) {
      const batch = rows.oldest(ROWS_PER_INSERT);
      const chunks = encodeRows(
        columns,
        batch.map(([, { row }]) => row),
      );
      await store.insert({ table, columns: names, chunks });
      rows.done(batch);
      metrics.resultRows.inc({ table }, batch.length);
    }
  }
}
