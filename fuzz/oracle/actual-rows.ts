/** What the rows of a decoded batch say, as text: the counterpart of expected-rows.ts. */
import { idText } from '../../otlp/columns/identifiers.ts';
import type {
  AttributesColumn,
  Batch,
  Exemplars,
  ExpHistogramPoints,
  HistogramPoints,
  ListColumn,
  LogBatch,
  MetricBatch,
  NumberPoints,
  PointTable,
  SliceColumn,
  SpanBatch,
  SummaryPoints,
  ValueColumn,
} from '../../otlp/columns/types.ts';
import { NONE } from '../../otlp/columns/types.ts';
import type { RowTable, RowText } from './expected-rows.ts';

/** A row, and which of the batch's requests it came from. */
export interface ActualRow extends RowText {
  readonly request: number;
}

/** All rows of a batch, table by table, in their order. */
export function actualRows(batch: Batch): readonly ActualRow[] {
  const reader = new BatchReader(batch);
  if (batch.signal === 'traces') return rows(batch.count, (row) => reader.span(batch, row));
  if (batch.signal === 'logs') return rows(batch.count, (row) => reader.log(batch, row));
  const { gauge, sum, histogram, expHistogram, summary } = batch;
  return [
    ...rows(gauge.count, (row) => reader.point(batch, 'gauge', gauge, row, () => reader.number(gauge, row))),
    ...rows(sum.count, (row) => reader.point(batch, 'sum', sum, row, () => reader.number(sum, row))),
    ...rows(histogram.count, (row) =>
      reader.point(batch, 'histogram', histogram, row, () => reader.histogram(histogram, row)),
    ),
    ...rows(expHistogram.count, (row) =>
      reader.point(batch, 'expHistogram', expHistogram, row, () => reader.expHistogram(expHistogram, row)),
    ),
    ...rows(summary.count, (row) =>
      reader.point(batch, 'summary', summary, row, () => reader.summary(summary, row)),
    ),
  ];
}

function rows(count: number, read: (row: number) => ActualRow): ActualRow[] {
  return Array.from({ length: count }, (_, row) => read(row));
}

class BatchReader {
  readonly #batch: Batch;
  readonly #source: Buffer;
  /** Scope → what it and its resource say, and their request. */
  readonly #owners: readonly { readonly text: string; readonly request: number }[];

  constructor(batch: Batch) {
    this.#batch = batch;
    const { source } = batch;
    this.#source = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    this.#owners = Array.from({ length: batch.scopes.count }, (_, scope) => this.#owner(scope));
  }

