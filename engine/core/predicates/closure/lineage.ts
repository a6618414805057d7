/**
 * The tables above the rows of a batch, coarsest first: resource, scope, (metric,) record. A condition that reads
 * the resource only is answered once per resource, whatever the number of records.
 */
import type { Batch, PointTable } from '../../../../otlp/columns/types.ts';
import { type RowTest, remember } from './row-test.ts';

/** One table; `parent[row]` is the row of the table above it. */
export interface Generation {
  readonly count: number;
  readonly parent?: Uint32Array;
}

/** Indexes into a lineage. Constants have no level. */
export const RESOURCE_LEVEL = 0;
export const SCOPE_LEVEL = 1;
/** Metrics only; elsewhere the record stands here. */
export const METRIC_LEVEL = 2;

/** A test of the rows of one table of the lineage. */
export interface LeveledTest {
  readonly level: number;
  readonly test: RowTest;
}

/** The lineage of a batch's spans or log records, or of one table of its metric points. */
export function lineageOf(batch: Batch, points: PointTable | undefined): readonly Generation[] {
  const above: Generation[] = [
    { count: batch.resources.count },
    { count: batch.scopes.count, parent: batch.scopes.resource },
  ];
  if (batch.signal !== 'metrics') return [...above, { count: batch.count, parent: batch.scope }];
  const { metrics } = batch;
  const metric: Generation = { count: metrics.count, parent: metrics.scope };
  return points === undefined
    ? [...above, metric]
    : [...above, metric, { count: points.count, parent: points.metric }];
}

/** The same answer asked one or more levels further down. */
export function lowered(leveled: LeveledTest, level: number, lineage: readonly Generation[]): RowTest {
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
