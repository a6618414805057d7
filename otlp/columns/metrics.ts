import { DictionaryBuilder } from './dictionary.ts';
import { EnvelopeDecoder, type RecordReader } from './envelope.ts';
import { ExpHistogramPointsBuilder } from './exp-histogram-points.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { HistogramPointsBuilder } from './histogram-points.ts';
import { NumberPointsBuilder } from './number-points.ts';
import type { PointsBuilder } from './points.ts';
import { SlicesBuilder } from './slices.ts';
import { SummaryPointsBuilder } from './summary-points.ts';
import { type EncodedRequest, METRIC_KIND, type MetricBatch, type MetricTable, NONE } from './types.ts';
import { boolOf } from './value-text.ts';
import { varint32 } from './wire.ts';

const INITIAL = 64;
const MAX_TEMPORALITY = 2;

/** Decodes metric requests; the batch it returns is itself, valid until its next `decode`. */
export class MetricDecoder implements MetricBatch, RecordReader {
  readonly signal = 'metrics';
  readonly #envelope = new EnvelopeDecoder(this.signal);
  readonly #arena = this.#envelope.arena;
  readonly metrics = {
    count: 0,
    scope: new Uint32Array(INITIAL),
    name: { ids: new Uint32Array(INITIAL), dictionary: new DictionaryBuilder(this.#arena) },
    description: new SlicesBuilder(),
    unit: new SlicesBuilder(),
    kind: new Uint8Array(INITIAL),
    temporality: new Uint8Array(INITIAL),
    isMonotonic: new Uint8Array(INITIAL),
  } satisfies MetricTable;
  readonly gauge = new NumberPointsBuilder(this.#arena);
  readonly sum = new NumberPointsBuilder(this.#arena);
  readonly histogram = new HistogramPointsBuilder(this.#arena);
  readonly expHistogram = new ExpHistogramPointsBuilder(this.#arena);
  readonly summary = new SummaryPointsBuilder(this.#arena);
  readonly resources = this.#envelope.resources;
  readonly scopes = this.#envelope.scopes;
  readonly #tables = [this.gauge, this.sum, this.histogram, this.expHistogram, this.summary];
  #marked = 0;

  get source(): Uint8Array {
    return this.#arena.bytes;
  }

  get requests(): MetricBatch['requests'] {
    return this.#envelope.requests;
  }

  get undecodable(): MetricBatch['undecodable'] {
    return this.#envelope.undecodable;
  }

  get count(): number {
    return this.#tables.reduce((sum, table) => sum + table.count, 0);
  }

  /** Decodes `ExportMetricsServiceRequest`s; never throws for what is in them. */
  decode(requests: readonly EncodedRequest[]): MetricBatch {
    this.#envelope.decode(requests, this);
    return this;
  }

  clear(): void {
    this.metrics.count = 0;
    this.metrics.name.dictionary.clear();
    for (const table of this.#tables) table.clear();
  }

  mark(): void {
    this.#marked = this.metrics.count;
    for (const table of this.#tables) table.mark();
  }

  rewind(): void {
    this.metrics.count = this.#marked;
    for (const table of this.#tables) table.rewind();
  }

  /**
   * Reads a Metric message: 1 name · 2 description · 3 unit, and one of
   * 5 gauge · 7 sum · 9 histogram · 10 exponential_histogram · 11 summary.
   *
   * Each data field becomes a metric of its own, so that every point the validation counts has a row, under the
   * temporality it was judged by, even where a sender breaks the rule that there is one.
   */
  read(start: number, end: number, scope: number): void {
    const { metrics } = this;
    const first = metrics.count;
    let name = 0;
    let descriptionStart = NONE;
    let descriptionEnd = NONE;
    let unitStart = NONE;
    let unitEnd = NONE;
    const fields = new Fields(this.#arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) name = metrics.name.dictionary.intern(fields.start, fields.end);
      else if (fields.tag === 0x12) {
        descriptionStart = fields.start;
        descriptionEnd = fields.end;
      } else if (fields.tag === 0x1a) {
        unitStart = fields.start;
        unitEnd = fields.end;
      } else if ((fields.tag & 7) === 2) this.#readData(fields, scope);
    }
    for (let row = first; row < metrics.count; row++) {
      metrics.name.ids[row] = name;
      metrics.description.set(row, descriptionStart, descriptionEnd);
      metrics.unit.set(row, unitStart, unitEnd);
    }
  }

  /** Gauge, Sum, Histogram, …: 1 data_points · 2 aggregation_temporality · 3 is_monotonic; nothing for other fields. */
  #readData(data: Fields, scope: number): void {
    const kind = data.tag >>> 3;
    const table = this.#tableOf(kind);
    if (table === undefined) return;
    const { metrics } = this;
    const row = this.#open(scope, kind);
    const fields = new Fields(this.#arena.bytes, data.start, data.end);
    while (fields.next()) {
      if (fields.tag === 0x0a) table.read(fields.start, fields.end, row);
      else if (fields.tag === 0x10) {
        const temporality = varint32(this.#arena.bytes, fields.start);
        metrics.temporality[row] = temporality > MAX_TEMPORALITY ? 0 : temporality;
      } else if (fields.tag === 0x18) {
        metrics.isMonotonic[row] = boolOf(this.#arena.bytes, fields.start, fields.end) ? 1 : 0;
      }
    }
  }

  #tableOf(kind: number): PointsBuilder | undefined {
    switch (kind) {
      case METRIC_KIND.gauge:
        return this.gauge;
      case METRIC_KIND.sum:
        return this.sum;
      case METRIC_KIND.histogram:
        return this.histogram;
      case METRIC_KIND.expHistogram:
        return this.expHistogram;
      case METRIC_KIND.summary:
        return this.summary;
      default:
        return undefined;
    }
  }

  /** A new metric of the kind; its texts are known when its message was read. */
  #open(scope: number, kind: number): number {
    const { metrics } = this;
    const row = metrics.count++;
    if (row === metrics.scope.length) {
      metrics.scope = grow(metrics.scope, 0);
      metrics.name.ids = grow(metrics.name.ids, 0);
      metrics.kind = grow(metrics.kind, 0);
      metrics.temporality = grow(metrics.temporality, 0);
      metrics.isMonotonic = grow(metrics.isMonotonic, 0);
    }
    metrics.scope[row] = scope;
    metrics.kind[row] = kind;
    metrics.temporality[row] = 0;
    metrics.isMonotonic[row] = 0;
    for (const column of [metrics.description, metrics.unit]) column.open(row);
    return row;
  }
}
