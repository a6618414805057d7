/** The counts of one partition of `valet_sli`: SLO generations, liveness of signals, heads of meters. */
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import type { SliCountsRecord, SliRecord, SliSource, SliWatermark } from '../../../schemas/records-sli.ts';
import { Liveness } from '../slices/liveness.ts';
import type { DefinitionBook } from './definition-book.ts';
import { GenerationCounts } from './generation-counts.ts';

/** Told of every slice whose counts changed. */
export type OnSlice = (slo: string, generation: number, slice: number) => void;

export interface CountBookOptions {
  /** Say how time slices are judged, and what is excluded. */
  readonly definitions: Pick<DefinitionBook, 'hasHeardOf' | 'rulesOf' | 'exclusionsOf'>;
  readonly onSlice?: OnSlice | undefined;
}

/** Counts by SLO and generation; see above. */
export class CountBook {
  readonly liveness: Readonly<Record<Signal, Liveness>> = {
    traces: new Liveness(),
    metrics: new Liveness(),
    logs: new Liveness(),
  };
  readonly #heads = new Map<string, SliSource>();
  /** The slowest of a signal's heads, until one of them moves. */
  readonly #slowest = new Map<Signal, number | undefined>();
  readonly #counts = new Map<string, GenerationCounts>();
  readonly #definitions: CountBookOptions['definitions'];
  readonly #onSlice: OnSlice | undefined;

  constructor({ definitions, onSlice }: CountBookOptions) {
    this.#definitions = definitions;
    this.#onSlice = onSlice;
  }

  /** Adds one record of `valet_sli`. */
  apply(record: SliRecord): void {
    if (record.kind === 'counts') this.#addCounts(record);
    else if (record.kind === 'watermarks') for (const each of record.sources) this.#addWatermark(each);
    else if (record.kind === 'watermark') this.#addWatermark(record);
  }

  /** Where the meters are, each source once. */
  heads(): readonly SliSource[] {
    return [...this.#heads.values()];
  }

  /** Puts a head in the place of an earlier one of its source. */
  setHead({ signal, source, identity, next, headMillis, dataMillis }: SliSource): void {
    this.#slowest.delete(signal);
    this.#heads.set(source, {
      signal,
      source,
      ...(identity === undefined ? {} : { identity }),
      ...(next === undefined ? {} : { next }),
      headMillis,
      dataMillis,
    });
  }

  /** The counts of a generation; made empty when there are none yet. */
  of(slo: string, generation: number): GenerationCounts {
    const key = `${slo}|${generation}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = new GenerationCounts(slo, generation);
      this.#counts.set(key, counts);
    }
    return counts;
  }

  /** Every generation with counts. */
  all(): IterableIterator<GenerationCounts> {
    return this.#counts.values();
  }

  /** How far event time is known for a signal: the slowest of its sources; undefined before any event. */
  headMillis(signal: Signal): number | undefined {
    if (this.#slowest.has(signal)) return this.#slowest.get(signal);
    const heads = [...this.#heads.values()].filter((head) => head.signal === signal);
    const millis = heads.flatMap(({ headMillis }) => headMillis ?? []);
    const slowest = millis.length === 0 ? undefined : Math.min(...millis);
    this.#slowest.set(signal, slowest);
    return slowest;
  }

  #addCounts({ slo, generation, slices }: SliCountsRecord): void {
    const counts = this.of(slo, generation);
    if (this.#definitions.hasHeardOf(slo)) {
      for (const rule of this.#definitions.rulesOf(slo)) counts.judgedBy(rule);
      counts.exclude(this.#definitions.exclusionsOf(slo));
    }
    for (const slice of slices) {
      counts.add(slice);
      this.#onSlice?.(slo, generation, slice[0]);
    }
  }

  #addWatermark(watermark: SliWatermark): void {
    if (!SIGNALS.includes(watermark.signal)) return;
    this.setHead(watermark);
    for (const range of watermark.alive) this.liveness[watermark.signal].mark(range);
  }
}
