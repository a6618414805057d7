/** From a predicate to a test of a columnar batch's rows, and from a value to their numbers. */
import type { Batch, LogBatch, MetricBatch, SpanBatch } from '../../../../otlp/columns/types.ts';
import type { PointKind, Predicate, ValueExpression } from '../types.ts';
import { BatchTests } from './batch-tests.ts';
import { columnsOf } from './columns.ts';
import { lineageOf, pointsOf, readBelow } from './lineage.ts';
import type { RowTest } from './row-test.ts';
import { numberReader } from './value-readers.ts';

/**
 * A test of the batch's rows: spans, log records, or the points of one table. Parts that read only the resource, the
 * scope or the metric are asked once per resource, scope or metric; parts that read a dictionary column once per
 * distinct text. Conditions on fields as they are allocate nothing per row, but for texts made of doubles, bytes, arrays
 * and very large integers. The test belongs to one thread and lasts as long as the batch.
 *
 * @throws {TypeError} when predicate and batch are of different signals, or a metric batch comes without a table.
 */
export function compileClosure(predicate: Predicate, batch: SpanBatch | LogBatch): RowTest;
export function compileClosure(predicate: Predicate, batch: MetricBatch, table: PointKind): RowTest;
export function compileClosure(predicate: Predicate, batch: Batch, table?: PointKind): RowTest {
  checkTable(predicate, batch, table);
  return new BatchTests(batch, table).rows(predicate);
}

/**
 * The number of each row of the batch; NaN where it is absent. It belongs to one thread and lasts as long as the batch.
 *
 * @throws {TypeError} when value and batch are of different signals, or a metric batch comes without a table.
 */
export function compileValueClosure(
  value: ValueExpression,
  batch: SpanBatch | LogBatch,
): (row: number) => number;
export function compileValueClosure(
  value: ValueExpression,
  batch: MetricBatch,
  table: PointKind,
): (row: number) => number;
export function compileValueClosure(
  value: ValueExpression,
  batch: Batch,
  table?: PointKind,
): (row: number) => number {
  checkTable(value, batch, table);
  const lineage = lineageOf(batch, pointsOf(batch, table));
  const columns = columnsOf(batch, { lineage, table });
  return readBelow(numberReader(value.value, columns), lineage.length - 1, lineage);
}

function checkTable(
  { signal }: Predicate | ValueExpression,
  batch: Batch,
  table: PointKind | undefined,
): void {
  if (signal !== batch.signal) {
    throw new TypeError(`Cannot ask a predicate over ${signal} of a batch of ${batch.signal}`);
  }
  if (batch.signal === 'metrics' && table === undefined)
    throw new TypeError('Cannot ask a batch of metrics without naming the table of points');
}
