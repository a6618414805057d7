/** Every count the engine holds: SLO generations, liveness of signals, heads of meters. Fed by `valet_sli`. */
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import type { SliCountsRecord, SliRecord, SliWatermarkRecord } from '../../../schemas/records-sli.ts';
import { Liveness } from '../slices/liveness.ts';
import { Timeline } from '../slices/timeline.ts';
import { SampleRing } from './sample-ring.ts';

/** The counts of one generation of an SLO. */
export interface GenerationCounts {
  readonly slo: string;
  readonly generation: number;
  readonly timeline: Timeline;
  readonly samples: SampleRing;
}

/** Where a meter is in one partition of an otlp topic. */
export interface SourceHead {
  /** Topic and partition: `otlp_spans/0`. */
  readonly source: string;
  readonly signal: Signal;
  /** Event time. */
  readonly headMillis: number;
  /** Append time of its last data. */
  readonly dataMillis: number;
}

/** Told of every slice whose counts changed. */
export type OnSlice = (slo: string, generation: number, slice: number) => void;

/** Counts by SLO and generation; see above. */
export class CountBook {
  readonly liveness: Readonly<Record<Signal, Liveness>> = {
    traces: new Liveness(),
    metrics: new Liveness(),
    logs: new Liveness(),
  };
  /** By partition of `valet_sli` and source: each partition tells only what came before it. */
  readonly #heads = new Map<string, { readonly partition: number; readonly head: SourceHead }>();
  readonly #counts = new Map<string, GenerationCounts>();
  readonly #onSlice: OnSlice | undefined;

  constructor(onSlice?: OnSlice) {
    this.#onSlice = onSlice;
  }

  /** Adds one record of `valet_sli`. */
  apply(record: SliRecord, partition: number): void {
    if (record.kind === 'counts') this.#addCounts(record);
    else if (record.kind === 'watermark') this.#addWatermark(record, partition);
  }

  /** Heads as a partition of `valet_sli` tells them. */
  headsOf(partition: number): readonly SourceHead[] {
    return [...this.#heads.values()].filter((told) => told.partition === partition).map(({ head }) => head);
  }

  /** Puts a head in the place of an earlier one. */
  setHead(partition: number, head: SourceHead): void {
    this.#heads.set(`${partition}:${head.source}`, { partition, head });
  }

  /** The counts of a generation; made empty when there are none yet. */
  of(slo: string, generation: number): GenerationCounts {
    const key = `${slo}|${generation}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { slo, generation, timeline: new Timeline(), samples: new SampleRing() };
      this.#counts.set(key, counts);
    }
    return counts;
  }

  /** Every generation with counts. */
  all(): IterableIterator<GenerationCounts> {
    return this.#counts.values();
  }

  /** How far event time is known for a signal: the slowest of its partitions; undefined before any event. */
  headMillis(signal: Signal): number | undefined {
    const heads = this.#headsOfSignal(signal).map(({ headMillis }) => headMillis);
    return heads.length === 0 ? undefined : Math.min(...heads);
  }

  /** Append time of the last data of a signal; undefined before any. */
  dataMillis(signal: Signal): number | undefined {
    const times = this.#headsOfSignal(signal).map(({ dataMillis }) => dataMillis);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  #headsOfSignal(signal: Signal): readonly SourceHead[] {
    return [...this.#heads.values()].map(({ head }) => head).filter((head) => head.signal === signal);
  }

  #addCounts({ slo, generation, slices }: SliCountsRecord): void {
    const { timeline, samples } = this.of(slo, generation);
    for (const [slice, good, total, late, ...ids] of slices) {
      timeline.add(slice, { good, total, late });
      samples.add(slice, ids);
      this.#onSlice?.(slo, generation, slice);
    }
  }

  #addWatermark(record: SliWatermarkRecord, partition: number): void {
    const { signal, source, headMillis, dataMillis, alive } = record;
    if (!SIGNALS.includes(signal)) return;
    if (headMillis !== null && dataMillis !== null) {
      this.setHead(partition, { source, signal, headMillis, dataMillis });
    }
    for (const range of alive) this.liveness[signal].mark(range);
  }
}
