/**
 * The tables above the rows of a batch, coarsest first: resource, scope, (metric,) record, (event). What reads the
 * resource only is answered once per resource, whatever the number of records.
 */
import type { Batch, PointTable } from '../../../../otlp/columns/types.ts';
import type { PointKind } from '../types.ts';
import type { EventRows } from './event-rows.ts';
import { type RowTest, remember } from './row-test.ts';

/** One table; `parent[row]` is the row of the table above it. */
export interface Generation {
  readonly count: number;
  readonly parent?: Uint32Array;
}

export type Lineage = readonly Generation[];

/** Indexes into a lineage. */
export const RESOURCE_LEVEL = 0;
export const SCOPE_LEVEL = 1;
/** Metrics only. */
export const METRIC_LEVEL = 2;
/** Spans and log records stand right below their scope, points below their metric, events below their span. */
export const RECORD_LEVEL = 2;
export const POINT_LEVEL = 3;
export const EVENT_LEVEL = 3;

/** What one table of the lineage has in each of its rows. */
export interface Leveled<Value> {
  readonly level: number;
  readonly read: (row: number) => Value;
}

/** A test of the rows of one table of the lineage. */
export interface LeveledTest {
  readonly level: number;
  readonly test: RowTest;
}

/** The lineage of a batch's spans (or of their events) or log records, or of one table of its metric points. */
export function lineageOf(batch: Batch, points: PointTable | undefined, events?: EventRows): Lineage {
  const above: Generation[] = [
    { count: batch.resources.count },
    { count: batch.scopes.count, parent: batch.scopes.resource },
  ];
  if (batch.signal === 'metrics') {
    const { metrics } = batch;
    above.push({ count: metrics.count, parent: metrics.scope });
    return points === undefined ? above : [...above, { count: points.count, parent: points.metric }];
  }
  above.push({ count: batch.count, parent: batch.scope });
  return events === undefined ? above : [...above, { count: events.parent.length, parent: events.parent }];
}

/** The points whose rows are asked; undefined of spans and log records. */
export function pointsOf(batch: Batch, table: PointKind | undefined): PointTable | undefined {
  return batch.signal === 'metrics' && table !== undefined ? batch[table] : undefined;
}

/** The same answer asked one or more levels further down. */
export function lowered(leveled: LeveledTest, level: number, lineage: Lineage): RowTest {
  let { test } = leveled;
  for (let next = leveled.level + 1; next <= level; next++) {
    const above = test;
    const { parent, count } = lineage[next] as Generation;
    if (parent === undefined) throw new RangeError('Cannot lower a test below its lineage');
    const step: RowTest = (row) => above(parent[row] as number);
    test = next < level ? remember(step, count) : step;
  }
  return test;
}

/** The same value read one or more levels further down. */
export function readBelow<Value>(leveled: Leveled<Value>, level: number, lineage: Lineage) {
  let { read } = leveled;
  for (let next = leveled.level + 1; next <= level; next++) {
    const above = read;
    const { parent } = lineage[next] as Generation;
    if (parent === undefined) throw new RangeError('Cannot read a value below its lineage');
    read = (row) => above(parent[row] as number);
  }
  return read;
}

/** One value made of two, on the finer of their levels. */
export function combined<A, B, Value>(
  [a, b]: readonly [Leveled<A>, Leveled<B>],
  lineage: Lineage,
  combine: (a: A, b: B) => Value,
): Leveled<Value> {
  const level = Math.max(a.level, b.level);
  const [left, right] = [readBelow(a, level, lineage), readBelow(b, level, lineage)];
  return { level, read: (row) => combine(left(row), right(row)) };
}
