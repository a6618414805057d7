/** From a predicate to a test of a columnar batch's rows. */
import type { Batch, LogBatch, MetricBatch, PointTable, SpanBatch } from '../../../../otlp/columns/types.ts';
import type { Condition, PointKind, Predicate } from '../types.ts';
import type { FieldCondition } from './column-test.ts';
import { fieldTest } from './field-test.ts';
import { type Generation, type LeveledTest, lineageOf, lowered } from './lineage.ts';
import { join, type RowTest, remember } from './row-test.ts';

/** What is true or false of every row alike. */
type Compiled = boolean | LeveledTest;

interface Compilation {
  readonly batch: Batch;
  readonly lineage: readonly Generation[];
  readonly leaf: (condition: FieldCondition) => Compiled;
}

/**
 * A test of the batch's rows: spans, log records, or the points of one table. Parts that read only the resource, the
 * scope or the metric are asked once per resource, scope or metric; parts that read a dictionary column once per
 * distinct text. Nothing is allocated per row, but for texts made of doubles, bytes, arrays and very large
 * integers. The test belongs to one thread and lasts as long as the batch.
 *
 * @throws {TypeError} when predicate and batch are of different signals, or a metric batch comes without a table.
 */
export function compileClosure(predicate: Predicate, batch: SpanBatch | LogBatch): RowTest;
export function compileClosure(predicate: Predicate, batch: MetricBatch, table: PointKind): RowTest;
export function compileClosure(predicate: Predicate, batch: Batch, table?: PointKind): RowTest {
  if (predicate.signal !== batch.signal) {
    throw new TypeError(`Cannot ask a predicate over ${predicate.signal} of a batch of ${batch.signal}`);
  }
  const points = pointsOf(batch, table);
  const lineage = lineageOf(batch, points);
  const leaf = (condition: FieldCondition): Compiled => fieldTest(condition, batch, table);
  const compiled = compile(predicate.condition, { batch, lineage, leaf });
  return typeof compiled === 'boolean' ? () => compiled : lowered(compiled, lineage.length - 1, lineage);
}

function pointsOf(batch: Batch, table: PointKind | undefined): PointTable | undefined {
  if (batch.signal !== 'metrics') return undefined;
  if (table === undefined)
    throw new TypeError('Cannot ask a batch of metrics without naming the table of points');
  return batch[table];
}

function compile(condition: Condition, compilation: Compilation): Compiled {
  switch (condition.kind) {
    case 'constant':
      return condition.value;
    case 'not':
      return negated(compile(condition.operand, compilation));
    case 'and':
    case 'or':
      return joined(condition.kind, condition.operands, compilation);
    default:
      return compilation.leaf(condition);
  }
}

function negated(compiled: Compiled): Compiled {
  if (typeof compiled === 'boolean') return !compiled;
  const { level, test } = compiled;
  return { level, test: (row) => !test(row) };
}

/** Coarse parts first: what one resource settles need not be asked of its records. */
function joined(kind: 'and' | 'or', operands: readonly Condition[], compilation: Compilation): Compiled {
  const settles = kind === 'or';
  const parts: LeveledTest[] = [];
  for (const operand of operands) {
    const compiled = compile(operand, compilation);
    if (compiled === settles) return settles;
    if (typeof compiled !== 'boolean') parts.push(compiled);
  }
  if (parts.length === 0) return !settles;
  const { lineage } = compilation;
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
