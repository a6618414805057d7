/** One condition over one column: a test of that column's rows. */
import { AttributeLookup } from '../../../../otlp/columns/attribute-lookup.ts';
import {
  type DictionaryColumn,
  type IdColumn,
  NONE,
  type SliceColumn,
} from '../../../../otlp/columns/types.ts';
import { numberTest } from '../compare-number.ts';
import type { NumberCondition, TextCondition } from '../types.ts';
import type { BatchColumn } from './batch-column.ts';
import { hexOfId } from './hex-of-id.ts';
import { type RowTest, remember } from './row-test.ts';
import { bytesTestOf, sourceTestOf, type ValueCondition, valueTest } from './value-test.ts';

/** A condition whose subject is a field as it is. */
export type FieldCondition = Exclude<NumberCondition, { readonly kind: 'has-number' }> | TextCondition;

const NEVER: RowTest = () => false;

/** The condition of every row of the column; a boolean when all rows answer alike. */
export function columnTest(
  condition: FieldCondition,
  column: BatchColumn,
  source: Uint8Array,
): RowTest | boolean {
  const test = shapeTest(condition, column, source);
  const { nilFrom } = column;
  if (nilFrom === undefined || test === false) return test;
  return typeof test === 'boolean' ? (row) => row < nilFrom : (row) => row < nilFrom && test(row);
}

function shapeTest(condition: FieldCondition, column: BatchColumn, source: Uint8Array): RowTest | boolean {
  switch (column.shape) {
    case 'nil':
      return false;
    case 'attributes':
      return attributeTest(condition, column, source);
    case 'fixed':
      return numbersTest(condition, [column.value])(0);
    case 'numbers':
      return numbersTest(condition, column.column);
    case 'halves':
    case 'duration':
    case 'at-hand':
      throw new TypeError(`Cannot test ${column.shape} by ${condition.kind}`);
  }
  if (condition.kind === 'has-text') return true;
  switch (column.shape) {
    case 'values':
      return valueTest(condition, column.column, source);
    case 'dictionary':
      return dictionaryTest(condition, column.column);
    case 'slices':
      return sliceTest(condition, column.column, source);
    case 'ids':
      return idTest(condition, column.column);
  }
}

/** Attributes: the key is looked up once per shape; of repeated keys the first counts. */
function attributeTest(
  condition: FieldCondition,
  { column, key }: Extract<BatchColumn, { readonly shape: 'attributes' }>,
  source: Uint8Array,
): RowTest {
  if (column.keys.dictionary.find(key) === -1) return NEVER;
  const lookup = new AttributeLookup(column, key);
  const test: RowTest =
    condition.kind === 'has-text' ? () => true : valueTest(condition, column.values, source);
  return (row) => {
    const entry = lookup.entry(row);
    return entry !== -1 && test(entry);
  };
}

/** Texts in a dictionary: asked once per distinct text. */
function dictionaryTest(condition: ValueCondition, { dictionary, ids }: DictionaryColumn): RowTest {
  const test = bytesTestOf(condition);
  const ofEntry = remember((id) => {
    const bytes = dictionary.bytes(id);
    return test(bytes, 0, bytes.length);
  }, dictionary.size);
  return (row) => ofEntry(ids[row] as number);
}

/** Texts where they came; an absent one reads as empty. */
function sliceTest(condition: ValueCondition, column: SliceColumn, source: Uint8Array): RowTest {
  const test = sourceTestOf(condition, source);
  const { starts, ends } = column;
  return (row) => {
    const start = starts[row] as number;
    return start === NONE ? test(source, 0, 0) : test(source, start, ends[row] as number);
  };
}

/** Ids in lower-case hex, zeros when absent. Written into one buffer, row after row. */
function idTest(condition: ValueCondition, column: IdColumn): RowTest {
  const test = bytesTestOf(condition);
  const write = hexOfId(column);
  const hex = new Uint8Array(column.wordCount * 8);
  return (row) => {
    write(row, hex);
    return test(hex, 0, hex.length);
  };
}

/** Plain numbers. */
function numbersTest(condition: FieldCondition, column: ArrayLike<number>): RowTest {
  if (condition.kind !== 'number') throw new TypeError(`Cannot test a number by ${condition.kind}`);
  const test = numberTest(condition.operator, condition.literal);
  return (row) => test(column[row] as number);
}
