/** From a predicate to an expression in ClickHouse's SQL over the columns of our tables. */
import { numberTest } from '../compare-number.ts';
import { PredicateError } from '../errors.ts';
import { NUMBER_TEXT_PATTERN } from '../number-text.ts';
import { pathSpec } from '../paths.ts';
import type { Condition, Field, PointKind, Predicate } from '../types.ts';
import { type ColumnShape, columnOf } from './columns.ts';
import { sqlNumber, sqlText } from './literal.ts';

type FieldCondition = Extract<Condition, { readonly field: unknown }>;
type TextCondition = Extract<Condition, { readonly kind: 'text' | 'match' | 'prefix' | 'suffix' }>;

const FALSE = '0';
const TRUE = '1';

/**
 * The predicate as an expression that is 1 or 0, never NULL, for every row of the signal's table, safe to put beside
 * any operator; it agrees with the column closure row by row. Conditions on metrics need the table of points they are
 * asked of, since not every table has every path.
 *
 * Relies on `precise_float_parsing`, on by default in the engine used here.
 *
 * @throws {PredicateError} `predicate-stream-only` when a path is in no table.
 * @throws {TypeError} for metrics without a table.
 */
export function compileSql(predicate: Predicate, table?: PointKind): { readonly sql: string } {
  const [streamOnly] = predicate.streamOnly;
  if (streamOnly !== undefined) {
    const reason = `Cannot ask this in SQL: the tables do not hold ${streamOnly}, it can be counted in the stream only`;
    const at = Math.max(0, predicate.text.indexOf(streamOnly));
    throw new PredicateError('predicate-stream-only', reason, { text: predicate.text, at });
  }
  if (predicate.signal === 'metrics' && table === undefined) {
    throw new TypeError('Cannot write a condition on metrics as SQL without naming the table of points');
  }
  return { sql: compile(predicate.condition, table) };
}

function compile(condition: Condition, table: PointKind | undefined): string {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? TRUE : FALSE;
    case 'not':
      return `(NOT ${compile(condition.operand, table)})`;
    case 'and':
    case 'or': {
      const word = condition.kind === 'and' ? ' AND ' : ' OR ';
      return `(${condition.operands.map((operand) => compile(operand, table)).join(word)})`;
    }
    default:
      return compileField(condition, columnOf(condition.field.path, table));
  }
}

function compileField(condition: FieldCondition, place: ColumnShape): string {
  switch (place.shape) {
    case 'nil':
      return FALSE;
    case 'none':
      throw new TypeError(`Cannot find a column for ${condition.field.path}`);
    case 'fixed-number':
      return holds(condition, place.value) ? TRUE : FALSE;
    case 'number':
      return numberSql(condition, place.column);
    case 'words':
      return wordsSql(condition, place.column, place.words);
    case 'id':
      return idSql(condition, place.column, place.digits);
    case 'text':
      return textSql(condition, place.column);
    case 'map':
      return mapSql(condition, place.column);
  }
}

function holds(condition: FieldCondition, value: number): boolean {
  if (condition.kind === 'present') return true;
  if (condition.kind !== 'number') throw unfit(condition);
  return numberTest(condition.operator, condition.literal)(value);
}

function numberSql(condition: FieldCondition, column: string): string {
  if (condition.kind === 'present') return TRUE;
  if (condition.kind !== 'number') throw unfit(condition);
  return `(${column} ${sqlOperator(condition.operator)} ${sqlNumber(condition.literal)})`;
}

function wordsSql(condition: FieldCondition, column: string, words: readonly string[]): string {
  const fitting = words.filter((_, value) => holds(condition, value));
  if (fitting.length === 0) return FALSE;
  if (fitting.length === words.length) return TRUE;
  return `(${column} IN (${fitting.map(sqlText).join(', ')}))`;
}

function idSql(condition: FieldCondition, column: string, digits: number): string {
  const zeros = sqlText('0'.repeat(digits));
  if (condition.kind === 'text' && condition.operator === '==') {
    return `(${column} = ${sqlText(/^0+$/.test(condition.literal) ? '' : condition.literal)})`;
  }
  return textSql(condition, `if(${column} = '', ${zeros}, ${column})`);
}

/** A column without nil. */
function textSql(condition: FieldCondition, text: string): string {
  if (condition.kind === 'present') throw unfit(condition);
  if (condition.kind === 'number') return parsedNumberSql(condition, text);
  return `(${ofText(condition, text)})`;
}

/** An absent key reads as '' from a map, so what '' itself would fulfil also asks for the key. */
function mapSql(condition: FieldCondition, column: string): string {
  const key = sqlText(keyOf(condition.field));
  const present = `mapContains(${column}, ${key})`;
  if (condition.kind === 'present') return present;
  const value = `${column}[${key}]`;
  if (condition.kind === 'number') return parsedNumberSql(condition, value);
  if (!falseForEmpty(condition)) return `(${present} AND ${ofText(condition, value)})`;
  return `(${ofText(condition, isServiceName(condition.field) ? 'ServiceName' : value)})`;
}

/** The service's name has a column of its own with the same text, first in the tables' order. */
function isServiceName({ path, key }: Field): boolean {
  return path === 'resource.attributes' && key === 'service.name';
}

function falseForEmpty(condition: TextCondition): boolean {
  if (condition.kind === 'match' || condition.literal === '') return false;
  return condition.kind !== 'text' || !condition.operator.startsWith('<');
}

/** RE2 inside ClickHouse lets `.` match a line break unless told otherwise. */
function ofText(condition: TextCondition, text: string): string {
  switch (condition.kind) {
    case 'text':
      return `${text} ${sqlOperator(condition.operator)} ${sqlText(condition.literal)}`;
    case 'match':
      return `match(${text}, ${sqlText(`(?-s)${condition.pattern}`)})`;
    case 'prefix':
      return `startsWith(${text}, ${sqlText(condition.literal)})`;
    case 'suffix':
      return `endsWith(${text}, ${sqlText(condition.literal)})`;
  }
}

/** `toFloat64OrNull` reads more than the grammar (`+1`, `inf`), hence the pattern before it. */
function parsedNumberSql(
  condition: Extract<FieldCondition, { readonly kind: 'number' }>,
  text: string,
): string {
  const number = `toFloat64OrNull(if(match(${text}, ${sqlText(NUMBER_TEXT_PATTERN)}), ${text}, ''))`;
  return `ifNull(${number} ${sqlOperator(condition.operator)} ${sqlNumber(condition.literal)}, 0)`;
}

function sqlOperator(operator: string): string {
  return operator === '==' ? '=' : operator;
}

function keyOf(field: Field): string {
  if (pathSpec(field.path)?.keyed !== true || field.key === undefined) {
    throw new TypeError(`Cannot read ${field.path} without a key`);
  }
  return field.key;
}

function unfit(condition: FieldCondition): TypeError {
  return new TypeError(`Cannot ask ${condition.kind} of ${condition.field.path}`);
}
