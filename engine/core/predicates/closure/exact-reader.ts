/**
 * Sums of whole 64-bit numbers. High and low 32-bit halves are summed apart, both exactly, and put together by one
 * rounding: the result is the double nearest to the exact sum, so its sign is right, and it is 0 only when the sum is.
 */
import { type NumberTest, numberTest } from '../compare-number.ts';
import type { ConditionOperator, ExactCondition, ExactSum } from '../types.ts';
import type { BatchColumn } from './batch-column.ts';
import type { Columns } from './columns.ts';
import { type Leveled, type LeveledTest, readBelow } from './lineage.ts';
import type { RowTest } from './row-test.ts';

const HALF = 0x1_0000_0000;

/** One 64-bit column, added or subtracted, and where the rows of the sum find it. */
interface Term {
  readonly halves: Uint32Array;
  readonly sign: 1 | -1;
  readonly rowOf: (row: number) => number;
  readonly nilFrom: number;
}

const MIRRORED: Readonly<Record<ConditionOperator, ConditionOperator>> = {
  '==': '==',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** The nearest double of the sum; NaN where a part of it is absent. */
export function exactReader({ terms, constant }: ExactSum, columns: Columns): Leveled<number> {
  const parts = terms.map(({ field, sign }) => ({ sign, column: columns.of(field) }));
  const level = Math.max(0, ...parts.map(({ column }) => column.level));
  const [first] = parts;
  if (parts.length === 1 && constant === 0n && first?.sign === 1 && first.column.shape === 'duration') {
    return { level, read: durationOf(first.column) };
  }
  if (parts.some(({ column }) => column.shape === 'nil')) return { level, read: () => Number.NaN };
  const all = parts.flatMap(({ column, sign }) => termsOf(column, sign, rowsBelow(column, level, columns)));
  const constantHigh = Number(constant >> 32n);
  const constantLow = Number(constant & 0xffff_ffffn);
  const read = (row: number): number => {
    let high = constantHigh;
    let low = constantLow;
    for (let index = 0; index < all.length; index++) {
      const { halves, sign, rowOf, nilFrom } = all[index] as Term;
      const at = rowOf(row);
      if (at >= nilFrom) return Number.NaN;
      low += sign * (halves[at * 2] as number);
      high += sign * (halves[at * 2 + 1] as number);
    }
    return high * HALF + low;
  };
  return { level, read };
}

/** The condition; a single column meets a literal below 2^53 without the sum being made. */
export function exactTest({ sum, operator }: ExactCondition, columns: Columns): LeveledTest {
  const [term, ...more] = sum.terms;
  const literal = -Number(sum.constant);
  if (term === undefined || more.length > 0 || !Number.isSafeInteger(literal)) {
    const { level, read } = exactReader(sum, columns);
    const test = numberTest(operator, 0);
    return { level, test: (row) => test(read(row)) };
  }
  const { field, sign } = term;
  const test = sign === 1 ? numberTest(operator, literal) : numberTest(MIRRORED[operator], -literal);
  const column = columns.of(field);
  if (column.shape === 'duration') return { level: column.level, test: durationTest(column, test) };
  const { level, read } = exactReader({ terms: [{ field, sign: 1 }], constant: 0n }, columns);
  return { level, test: (row) => test(read(row)) };
}

function rowsBelow({ level }: BatchColumn, below: number, { lineage }: Columns): (row: number) => number {
  return readBelow({ level, read: (row: number) => row }, below, lineage);
}

function termsOf(column: BatchColumn, sign: 1 | -1, rowOf: Term['rowOf']): readonly Term[] {
  const { nilFrom = Number.POSITIVE_INFINITY } = column;
  switch (column.shape) {
    case 'halves':
      return [{ halves: column.column, sign, rowOf, nilFrom }];
    case 'duration':
      return [
        { halves: column.usableEnds(), sign, rowOf, nilFrom },
        { halves: column.starts, sign: sign === 1 ? -1 : 1, rowOf, nilFrom },
      ];
    default:
      throw new TypeError(`Cannot read a 64-bit number from ${column.shape}`);
  }
}

type DurationColumn = Extract<BatchColumn, { readonly shape: 'duration' }>;

/** End minus start in nanoseconds; 0 when the end is 0 or before the start, as the Duration column has it. */
function durationOf({ starts, ends }: DurationColumn) {
  return (row: number): number => {
    const low = row * 2;
    const high = low + 1;
    const highs = (ends[high] as number) - (starts[high] as number);
    return Math.max(highs * HALF + ((ends[low] as number) - (starts[low] as number)), 0);
  };
}

/** The same within the test: conditions on durations are the most frequent ones. */
function durationTest({ starts, ends }: DurationColumn, test: NumberTest): RowTest {
  return (row) => {
    const low = row * 2;
    const high = low + 1;
    const highs = (ends[high] as number) - (starts[high] as number);
    return test(Math.max(highs * HALF + ((ends[low] as number) - (starts[low] as number)), 0));
  };
}
