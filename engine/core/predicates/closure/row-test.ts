/** The shapes the column closure is built of. */

/** True or false of row `row` of some table. */
export type RowTest = (row: number) => boolean;

/** True or false of the text `bytes[start, end)`, UTF-8. */
export type BytesTest = (bytes: Uint8Array, start: number, end: number) => boolean;

const UNKNOWN = 0;
const FALSE = 1;
const TRUE = 2;

/** Asks `test` at most once per row. */
export function remember(test: RowTest, count: number): RowTest {
  const known = new Uint8Array(count);
  return (row) => {
    let answer = known[row] as number;
    if (answer === UNKNOWN) {
      answer = test(row) ? TRUE : FALSE;
      known[row] = answer;
    }
    return answer === TRUE;
  };
}

/** All (`and`) or any (`or`) of the tests, stopping at the first that settles it. */
export function join(kind: 'and' | 'or', tests: readonly RowTest[]): RowTest {
  const [first, second, third] = tests;
  if (first === undefined) return () => kind === 'and';
  if (second === undefined) return first;
  if (third === undefined) {
    return kind === 'and' ? (row) => first(row) && second(row) : (row) => first(row) || second(row);
  }
  const settles = kind === 'or';
  return (row) => {
    for (let index = 0; index < tests.length; index++) {
      if ((tests[index] as RowTest)(row) === settles) return settles;
    }
    return !settles;
  };
}
