/** From a predicate to an expression in ClickHouse's SQL over the columns of our tables. */
import { PredicateError } from '../errors.ts';
import type { PointKind, Predicate, ValueExpression } from '../types.ts';
import { EVENT_ARRAYS } from './columns.ts';
import { conditionSql } from './condition-sql.ts';
import { numberSql } from './value-sql.ts';

/** Longest expression written; ClickHouse reads statements of 256 KiB. */
export const MAX_SQL_LENGTH = 131_072;

/**
 * The predicate as an expression that is 1 or 0, never NULL, for every row of the signal's table, safe to put beside
 * any operator; it agrees with the column closure row by row. Conditions on metrics need the table of points they are
 * asked of, since not every table has every path.
 *
 * Relies on `precise_float_parsing`, on by default in the engine used here.
 *
 * @throws {PredicateError} `predicate-stream-only` when a path is in no table, `predicate-too-large` for an expression
 * beyond `MAX_SQL_LENGTH`.
 * @throws {TypeError} for metrics without a table.
 */
export function compileSql(predicate: Predicate, table?: PointKind): { readonly sql: string } {
  expectTables(predicate, table);
  const { condition } = predicate;
  if (!predicate.readsEvents) return short(predicate, conditionSql(condition, { table }));
  const names = EVENT_ARRAYS.map(([name]) => name).join(', ');
  const arrays = EVENT_ARRAYS.map(([, array]) => array).join(', ');
  const without = conditionSql(condition, { event: 'nil' });
  const one = conditionSql(condition, { event: 'at-hand' });
  return short(predicate, `if(empty(Events.Name), ${without}, arrayExists((${names}) -> ${one}, ${arrays}))`);
}

/**
 * The value as an expression of type `Nullable(Float64)` that is NULL where the value is absent, and nowhere NaN.
 *
 * @throws as `compileSql`.
 */
export function compileValueSql(value: ValueExpression, table?: PointKind): { readonly sql: string } {
  expectTables(value, table);
  const number = numberSql(value.value, { table });
  return short(value, `arrayMap(value -> if(isNaN(value), NULL, value), [toNullable(${number})])[1]`);
}

function expectTables({ streamOnly, signal, text }: Predicate | ValueExpression, table?: PointKind): void {
  const [path] = streamOnly;
  if (path !== undefined) {
    const reason = `Cannot ask this in SQL: the tables do not hold ${path}, it can be counted in the stream only`;
    throw new PredicateError('predicate-stream-only', reason, { text, at: Math.max(0, text.indexOf(path)) });
  }
  if (signal === 'metrics' && table === undefined) {
    throw new TypeError('Cannot write a condition on metrics as SQL without naming the table of points');
  }
}

function short({ text }: Predicate | ValueExpression, sql: string): { readonly sql: string } {
  if (sql.length <= MAX_SQL_LENGTH) return { sql };
  const reason = `Cannot ask this in SQL: the expression would have ${sql.length} characters, the limit is ${MAX_SQL_LENGTH}`;
  throw new PredicateError('predicate-too-large', reason, { text, at: 0 });
}
