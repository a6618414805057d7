/** From an indicator's text to what the meter asks. */
import type { ConditionPool } from '../predicates/condition-pool.ts';
import { type Narrowing, narrowResources } from '../predicates/narrow-resources.ts';
import { parsePredicate } from '../predicates/parse-predicate.ts';
import type { RowCondition } from '../predicates/types.ts';
import type { EventSource, RatioIndicator } from '../types.ts';
import type { IndicatorConditions } from './counter.ts';

/**
 * Reads an indicator's conditions; what they have in common with others of the pool is one object. good := total ∧ good,
 * or total ∧ ¬bad; without either every event is good.
 *
 * @throws {PredicateError} when a condition cannot be read.
 */
export function indicatorConditions(
  { total, good, bad }: RatioIndicator,
  pool: ConditionPool,
): IndicatorConditions {
  const [first, ...others] = narrowResources(read(total).condition);
  const ways = [shared(first, pool), ...others.map((way) => shared(way, pool))] as const;
  return {
    signal: total.signal,
    total: ways,
    ...(good && { good: sharedRow(read(good), pool) }),
    ...(good === undefined && bad && { bad: sharedRow(read(bad), pool) }),
  };
}

function read({ where, signal }: EventSource): RowCondition {
  return parsePredicate(where, signal);
}

function shared({ ofResource, ofRow, ...demanded }: Narrowing, pool: ConditionPool): Narrowing {
  return { ...demanded, ofResource: pool.share(ofResource), ofRow: sharedRow(ofRow, pool) };
}

function sharedRow({ condition, readsEvents }: RowCondition, pool: ConditionPool): RowCondition {
  return { condition: pool.share(condition), readsEvents };
}
