import { halvesOf, pointEventMillis } from '../../../otlp/columns/event-time.ts';
import {
  type ExpHistogramPoints,
  type HistogramPoints,
  type ListColumn,
  METRIC_KIND,
  type MetricBatch,
  type NumberPoints,
  type PointTable,
  type SummaryPoints,
} from '../../../otlp/columns/types.ts';
import { TABLES } from '../../../schemas/names.ts';
import {
  EXP_HISTOGRAM_COLUMNS,
  GAUGE_COLUMNS,
  HISTOGRAM_COLUMNS,
  SUM_COLUMNS,
  SUMMARY_COLUMNS,
} from '../../../schemas/tables.ts';
import type { ChunkPool } from '../../../store/native/chunk-pool.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import { writeInt32s, writeWords } from '../../../store/native/fixed.ts';
import { type BlockTable, type ColumnWriters, writeBlock } from './block-writers.ts';
import { distributionWriters, exemplarWriters, pointWriters } from './metric-columns.ts';
import { childrenOf, writeWordArrays } from './nested.ts';
import { ownersOfRows } from './row-owners.ts';
import { type StoredRows, sampleEvents } from './sample-events.ts';
import { selectRows } from './select-rows.ts';
import type { EncodedBatch, RowPolicy } from './types.ts';

/** The columns one kind adds, for the rows of a block. */
type KindWriters = (writer: ChunkWriter, rows: Uint32Array) => ColumnWriters;

interface KindTable {
  readonly table: BlockTable;
  readonly kind: number;
  readonly points: PointTable;
  readonly writersOf: KindWriters;
}

/** Metric points as blocks of the five `otel_metrics_*` tables. */
export function encodeMetrics(batch: MetricBatch, policy: RowPolicy, pool: ChunkPool): EncodedBatch {
  const encoded = kindsOf(batch).map((kind) => encodeKind(batch, kind, policy, pool));
  return {
    blocks: encoded.flatMap(({ blocks }) => blocks),
    refused: encoded.flatMap(({ refused }) => refused),
    doubts: [],
    sampledMillis: sampleEvents(encoded.map(({ stored }) => stored)),
  };
}

function kindsOf(batch: MetricBatch): readonly KindTable[] {
  const { source, gauge, sum, histogram, expHistogram, summary } = batch;
  return [
    {
      table: { name: TABLES.gauge, columns: GAUGE_COLUMNS },
      kind: METRIC_KIND.gauge,
      points: gauge,
      writersOf: (writer, rows) => numberWriters(writer, source, gauge, rows),
    },
    {
      table: { name: TABLES.sum, columns: SUM_COLUMNS },
      kind: METRIC_KIND.sum,
      points: sum,
      writersOf: (writer, rows) => numberWriters(writer, source, sum, rows),
    },
    {
      table: { name: TABLES.histogram, columns: HISTOGRAM_COLUMNS },
      kind: METRIC_KIND.histogram,
      points: histogram,
      writersOf: (writer, rows) => histogramWriters(writer, source, histogram, rows),
    },
    {
      table: { name: TABLES.expHistogram, columns: EXP_HISTOGRAM_COLUMNS },
      kind: METRIC_KIND.expHistogram,
      points: expHistogram,
      writersOf: (writer, rows) => expHistogramWriters(writer, source, expHistogram, rows),
    },
    {
      table: { name: TABLES.summary, columns: SUMMARY_COLUMNS },
      kind: METRIC_KIND.summary,
      points: summary,
      writersOf: (writer, rows) => summaryWriters(writer, summary, rows),
    },
  ];
}

function encodeKind(
  batch: MetricBatch,
  { table, kind, points, writersOf }: KindTable,
  policy: RowPolicy,
  pool: ChunkPool,
): Pick<EncodedBatch, 'blocks' | 'refused'> & { readonly stored: StoredRows } {
  const scopes = new Uint32Array(points.count);
  for (let row = 0; row < points.count; row++) {
    scopes[row] = batch.metrics.scope[points.metric[row] as number] as number;
  }
  const { appended, requestOf } = ownersOfRows(batch, scopes, points.count);
  const times = pointEventMillis(points);
  const { days, refused } = selectRows({ times, appended }, policy.retentionSeconds.metrics, policy);
  const blocks = days.map((day) =>
    writeBlock(table, day, pool, (writer) => ({
      ...pointWriters(writer, batch, points, day.rows),
      ...writersOf(writer, day.rows),
    })),
  );
  return {
    blocks,
    refused: refused.map((rows) => ({ ...rows, kind, requestOf, times })),
    stored: { days, timeOf: (row) => times[row] as number },
  };
}

function numberWriters(
  writer: ChunkWriter,
  source: Uint8Array,
  points: NumberPoints,
  rows: Uint32Array,
): ColumnWriters {
  return {
    Value: () => writeWords(writer, halvesOf(points.value), rows),
    ...exemplarWriters(writer, source, points.exemplars, rows),
  };
}

function histogramWriters(
  writer: ChunkWriter,
  source: Uint8Array,
  points: HistogramPoints,
  rows: Uint32Array,
): ColumnWriters {
  return {
    ...distributionWriters(writer, points, rows),
    BucketCounts: () => writeList(writer, points.bucketCounts, rows),
    ExplicitBounds: () => writeList(writer, points.explicitBounds, rows),
    ...exemplarWriters(writer, source, points.exemplars, rows),
  };
}

function expHistogramWriters(
  writer: ChunkWriter,
  source: Uint8Array,
  points: ExpHistogramPoints,
  rows: Uint32Array,
): ColumnWriters {
  return {
    ...distributionWriters(writer, points, rows),
    Scale: () => writeInt32s(writer, points.scale, rows),
    ZeroCount: () => writeWords(writer, halvesOf(points.zeroCount), rows),
    PositiveOffset: () => writeInt32s(writer, points.positiveOffset, rows),
    PositiveBucketCounts: () => writeList(writer, points.positiveCounts, rows),
    NegativeOffset: () => writeInt32s(writer, points.negativeOffset, rows),
    NegativeBucketCounts: () => writeList(writer, points.negativeCounts, rows),
    ...exemplarWriters(writer, source, points.exemplars, rows),
  };
}

function summaryWriters(writer: ChunkWriter, points: SummaryPoints, rows: Uint32Array): ColumnWriters {
  const { offsets, values } = points.quantiles;
  return {
    Count: () => writeWords(writer, halvesOf(points.countValue), rows),
    Sum: () => writeWords(writer, halvesOf(points.sum), rows),
    'ValueAtQuantiles.Quantile': () => writeList(writer, { offsets, values }, rows),
    'ValueAtQuantiles.Value': () => writeList(writer, { offsets, values: points.quantileValues }, rows),
  };
}

function writeList(
  writer: ChunkWriter,
  list: ListColumn<BigUint64Array | Float64Array>,
  rows: Uint32Array,
): void {
  writeWordArrays(writer, halvesOf(list.values), childrenOf(list.offsets, rows));
}
