/** Indicators bound to batches: predicates are read once, compiled once per table of a batch. */
import type { Batch } from '../../../otlp/columns/types.ts';
import { compileClosure } from '../predicates/closure/compile-closure.ts';
import { parsePredicate } from '../predicates/parse-predicate.ts';
import type { Predicate } from '../predicates/types.ts';
import type { EventSource, RatioIndicator } from '../types.ts';
import type { Counter, RowTest } from './counter.ts';
import type { EventTable } from './event-table.ts';

/**
 * Reads an indicator's conditions. good := total ∧ good, or total ∧ ¬bad; without either every event is good.
 *
 * @throws {PredicateError} when a condition cannot be read.
 */
export function bindIndicator({ total, good, bad }: RatioIndicator): Counter['bind'] {
  const totalPredicate = read(total);
  const goodPredicate = good === undefined ? undefined : read(good);
  const badPredicate = bad === undefined ? undefined : read(bad);
  return (batch, table) => ({
    total: compile(totalPredicate, batch, table),
    good:
      goodPredicate !== undefined
        ? compile(goodPredicate, batch, table)
        : badPredicate === undefined
          ? () => true
          : negate(compile(badPredicate, batch, table)),
  });
}

function read({ where, signal }: EventSource): Predicate {
  return parsePredicate(where, signal);
}

function compile(predicate: Predicate, batch: Batch, table: EventTable): RowTest {
  if (batch.signal !== 'metrics') return compileClosure(predicate, batch);
  return compileClosure(predicate, batch, table.pointKind ?? 'sum');
}

function negate(test: RowTest): RowTest {
  return (row) => !test(row);
}
