/**
 * What the owner of a partition hands on to ClickHouse: slices that changed, budgets and burn by the minute, alerts,
 * definitions.
 *
 * 1. Rows are staged until a checkpoint is committed, and only then released: whoever no longer owns the partition
 *    cannot commit, so it writes nothing either.
 * 2. Stamps never go back, and are later than those of any owner before, whatever the clocks say: of two rows of a
 *    key the table keeps the one with the later stamp.
 */
import { type Signal, TABLES } from '../../schemas/names.ts';
import type { Unwritten } from '../../schemas/records-state.ts';
import type { KnownSlo } from '../core/replica/definition-book.ts';
import type { PartitionReplica } from '../core/replica/partition-replica.ts';
import type { EngineReplica } from '../core/replica.ts';
import { SLICE_MILLIS, SLICE_SECONDS, sliceAt, sliceMillis } from '../core/slices/slice.ts';
import type { AlertRecord, SloStatus } from '../core/types.ts';
import type { ResultTable } from './result-columns.ts';
import { alertRow, budgetRow, burnRows, definitionRows, type ResultRow, sliceRow } from './result-rows.ts';
import type { ResultWriter } from './result-writer.ts';

export interface ResultsOptions {
  readonly replica: EngineReplica;
  /** Of `valet_sli`; its state must have been taken up. */
  readonly partition: number;
  /** Absent when there is no ClickHouse: nothing is collected then. */
  readonly writer?: ResultWriter;
  readonly latenessSeconds: number;
  readonly now: () => number;
}

interface ChangedSlice {
  readonly slo: string;
  readonly generation: number;
  readonly slice: number;
}

const MINUTE_SLICES = 60 / SLICE_SECONDS;
const QUARTER_SLICES = 900 / SLICE_SECONDS;
const DAY_MILLIS = 86_400_000;
/** Rows go out at checkpoints, and one is made sooner when so many wait for it. */
const MANY_ROWS = 20_000;

/** See above; the evaluator calls it in the course of each step. */
export class Results {
  readonly #options: ResultsOptions;
  readonly #partition: PartitionReplica;
  readonly #firstStampMillis: number;
  readonly #changed = new Map<string, ChangedSlice>();
  readonly #staged = new Map<ResultTable, Map<string, ResultRow>>();
  #stagedRows = 0;
  #definitionsVersion = -1;
  #stampMillis: number;

  constructor(options: ResultsOptions) {
    this.#options = options;
    this.#partition = options.replica.partition(options.partition);
    this.#stampMillis = this.#partition.progress?.stampMillis ?? 0;
    this.#firstStampMillis = this.#stampMillis + 1;
  }

  /** The latest stamp of any row of the partition, of former owners too; 0 without any. */
  get stampMillis(): number {
    return this.#stampMillis;
  }

  /** Whether rows should go out before the next checkpoint is due. */
  get isFull(): boolean {
    return this.#stagedRows > MANY_ROWS;
  }

