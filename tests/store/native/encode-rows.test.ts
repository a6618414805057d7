import { describe, expect, test } from 'vitest';
import { encodeRows } from '../../../store/native/encode-rows.ts';
import { describeNative, readNative } from './read-native.ts';

function roundTrip(type: string, values: readonly unknown[]): unknown[] {
  const rows = values.map((value) => ({ value }));
  return readNative(encodeRows([{ name: 'value', type }], rows)).map((row) => row['value']);
}

const CASES: Record<string, { type: string; values: readonly unknown[]; read?: readonly unknown[] }> = {
  'text of any length': { type: 'String', values: ['', 'a', 'é'.repeat(100), 'x'.repeat(70_000), '\0'] },
  'text beyond a chunk': { type: 'String', values: ['y'.repeat(3_000_000), 'z'] },
  'low-cardinality text with the empty entry': {
    type: 'LowCardinality(String)',
    values: ['', 'a', 'b', 'a', ''],
  },
  'low-cardinality text with 300 entries': {
    type: 'LowCardinality(String)',
    values: Array.from({ length: 900 }, (_, i) => `v${i % 300}`),
  },
  'low-cardinality text with 70,000 entries': {
    type: 'LowCardinality(String)',
    values: Array.from({ length: 70_001 }, (_, i) => `v${i % 70_000}`),
  },
  'exactly 256 entries, the empty one included': {
    type: 'LowCardinality(String)',
    values: Array.from({ length: 255 }, (_, i) => `v${i}`),
  },
  'exactly 65,536 entries, the empty one included': {
    type: 'LowCardinality(String)',
    values: Array.from({ length: 65_535 }, (_, i) => `v${i}`),
  },
  booleans: { type: 'Bool', values: [true, false] },
  'the ends of UInt8': { type: 'UInt8', values: [0, 255] },
  'the ends of UInt16': { type: 'UInt16', values: [0, 65_535] },
  'the ends of UInt32': { type: 'UInt32', values: [0, 4_294_967_295] },
  'the ends of UInt64': {
    type: 'UInt64',
    values: [0n, 18_446_744_073_709_551_615n],
    read: ['0', '18446744073709551615'],
  },
  'the ends of Int8': { type: 'Int8', values: [-128, 127] },
  'the ends of Int16': { type: 'Int16', values: [-32_768, 32_767] },
  'the ends of Int32': { type: 'Int32', values: [-2_147_483_648, 2_147_483_647] },
  'the ends of Int64': {
    type: 'Int64',
    values: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
    read: ['-9223372036854775808', '9223372036854775807'],
  },
  'floats, also those that are none': {
    type: 'Float64',
    values: [0, -1.5, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    read: [0, -1.5, 5e-324, 'nan', 'inf', '-inf'],
  },
  'dates and seconds': {
    type: 'DateTime',
    values: [0, new Date('2026-11-21T10:11:12.999Z')],
    read: ['1970-01-01 00:00:00', '2026-11-21 10:11:12'],
  },
  'milliseconds, also before the epoch': {
    type: 'DateTime64(3)',
    values: [1n, 1_763_719_872_123, new Date(-1)],
    read: ['1970-01-01 00:00:00.001', '2025-11-21 10:11:12.123', '1969-12-31 23:59:59.999'],
  },
  nanoseconds: {
    type: 'DateTime64(9)',
    values: [1_763_719_872_123_456_789n, new Date('2026-11-21T10:11:12.999Z')],
    read: ['2025-11-21 10:11:12.123456789', '2026-11-21 10:11:12.999000000'],
  },
  'nullable floats': { type: 'Nullable(Float64)', values: [null, 1.5, undefined], read: [null, 1.5, null] },
  'nullable text': { type: 'Nullable(String)', values: [null, '', 'a'] },
  'nullable times': {
    type: 'Nullable(DateTime64(3))',
    values: [null, new Date(5)],
    read: [null, '1970-01-01 00:00:00.005'],
  },
  'arrays with empty ones': { type: 'Array(UInt32)', values: [[], [1, 2], [], [3]] },
  'only empty arrays of low-cardinality text': { type: 'Array(LowCardinality(String))', values: [[], []] },
  'arrays of low-cardinality text': {
    type: 'Array(LowCardinality(String))',
    values: [['a', ''], [], ['b', 'a']],
  },
  'arrays in arrays': { type: 'Array(Array(String))', values: [[['a'], []], [], [['b', 'c']]] },
  'maps with empty ones': {
    type: 'Map(LowCardinality(String), String)',
    values: [{}, { a: '1', b: '' }, {}, { b: 'x' }],
  },
  'only empty maps': { type: 'Map(LowCardinality(String), String)', values: [{}, {}] },
  'arrays of maps': {
    type: 'Array(Map(LowCardinality(String), String))',
    values: [[{ a: '1' }, {}], [], [{ b: '2' }]],
  },
};

describe('encodeRows()', () => {
  for (const [sentence, { type, values, read }] of Object.entries(CASES)) {
    test(`encodeRows() writes ${sentence} as ClickHouse reads it`, () => {
      expect(roundTrip(type, values)).toEqual(read ?? values);
    });
  }

  test('encodeRows() names and types its columns', () => {
    const columns = [
      { name: 'Id', type: 'String' },
      { name: 'Nested.Labels', type: 'Array(Map(LowCardinality(String), String))' },
      { name: 'At', type: 'DateTime64(3)' },
    ];
    const rows = [{ Id: 'a', 'Nested.Labels': [{ k: 'v' }], At: new Date(1) }];
    expect(describeNative(encodeRows(columns, rows))).toEqual(columns);
  });

  test('encodeRows() sorts map keys by their bytes', () => {
    const chunks = encodeRows(
      [{ name: 'value', type: 'Map(LowCardinality(String), String)' }],
      [{ value: { b: '1', a: '2', B: '3', é: '4', '\u{1F600}': '5', '\uFFFD': '6' } }],
    );
    const [row] = readNative(chunks, 'SELECT mapKeys(value) AS keys');
    expect(row?.['keys']).toEqual(['B', 'a', 'b', 'é', '\uFFFD', '\u{1F600}']);
  });

  test('encodeRows() gives no chunks without rows', () => {
    expect(encodeRows([{ name: 'a', type: 'String' }], [])).toEqual([]);
  });

  const refused: Record<string, { type: string; value: unknown; error: new () => Error }> = {
    'a number as text': { type: 'String', value: 1, error: TypeError },
    'null where none is allowed': { type: 'UInt8', value: null, error: TypeError },
    'a fraction as integer': { type: 'UInt8', value: 1.5, error: TypeError },
    'an integer beyond its type': { type: 'UInt8', value: 256, error: RangeError },
    'a negative unsigned integer': { type: 'UInt64', value: -1, error: RangeError },
    'an unknown type': { type: 'Decimal(9, 2)', value: 1, error: SyntaxError },
  };
  for (const [sentence, { type, value, error }] of Object.entries(refused)) {
    test(`encodeRows() refuses ${sentence}`, () => {
      expect(() => encodeRows([{ name: 'value', type }], [{ value }])).toThrow(error);
    });
  }
});
