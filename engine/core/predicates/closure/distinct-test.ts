/** Conditions on values made of one field alone: what they say of a text is worked out once per distinct text. */
import { AttributeLookup } from '../../../../otlp/columns/attribute-lookup.ts';
import { VALUE_KIND, type ValueColumn } from '../../../../otlp/columns/types.ts';
import type { BatchColumn } from './batch-column.ts';
import { rememberBytes } from './bytes-test.ts';
import type { Columns } from './columns.ts';
import type { LeveledTest } from './lineage.ts';
import { type BytesTest, type RowTest, remember } from './row-test.ts';

/** Makes the condition's test out of columns. */
type Calculate = (columns: Columns) => LeveledTest;

/** The test of a condition that reads `column` only; undefined when its texts are not known to repeat. */
export function distinctTest(
  column: BatchColumn,
  columns: Columns,
  calculate: Calculate,
): LeveledTest | undefined {
  const test = shapeTest(column, columns, calculate);
  return test === undefined ? undefined : { level: column.level, test };
}

function shapeTest(column: BatchColumn, columns: Columns, calculate: Calculate): RowTest | undefined {
  switch (column.shape) {
    case 'dictionary':
      return dictionaryTest(column, columns, calculate);
    case 'attributes': {
      const lookup = new AttributeLookup(column.column, column.key);
      const entryOf = (row: number) => lookup.entry(row);
      return valuesTest({ column, entryOf, values: column.column.values }, columns, calculate);
    }
    case 'values':
      return valuesTest({ column, entryOf: (row) => row, values: column.column }, columns, calculate);
    default:
      return undefined;
  }
}

/** The condition of a text given as bytes. */
function ofBytes({ level }: BatchColumn, columns: Columns, calculate: Calculate): BytesTest {
  const cell: { bytes: Uint8Array } = { bytes: new Uint8Array() };
  const { test } = calculate({ ...columns, of: () => ({ level, shape: 'at-hand', cell }) });
  return (bytes, start, end) => {
    cell.bytes = bytes.subarray(start, end);
    return test(0);
  };
}

function dictionaryTest(
  column: Extract<BatchColumn, { readonly shape: 'dictionary' }>,
  columns: Columns,
  calculate: Calculate,
): RowTest {
  const { dictionary, ids } = column.column;
  const test = ofBytes(column, columns, calculate);
  const ofText = remember((id) => {
    const bytes = dictionary.bytes(id);
    return test(bytes, 0, bytes.length);
  }, dictionary.size);
  const { nilFrom } = column;
  if (nilFrom === undefined) return (row) => ofText(ids[row] as number);
  const ofNil = calculate(columns).test;
  return (row) => (row < nilFrom ? ofText(ids[row] as number) : ofNil(row));
}

interface Values {
  readonly column: BatchColumn;
  readonly entryOf: (row: number) => number;
  readonly values: ValueColumn;
}

/** Values that are no text, and rows without one, are asked each by itself. */
function valuesTest({ column, entryOf, values }: Values, columns: Columns, calculate: Calculate): RowTest {
  const { source } = columns;
  const ofText = rememberBytes(ofBytes(column, columns, calculate), source);
  const { test: ofRow } = calculate(columns);
  const { kinds, starts, ends } = values;
  const { nilFrom = Number.POSITIVE_INFINITY } = column;
  return (row) => {
    const entry = row < nilFrom ? entryOf(row) : -1;
    return entry !== -1 && kinds[entry] === VALUE_KIND.string
      ? ofText(source, starts[entry] as number, ends[entry] as number)
      : ofRow(row);
  };
}