  /** Notes a slice whose counts changed; its row is made by `capture`. */
  slice({ slo, generation, slice }: ChangedSlice): void {
    if (this.#options.writer === undefined) return;
    this.#changed.set(`${slo}|${generation}|${slice}`, { slo, generation, slice });
  }

  /**
   * After the state was taken up: rows that waited at the last checkpoint are made again, as far as counts are still
   * known one by one, and the last minutes too. Slices counted since come again by themselves.
   */
  recover(): void {
    if (this.#options.writer === undefined) return;
    const { progress, alertBook, evaluated } = this.#partition;
    const { slice, minute = Number.POSITIVE_INFINITY } = progress?.unwritten ?? {};
    if (slice !== undefined) this.#rewriteSlices(slice);
    this.alerts([...alertBook.all()]);
    for (const [signal, last] of evaluated) this.#rewriteMinutes(signal, { last, firstMinute: minute });
  }

  /** The earliest rows that are not in ClickHouse, for the checkpoint; undefined when all are. */
  unwritten(): Unwritten | undefined {
    const slice = this.#least(TABLES.slices, 'Slice');
    const minute = Math.min(this.#least(TABLES.budgets, 'Time'), this.#least(TABLES.burnRates, 'Time'));
    if (slice === Number.POSITIVE_INFINITY && minute === Number.POSITIVE_INFINITY) return undefined;
    return {
      ...(slice === Number.POSITIVE_INFINITY ? {} : { slice: slice / SLICE_SECONDS }),
      ...(minute === Number.POSITIVE_INFINITY ? {} : { minute: minute / SLICE_SECONDS }),
    };
  }

  /** Alerts that changed. */
  alerts(alerts: readonly AlertRecord[]): void {
    for (const alert of alerts) this.#stage(TABLES.alerts, alert.id, alertRow(alert));
  }

  /**
   * A slice edge has been evaluated. At full minutes budget and burn are written; within the lateness of now also
   * again for the minute before and for the one the watermark passes, whose counts have been completed since.
   * Minutes older than a day are written every quarter of an hour only.
   */
  edge(signal: Signal, slice: number, nowMillis: number): void {
    if (this.#options.writer === undefined || slice % MINUTE_SLICES !== 0) return;
    const ageMillis = nowMillis - sliceMillis(slice);
    if (ageMillis > DAY_MILLIS && slice % QUARTER_SLICES !== 0) return;
    this.#minute(signal, slice);
    if (ageMillis > this.#options.latenessSeconds * 1000) return;
    this.#minute(signal, slice - MINUTE_SLICES);
    this.#minute(signal, slice - this.#latenessSlices() - MINUTE_SLICES);
  }

  /** Turns what changed into rows, while the counts are still known; call before the replica forgets. */
  capture(): void {
    if (this.#options.writer === undefined) return;
    for (const [key, changed] of this.#changed) {
      const { timeline } = this.#partition.counts.of(changed.slo, changed.generation);
      if (changed.slice < timeline.floors()[0]) continue;
      this.#stage(TABLES.slices, key, sliceRow(changed, timeline.all.sum(changed.slice, changed.slice + 1)));
    }
    this.#changed.clear();
    this.#captureDefinitions();
  }

  /** Hands the staged rows to the writer: a checkpoint that says they are not written yet has been committed. */
  release(): void {
    const { writer, partition } = this.#options;
    for (const [table, rows] of this.#staged) {
      for (const [key, row] of rows) writer?.put(table, key, { partition, row });
      rows.clear();
    }
    this.#stagedRows = 0;
  }

  #captureDefinitions(): void {
    const { replica, partition } = this.#options;
    const { definitions } = replica;
    if (definitions.version === this.#definitionsVersion) return;
    this.#definitionsVersion = definitions.version;
    const own = definitions.entries().filter(({ slo }) => replica.partitionOf(slo) === partition);
    for (const row of own.flatMap(definitionRows)) {
      this.#stage(TABLES.definitions, `${row['TenantId']}/${row['Slo']}|${row['Generation']}`, row);
    }
  }

  #latenessSlices(): number {
    return Math.ceil(this.#options.latenessSeconds / 60) * MINUTE_SLICES;
  }

  #rewriteSlices(first: number): void {
    for (const { slo, generation, timeline } of this.#partition.counts.all()) {
      for (const slice of timeline.all.fineSlices())
        if (slice >= first) this.slice({ slo, generation, slice });
    }
  }

  #rewriteMinutes(
    signal: Signal,
    { last, firstMinute }: { readonly last: number; readonly firstMinute: number },
  ): void {
    const lastMinute = Math.floor(last / MINUTE_SLICES) * MINUTE_SLICES;
    const kept = lastMinute - DAY_MILLIS / SLICE_MILLIS;
    const first = Math.max(kept, Math.min(firstMinute, lastMinute - this.#latenessSlices() - MINUTE_SLICES));
    for (let slice = first; slice <= lastMinute; slice += MINUTE_SLICES) this.#minute(signal, slice);
  }

  #minute(signal: Signal, slice: number): void {
    const { replica, partition, now } = this.#options;
    const slos = replica.slosOf(partition, signal);
    if (slos.length === 0) return;
    const first = this.#partition.counts.liveness[signal].timeline.firstSlice();
    if (first === undefined || slice <= first || slice > sliceAt(now())) return;
    for (const known of slos) {
      for (const { name } of known.definition.objectives) {
        const status = replica.status(known.entry.slo, sliceMillis(slice), name);
        if (status !== undefined) this.#stageStatus(known, status);
      }
    }
  }

  #stageStatus(known: KnownSlo, status: SloStatus): void {
    const { slo } = known.entry;
    const key = `${slo}|${status.objective}|${status.at}`;
    this.#stage(TABLES.budgets, key, budgetRow(known, status));
    for (const row of burnRows(slo, status)) this.#stage(TABLES.burnRates, `${key}|${row['Window']}`, row);
  }

  #stage(table: ResultTable, key: string, row: ResultRow): void {
    const { writer, now } = this.#options;
    if (writer === undefined) return;
    const stamp = Math.max(now(), this.#stampMillis, this.#firstStampMillis);
    this.#stampMillis = stamp;
    let rows = this.#staged.get(table);
    if (rows === undefined) {
      rows = new Map();
      this.#staged.set(table, rows);
    }
    if (!rows.has(key)) this.#stagedRows += 1;
    rows.set(key, { ...row, UpdatedAt: new Date(stamp) });
  }

  /** The least value of a column among the rows that are not in ClickHouse. */
  #least(table: ResultTable, column: string): number {
    const { writer, partition } = this.#options;
    let least = writer?.least(table, column).get(partition) ?? Number.POSITIVE_INFINITY;
    for (const row of this.#staged.get(table)?.values() ?? []) {
      const value = row[column];
      if (typeof value === 'number') least = Math.min(least, value);
    }
    return least;
  }
}
