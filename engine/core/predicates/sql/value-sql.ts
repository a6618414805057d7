/**
 * Values as expressions in ClickHouse's SQL. A number is a `Float64` or `Nullable(Float64)`; NULL and NaN are none. A
 * text has beside it the condition under which it is there, so that its expression is written once per use and the whole
 * grows no faster than what was written.
 */
import { NUMBER_TEXT_PATTERN } from '../number-text.ts';
import type { ExactSum, Field, NumberValue, TextValue } from '../types.ts';
import { columnOf, type Place } from './columns.ts';
import { sqlNumber, sqlText } from './literal.ts';

export interface SqlText {
  readonly text: string;
  /** 1 where it is there; undefined where it always is. Elsewhere `text` is some text. */
  readonly present?: string | undefined;
}

const NO_NUMBER = 'CAST(NULL AS Nullable(Float64))';

export function numberSql(value: NumberValue, place: Place): string {
  switch (value.kind) {
    case 'constant':
      return sqlNumber(value.value);
    case 'field':
      return fieldNumberSql(value.field, place);
    case 'exact': {
      const sum = exactSql(value.sum, place);
      return sum === undefined ? NO_NUMBER : `toFloat64(${sum})`;
    }
    case 'arithmetic': {
      const [left, right] = [numberSql(value.left, place), numberSql(value.right, place)];
      if (value.operator !== '/') return `(${left} ${value.operator} ${right})`;
      const quotient = `(${left} / nullIf(${right}, 0))`;
      return value.whole ? `trunc${quotient}` : quotient;
    }
    case 'truncated':
      return `trunc(${numberSql(value.operand, place)})`;
    case 'parsed':
      return ofPresent(textSql(value.text, place), parsedSql);
    case 'length':
      return ofPresent(textSql(value.text, place), (text) => `toFloat64(length(${text}))`);
  }
}

export function textSql(value: TextValue, place: Place): SqlText {
  switch (value.kind) {
    case 'constant':
      return { text: sqlText(value.value) };
    case 'field':
      return fieldTextSql(value.field, place);
    case 'case': {
      const { text, present } = textSql(value.text, place);
      return { text: `${value.to}(${text})`, present };
    }
    case 'substring': {
      const whole = textSql(value.text, place);
      const text = `substring(${whole.text}, ${value.start + 1}, ${value.length})`;
      const isLongEnough = `length(${whole.text}) >= ${value.start + value.length}`;
      return { text, present: both(whole.present, `${isLongEnough} AND isValidUTF8(${text})`) };
    }
    case 'part': {
      const whole = textSql(value.text, place);
      const parts = `splitByString(${sqlText(value.delimiter)}, ${whole.text})`;
      return {
        text: `${parts}[${value.index + 1}]`,
        present: both(whole.present, `length(${parts}) > ${value.index}`),
      };
    }
    case 'decimal': {
      const number = numberSql(value.number, place);
      return { text: decimalSql(number), present: `ifNull(abs(${number}) < ${2 ** 53}, 0)` };
    }
  }
}

/** The exact sum in 128 bits; undefined where a part of it is nil. */
export function exactSql({ terms, constant }: ExactSum, place: Place): string | undefined {
  const parts: string[] = [];
  for (const { field, sign } of terms) {
    const column = columnOf(field.path, place);
    if (column.shape === 'nil') return undefined;
    if (column.shape !== 'exact') throw new TypeError(`Cannot add ${field.path} up`);
    parts.push(`${sign === 1 ? '+' : '-'} toInt128(${column.column})`);
  }
  if (constant !== 0n) parts.push(`${constant < 0n ? '-' : '+'} toInt128(${sqlText(magnitude(constant))})`);
  return `(${parts.join(' ').replace(/^\+ /, '')})`;
}

/** The text a path reads as, where it is there. */
function fieldTextSql({ path, key }: Field, place: Place): SqlText {
  const column = columnOf(path, place);
  switch (column.shape) {
    case 'map':
      return mapEntry(column.column, key);
    case 'text':
      return { text: column.column };
    case 'id':
      return { text: `if(${column.column} = '', ${sqlText('0'.repeat(column.digits))}, ${column.column})` };
    case 'nil':
      return { text: "''", present: '0' };
    default:
      throw new TypeError(`Cannot read ${path} as a text`);
  }
}

/** An absent key reads as '' from a map. */
function mapEntry(column: string, key: string | undefined): SqlText {
  if (key === undefined) throw new TypeError(`Cannot read ${column} without a key`);
  const text = isServiceName(column, key) ? 'ServiceName' : `${column}[${sqlText(key)}]`;
  return { text, present: `mapContains(${column}, ${sqlText(key)})` };
}

/** The service's name has a column of its own with the same text, first in the tables' order. */
function isServiceName(column: string, key: string): boolean {
  return column === 'ResourceAttributes' && key === 'service.name';
}

function fieldNumberSql(field: Field, place: Place): string {
  const column = columnOf(field.path, place);
  switch (column.shape) {
    case 'map':
      return parsedSql(mapEntry(column.column, field.key).text);
    case 'text':
      return parsedSql(column.column);
    case 'number':
      return `toFloat64(${column.column})`;
    case 'words': {
      const words = column.words.map(sqlText).join(', ');
      return `toFloat64(indexOf([${words}], ${column.column}) - 1)`;
    }
    case 'fixed-number':
      return `toFloat64(${column.value})`;
    case 'nil':
      return NO_NUMBER;
    default:
      throw new TypeError(`Cannot read ${field.path} as a number`);
  }
}

/**
 * `toFloat64OrNull` reads more than the grammar (`+1`, `inf`), so it is given only what the grammar finds: all of a text,
 * or nothing, which is no number either.
 */
function parsedSql(text: string): string {
  return `toFloat64OrNull(extract(${text}, ${sqlText(NUMBER_TEXT_PATTERN)}))`;
}

function decimalSql(number: string): string {
  return `ifNull(toString(accurateCastOrNull(${number}, 'Int64')), '')`;
}

function ofPresent({ text, present }: SqlText, numberOf: (text: string) => string): string {
  return present === undefined ? numberOf(text) : `if(${present}, ${numberOf(text)}, NULL)`;
}

/** Both conditions, of which the first may be missing. */
export function both(one: string | undefined, other: string): string {
  return one === undefined ? `(${other})` : `(${one} AND ${other})`;
}

function magnitude(value: bigint): string {
  return String(value < 0n ? -value : value);
}
