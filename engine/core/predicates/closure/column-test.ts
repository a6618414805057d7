/** One condition over one column: a test of that column's rows. */
import { AttributeLookup } from '../../../../otlp/columns/attribute-lookup.ts';
import {
  type AttributesColumn,
  type DictionaryColumn,
  type IdColumn,
  type NanosColumn,
  NONE,
  type SliceColumn,
} from '../../../../otlp/columns/types.ts';
import { numberTest } from '../compare-number.ts';
import type { Condition } from '../types.ts';
import { type RowTest, remember } from './row-test.ts';
import { bytesTestOf, sourceTestOf, type ValueCondition, valueTest } from './value-test.ts';

/** Every condition that reads a field. */
export type FieldCondition = Extract<Condition, { readonly field: unknown }>;

const NEVER: RowTest = () => false;

/** Attributes: the key is looked up once per shape; of repeated keys the first counts. */
export function attributeTest(
  condition: FieldCondition,
  column: AttributesColumn,
  source: Uint8Array,
): RowTest {
  const key = condition.field.key ?? '';
  if (column.keys.dictionary.find(key) === -1) return NEVER;
  const lookup = new AttributeLookup(column, key);
  const test: RowTest =
    condition.kind === 'present' ? () => true : valueTest(condition, column.values, source);
  return (row) => {
    const entry = lookup.entry(row);
    return entry !== -1 && test(entry);
  };
}

/** Texts in a dictionary: asked once per distinct text. */
export function dictionaryTest(condition: ValueCondition, column: DictionaryColumn): RowTest {
  const { dictionary, ids } = column;
  const test = bytesTestOf(condition);
  const ofEntry = remember((id) => {
    const bytes = dictionary.bytes(id);
    return test(bytes, 0, bytes.length);
  }, dictionary.size);
  return (row) => ofEntry(ids[row] as number);
}

/** Texts where they came; an absent one reads as empty. */
export function sliceTest(condition: ValueCondition, column: SliceColumn, source: Uint8Array): RowTest {
  const test = sourceTestOf(condition, source);
  const { starts, ends } = column;
  return (row) => {
    const start = starts[row] as number;
    return start === NONE ? test(source, 0, 0) : test(source, start, ends[row] as number);
  };
}

const HEX = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Ids in lower-case hex, zeros when absent. Written into one buffer, row after row. */
export function idTest(condition: ValueCondition, { words, wordCount }: IdColumn): RowTest {
  const test = bytesTestOf(condition);
  const length = wordCount * 4;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const hex = new Uint8Array(length * 2);
  return (row) => {
    for (let index = 0; index < length; index++) {
      const byte = bytes[row * length + index] as number;
      hex[index * 2] = HEX[byte >>> 4] as number;
      hex[index * 2 + 1] = HEX[byte & 15] as number;
    }
    return test(hex, 0, hex.length);
  };
}

/** Plain numbers. */
export function numbersTest(condition: FieldCondition, column: ArrayLike<number>): RowTest {
  if (condition.kind === 'present') return () => true;
  if (condition.kind !== 'number') throw new TypeError(`Cannot test a number by ${condition.kind}`);
  const test = numberTest(condition.operator, condition.literal);
  return (row) => test(column[row] as number);
}

/**
 * End minus start in nanoseconds; 0 when the end is 0 or before the start, as the Duration column has it. Taken in
 * 32-bit halves: exact below 2^53, the nearest double above, which orders alike against literals below 2^53.
 */
export function durationTest(condition: FieldCondition, start: NanosColumn, end: NanosColumn): RowTest {
  if (condition.kind !== 'number') throw new TypeError(`Cannot test a duration by ${condition.kind}`);
  const test = numberTest(condition.operator, condition.literal);
  const starts = halves(start);
  const ends = halves(end);
  return (row) => {
    const low = row * 2;
    const high = low + 1;
    const highs = (ends[high] as number) - (starts[high] as number);
    const nanos = highs * 0x1_0000_0000 + ((ends[low] as number) - (starts[low] as number));
    return test(Math.max(nanos, 0));
  };
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The 64-bit numbers as pairs: low half, then high half. */
function halves(column: NanosColumn): Uint32Array {
  if (!LITTLE_ENDIAN) throw new RangeError('Cannot read 64-bit columns on a big-endian machine');
  return new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
}
