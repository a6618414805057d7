/** From a predicate to a test of a columnar batch's rows, and from a value to their numbers. */
import type { Batch, LogBatch, MetricBatch, PointTable, SpanBatch } from '../../../../otlp/columns/types.ts';
import type { Condition, Field, PointKind, Predicate, ValueExpression } from '../types.ts';
import { type BatchColumn, columnOf } from './batch-column.ts';
import type { Columns } from './columns.ts';
import { anyEvent, eventRowsOf } from './event-rows.ts';
import { leafTest } from './leaf-test.ts';
import { type Generation, type LeveledTest, type Lineage, lineageOf, lowered, readBelow } from './lineage.ts';
import { join, type RowTest, remember } from './row-test.ts';
import { numberReader } from './value-readers.ts';

/** What is true or false of every row alike. */
type Compiled = boolean | LeveledTest;

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
  const points = pointsOf(predicate, batch, table);
  if (batch.signal === 'traces' && predicate.readsEvents) {
    const events = eventRowsOf(batch);
    const test = rowTest(predicate, batch, { lineage: lineageOf(batch, points, events) });
    return anyEvent(test, events, batch);
  }
  return rowTest(predicate, batch, { lineage: lineageOf(batch, points), table });
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
  const lineage = lineageOf(batch, pointsOf(value, batch, table));
  const columns = columnsOf(batch, { lineage, table });
  return readBelow(numberReader(value.value, columns), lineage.length - 1, lineage);
}

interface Place {
  readonly lineage: Lineage;
  readonly table?: PointKind | undefined;
}

function pointsOf(
  { signal }: Predicate | ValueExpression,
  batch: Batch,
  table: PointKind | undefined,
): PointTable | undefined {
  if (signal !== batch.signal) {
    throw new TypeError(`Cannot ask a predicate over ${signal} of a batch of ${batch.signal}`);
  }
  if (batch.signal !== 'metrics') return undefined;
  if (table === undefined)
    throw new TypeError('Cannot ask a batch of metrics without naming the table of points');
  return batch[table];
}

function columnsOf(batch: Batch, { lineage, table }: Place): Columns {
  const known = new Map<string, BatchColumn>();
  const of = (field: Field): BatchColumn => {
    const name = `${field.path} ${field.key ?? ''}`;
    const column = known.get(name) ?? columnOf(field, batch, table);
    known.set(name, column);
    return column;
  };
  return { source: batch.source, lineage, of };
}

function rowTest({ condition }: Predicate, batch: Batch, place: Place): RowTest {
  const { lineage } = place;
  const compiled = compile(condition, columnsOf(batch, place));
  return typeof compiled === 'boolean' ? () => compiled : lowered(compiled, lineage.length - 1, lineage);
}

function compile(condition: Condition, columns: Columns): Compiled {
  switch (condition.kind) {
    case 'constant':
      return condition.value;
    case 'not':
      return negated(compile(condition.operand, columns));
    case 'and':
    case 'or':
      return joined(condition.kind, condition.operands, columns);
    default:
      return leafTest(condition, columns);
  }
}

function negated(compiled: Compiled): Compiled {
  if (typeof compiled === 'boolean') return !compiled;
  const { level, test } = compiled;
  return { level, test: (row) => !test(row) };
}

/** Coarse parts first: what one resource settles need not be asked of its records. */
function joined(kind: 'and' | 'or', operands: readonly Condition[], columns: Columns): Compiled {
  const settles = kind === 'or';
  const parts: LeveledTest[] = [];
  for (const operand of operands) {
    const compiled = compile(operand, columns);
    if (compiled === settles) return settles;
    if (typeof compiled !== 'boolean') parts.push(compiled);
  }
  if (parts.length === 0) return !settles;
  const { lineage } = columns;
  const finest = Math.max(...parts.map((part) => part.level));
  let sum: LeveledTest | undefined;
  for (let level = 0; level <= finest; level++) {
    const here = parts.filter((part) => part.level === level).map((part) => part.test);
    if (here.length === 0) continue;
    const all = sum === undefined ? here : [lowered(sum, level, lineage), ...here];
    const test = join(kind, all);
    const { count } = lineage[level] as Generation;
    sum = { level, test: level < lineage.length - 1 ? remember(test, count) : test };
  }
  return sum ?? !settles;
}
