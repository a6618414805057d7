/** What the evaluator hands on to ClickHouse: slices that changed, budgets and burn by the minute, alerts, definitions. */
import { type Signal, TABLES } from '../../schemas/names.ts';
import type { Unwritten } from '../../schemas/records-state.ts';
import type { KnownSlo } from '../core/replica/definition-book.ts';
import type { EngineReplica } from '../core/replica.ts';
import { SLICE_MILLIS, SLICE_SECONDS, sliceAt, sliceMillis } from '../core/slices/slice.ts';
import type { AlertRecord, SloStatus } from '../core/types.ts';
import { alertRow, budgetRow, burnRows, definitionRows, sliceRow } from './result-rows.ts';
import type { ResultWriter } from './result-writer.ts';

export interface ResultsOptions {
  readonly replica: EngineReplica;
  /** Changes whenever the definitions did. */
  readonly definitionsVersion: () => number;
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
/** Rows are written at checkpoints, and sooner when so many wait. */
const FLUSH_ROWS = 20_000;

/** See above; the engine calls it in the course of each step. */
export class Results {
  readonly #options: ResultsOptions;
  readonly #changed = new Map<string, ChangedSlice>();
  #definitionsVersion = 0;

  constructor(options: ResultsOptions) {
    this.#options = options;
  }

  /** Notes a slice whose counts changed; its row is made by `capture`. */
  slice(slo: string, generation: number, slice: number): void {
    if (this.#options.writer === undefined) return;
    this.#changed.set(`${slo}|${generation}|${slice}`, { slo, generation, slice });
  }

  /**
   * After a restart: rows that waited at the last checkpoint are made again, as far as counts are still known one by
   * one, and the last minutes too. Slices counted since come again by themselves.
   */
  recover(): void {
    const { replica } = this.#options;
    const lost = [...replica.unwritten.values()];
    const firstSlice = Math.min(...lost.map(({ slice = Number.POSITIVE_INFINITY }) => slice));
    const firstMinute = Math.min(...lost.map(({ minute = Number.POSITIVE_INFINITY }) => minute));
    if (firstSlice < Number.POSITIVE_INFINITY) this.#rewriteSlices(firstSlice);
    this.alerts(replica.alertBook.newestFirst());
    for (const [signal, evaluated] of replica.evaluated)
      this.#rewriteMinutes(signal, { evaluated, firstMinute });
  }

  /** The earliest rows that wait, for the checkpoint; undefined when none does. */
  unwritten(): Unwritten | undefined {
    const { writer } = this.#options;
    const slice = writer?.least(TABLES.slices, 'Slice');
    const times = [TABLES.budgets, TABLES.burnRates].map((table) => writer?.least(table, 'Time'));
    const time = Math.min(...times.map((each) => each ?? Number.POSITIVE_INFINITY));
    if (slice === undefined && time === Number.POSITIVE_INFINITY) return undefined;
    return {
      ...(slice === undefined ? {} : { slice: slice / SLICE_SECONDS }),
      ...(time === Number.POSITIVE_INFINITY ? {} : { minute: time / SLICE_SECONDS }),
    };
  }

  /** Alerts that changed. */
  alerts(alerts: readonly AlertRecord[]): void {
    for (const alert of alerts) this.#put(TABLES.alerts, alert.id, alertRow(alert));
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
    const { replica, definitionsVersion, writer } = this.#options;
    if (writer === undefined) return;
    for (const [key, changed] of this.#changed) {
      const { timeline } = replica.counts.of(changed.slo, changed.generation);
      if (changed.slice < timeline.floors()[0]) continue;
      this.#put(TABLES.slices, key, sliceRow(changed, timeline.sum(changed.slice, changed.slice + 1)));
    }
    this.#changed.clear();
    if (definitionsVersion() === this.#definitionsVersion) return;
    this.#definitionsVersion = definitionsVersion();
    for (const row of replica.definitions.entries().flatMap(definitionRows)) {
      this.#put(TABLES.definitions, `${row['TenantId']}/${row['Slo']}|${row['Generation']}`, row);
    }
  }

  /** Whether rows should be written before the next checkpoint. */
  get isFull(): boolean {
    return (this.#options.writer?.size ?? 0) > FLUSH_ROWS;
  }

  /** Writes the rows that wait; never rejects because ClickHouse is away. */
  async flush(nowMillis: number): Promise<void> {
    await this.#options.writer?.flush(nowMillis);
  }

  #latenessSlices(): number {
    return Math.ceil(this.#options.latenessSeconds / 60) * MINUTE_SLICES;
  }

  #rewriteSlices(first: number): void {
    for (const { slo, generation, timeline } of this.#options.replica.counts.all()) {
      for (const slice of timeline.fineSlices()) if (slice >= first) this.slice(slo, generation, slice);
    }
  }

  #rewriteMinutes(
    signal: Signal,
    { evaluated, firstMinute }: { readonly evaluated: number; readonly firstMinute: number },
  ): void {
    const last = Math.floor(evaluated / MINUTE_SLICES) * MINUTE_SLICES;
    const kept = last - DAY_MILLIS / SLICE_MILLIS;
    const first = Math.max(kept, Math.min(firstMinute, last - this.#latenessSlices() - MINUTE_SLICES));
    for (let slice = first; slice <= last; slice += MINUTE_SLICES) this.#minute(signal, slice);
  }

  #minute(signal: Signal, slice: number): void {
    const { replica } = this.#options;
    const first = replica.counts.liveness[signal].timeline.firstSlice();
    if (first === undefined || slice <= first || slice > sliceAt(this.#options.now())) return;
    for (const known of replica.definitions.inForce()) {
      if (known.definition.indicator.total.signal !== signal) continue;
      for (const { objective } of known.objectives) {
        const status = replica.status(known.entry.slo, sliceMillis(slice), objective.name);
        if (status !== undefined) this.#putStatus(known, status);
      }
    }
  }

  #putStatus(known: KnownSlo, status: SloStatus): void {
    const { slo } = known.entry;
    const key = `${slo}|${status.objective}|${status.at}`;
    this.#put(TABLES.budgets, key, budgetRow(known, status));
    for (const row of burnRows(slo, status)) this.#put(TABLES.burnRates, `${key}|${row['Window']}`, row);
  }

  #put(table: Parameters<ResultWriter['put']>[0], key: string, row: Readonly<Record<string, unknown>>): void {
    const { writer, now } = this.#options;
    writer?.put(table, key, { ...row, UpdatedAt: new Date(now()) });
  }
}