  span(batch: SpanBatch, row: number): ActualRow {
    return this.#row('spans', batch.scope[row] as number, [
      idText(batch.traceId, row),
      idText(batch.spanId, row),
      idText(batch.parentSpanId, row),
      this.#slice(batch.traceState, row),
      this.#entry(batch.name, row),
      batch.kind[row],
      batch.startNanos[row],
      batch.endNanos[row],
      batch.flags[row],
      this.#slice(batch.statusMessage, row),
      batch.statusCode[row],
      this.#attributes(batch.attributes, row),
      this.#each(batch.events.offsets, row, (event) => [
        batch.events.timeNanos[event],
        this.#entry(batch.events.name, event),
        this.#attributes(batch.events.attributes, event),
      ]),
      this.#each(batch.links.offsets, row, (link) => [
        idText(batch.links.traceId, link),
        idText(batch.links.spanId, link),
        this.#slice(batch.links.traceState, link),
        this.#attributes(batch.links.attributes, link),
      ]),
    ]);
  }

  log(batch: LogBatch, row: number): ActualRow {
    return this.#row('logs', batch.scope[row] as number, [
      batch.timeNanos[row],
      batch.observedNanos[row],
      batch.severityNumber[row],
      this.#entry(batch.severityText, row),
      this.#value(batch.body, row),
      this.#attributes(batch.attributes, row),
      batch.flags[row],
      idText(batch.traceId, row),
      idText(batch.spanId, row),
      this.#entry(batch.eventName, row),
    ]);
  }

  point(
    batch: MetricBatch,
    table: RowTable,
    points: PointTable,
    row: number,
    rest: () => { readonly words: readonly unknown[]; readonly others: readonly unknown[] },
  ): ActualRow {
    const { metrics } = batch;
    const metric = points.metric[row] as number;
    const { words, others } = rest();
    return this.#row(table, metrics.scope[metric] as number, [
      this.#entry(metrics.name, metric),
      this.#slice(metrics.description, metric),
      this.#slice(metrics.unit, metric),
      isTemporal(table) ? metrics.temporality[metric] : 0,
      table === 'sum' ? metrics.isMonotonic[metric] : 0,
      points.startNanos[row],
      points.timeNanos[row],
      ...words,
      points.flags[row],
      this.#attributes(points.attributes, row),
      ...others,
    ]);
  }

  number(points: NumberPoints, row: number) {
    return { words: [], others: [bits(points.value, row), this.#exemplars(points.exemplars, row)] };
  }

  histogram(points: HistogramPoints, row: number) {
    return {
      words: [points.countValue[row], bits(points.sum, row), bits(points.min, row), bits(points.max, row)],
      others: [
        words(points.bucketCounts, row),
        words(points.explicitBounds, row),
        this.#exemplars(points.exemplars, row),
      ],
    };
  }

  expHistogram(points: ExpHistogramPoints, row: number) {
    const { countValue, sum, min, max, zeroCount, zeroThreshold } = points;
    return {
      words: [
        countValue[row],
        bits(sum, row),
        bits(min, row),
        bits(max, row),
        zeroCount[row],
        bits(zeroThreshold, row),
      ],
      others: [
        points.scale[row],
        `${points.positiveOffset[row]}[${listOf(points.positiveCounts, row).join()}]`,
        `${points.negativeOffset[row]}[${listOf(points.negativeCounts, row).join()}]`,
        this.#exemplars(points.exemplars, row),
      ],
    };
  }

  summary(points: SummaryPoints, row: number) {
    const { quantiles, quantileValues } = points;
    return {
      words: [points.countValue[row], bits(points.sum, row)],
      others: [
        this.#each(quantiles.offsets, row, (at) => [bits(quantiles.values, at), bits(quantileValues, at)]),
      ],
    };
  }

  #row(table: RowTable, scope: number, facts: readonly unknown[]): ActualRow {
    const { text, request } = this.#owners[scope] as { readonly text: string; readonly request: number };
    return { table, request, text: `${text} ${facts.join(' ')}` };
  }

  #owner(scope: number): { readonly text: string; readonly request: number } {
    const { scopes, resources } = this.#batch;
    const resource = scopes.resource[scope] as number;
    const text = [
      `${this.#attributes(resources.attributes, resource)}${this.#slice(resources.schemaUrl, resource)} ${this.#slice(scopes.name, scope)}`,
      this.#slice(scopes.version, scope),
      this.#attributes(scopes.attributes, scope),
      scopes.droppedAttributesCount[scope],
      this.#slice(scopes.schemaUrl, scope),
    ].join('/');
    return { text, request: resources.request[resource] as number };
  }

  #exemplars(exemplars: Exemplars, row: number): string {
    return this.#each(exemplars.offsets, row, (at) => [
      exemplars.timeNanos[at],
      bits(exemplars.value, at),
      idText(exemplars.spanId, at),
      idText(exemplars.traceId, at),
      this.#attributes(exemplars.attributes, at),
    ]);
  }

  #attributes(column: AttributesColumn, row: number): string {
    return this.#each(column.offsets, row, (at) => [
      this.#entry(column.keys, at),
      this.#value(column.values, at),
    ]);
  }

  #each(offsets: Uint32Array, row: number, facts: (at: number) => readonly unknown[]): string {
    const texts: string[] = [];
    for (let at = offsets[row] as number; at < (offsets[row + 1] as number); at++)
      texts.push(facts(at).join(' '));
    return `[${texts.join(',')}]`;
  }

  #value(column: ValueColumn, at: number): string {
    return `${column.kinds[at]}=${this.#slice(column, at)}`;
  }

  #entry({ ids, dictionary }: AttributesColumn['keys'], at: number): string {
    const bytes = dictionary.bytes(ids[at] as number);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }

  #slice({ starts, ends }: SliceColumn, at: number): string {
    const start = starts[at] as number;
    return start === NONE ? '' : this.#source.toString('latin1', start, ends[at]);
  }
}

function isTemporal(table: RowTable): boolean {
  return table === 'sum' || table === 'histogram' || table === 'expHistogram';
}

/** The bits of a double. */
function bits(values: Float64Array, at: number): bigint {
  return new DataView(values.buffer, values.byteOffset).getBigUint64(at * 8, true);
}

function listOf(list: ListColumn<BigUint64Array>, row: number): BigUint64Array {
  return list.values.subarray(list.offsets[row], list.offsets[row + 1]);
}

/** The bytes of a list's words. */
function words({ offsets, values }: ListColumn<BigUint64Array | Float64Array>, row: number): string {
  const part = values.subarray(offsets[row], offsets[row + 1]);
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('hex');
}
