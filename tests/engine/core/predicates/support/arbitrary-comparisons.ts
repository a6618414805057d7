/** Comparisons of fields with literals, and what joins them. */
import fc from 'fast-check';
import { IDS, KEYS, text } from './arbitrary-rows.ts';

/** Patterns the two engines could read otherwise. */
export const PATTERNS = [
  '^GET',
  '.',
  'a.b',
  '(?s)a.b',
  '^$',
  '',
  '[0-9]+',
  '(?i)ä',
  'x|5',
  '\\bx',
  '\\d+$',
  'é',
  '^.$',
  '\\p{L}',
  '[^a]',
  "'",
  '\\\\',
  '^0',
  '(?-s:a.b)',
  'a|(?s:.)b',
];
export const quotedText = text.map((value) => JSON.stringify(value));
const pattern = fc
  .oneof(
    fc.constantFrom(...PATTERNS),
    text.map((value) => `^${value.replace(/[!-/:-@[-`{-~]/g, '\\$&')}`),
  )
  .map((value) => JSON.stringify(value));
export const number = fc.oneof(
  fc.constantFrom(
    '0',
    '5',
    '-5',
    '200',
    '0.1',
    '5.0',
    '.5',
    '9007199254740991',
    '-9007199254740991',
    '1000',
    '1.5e308',
  ),
  fc.integer().map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => value.toFixed(3))
    .filter((value) => !value.includes('e')),
);
export const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
export const equality = fc.constantFrom('==', '!=');

export function compared(
  path: fc.Arbitrary<string>,
  op: fc.Arbitrary<string>,
  literal: fc.Arbitrary<string>,
) {
  return fc.tuple(path, op, literal, fc.boolean()).map(([left, sign, right, swap]) => {
    return swap ? `${right} ${sign} ${left}` : `${left} ${sign} ${right}`;
  });
}

export function called(path: fc.Arbitrary<string>) {
  return fc.oneof(
    fc.tuple(path, pattern).map(([field, regex]) => `IsMatch(${field}, ${regex})`),
    fc
      .tuple(fc.constantFrom('HasPrefix', 'HasSuffix'), path, quotedText)
      .map(([name, field, part]) => `${name}(${field}, ${part})`),
  );
}

export function ofAny(path: fc.Arbitrary<string>) {
  return fc.oneof(
    compared(path, operator, quotedText),
    compared(path, operator, number),
    compared(path, equality, fc.constantFrom('true', 'false')),
    called(path),
  );
}

export function entryOf(...maps: readonly string[]) {
  return fc
    .tuple(fc.constantFrom(...maps), fc.constantFrom(...KEYS))
    .map(([map, key]) => `${map}[${JSON.stringify(key)}]`);
}

export function keyed(...maps: readonly string[]) {
  const path = entryOf(...maps);
  return fc.oneof(
    { weight: 4, arbitrary: ofAny(path) },
    { weight: 1, arbitrary: compared(path, equality, fc.constant('nil')) },
  );
}

export function ofText(...paths: readonly string[]) {
  const path = fc.constantFrom(...paths);
  return fc.oneof(compared(path, operator, quotedText), called(path));
}

export function ofId(digits: number, ...paths: readonly string[]) {
  const path = fc.constantFrom(...paths);
  const ids = fc.constantFrom(...IDS, '0'.repeat(16)).map((id) => JSON.stringify(id.repeat(digits / 16)));
  return fc.oneof(compared(path, equality, ids), called(path));
}

export const ofEnum = (path: string, ...symbols: readonly string[]) =>
  compared(
    fc.constant(path),
    operator,
    fc.oneof(fc.constantFrom(...symbols), fc.integer({ min: -1, max: 26 }).map(String)),
  );

export function conditions(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: fc.constantFrom('true', 'false') },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('condition'), { minLength: 2, maxLength: 4 })
          .map((all) => `(${all.join(' and ')})`),
      },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('condition'), { minLength: 2, maxLength: 4 })
          .map((all) => `(${all.join(' or ')})`),
      },
      { weight: 2, arbitrary: tie('condition').map((one) => `not (${one})`) },
      { weight: 1, arbitrary: fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => `not ${a} and ${b} or ${c}`) },
    ),
  })).condition;
}
