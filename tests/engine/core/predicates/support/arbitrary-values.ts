/** Values that are calculated, and comparisons of them. */
import fc from 'fast-check';
import { called, compared, equality, number, operator, quotedText } from './arbitrary-comparisons.ts';

/** The paths a signal has, by what they are. */
export interface Vocabulary {
  readonly any: fc.Arbitrary<string>;
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly whole: readonly string[];
  readonly counts: readonly string[];
  readonly times: readonly string[];
}

const smallInt = fc.constantFrom('0', '1', '2', '3', '7', '-3', '1000');
export const literalDuration = fc.constantFrom(
  'Duration("200ms")',
  'Duration("0.5h1.5us")',
  'Duration("-1s")',
  'Duration("0")',
);
const literalTime = fc.constantFrom(
  'Time("2026-09-21T13:33:20Z", "%Y-%m-%dT%H:%M:%S%z")',
  'Time("1970-01-01", "%F")',
);

/** Values made of others, by kind; some of them are refused. */
export function values({ any, texts, numbers, whole, counts, times }: Vocabulary) {
  return fc.letrec<Record<'text' | 'number' | 'duration' | 'time', string>>((tie) => ({
    text: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: fc.oneof(any, fc.constantFrom(...texts)) },
      fc
        .tuple(tie('text'), fc.constantFrom('lower', 'upper'))
        .map(([of, to]) => `ConvertCase(${of}, "${to}")`),
      fc
        .tuple(tie('text'), fc.nat(4), fc.integer({ min: 1, max: 4 }))
        .map(([of, start, length]) => `Substring(${of}, ${start}, ${length})`),
      fc
        .tuple(tie('text'), fc.constantFrom('/', ' ', 'a', '00', '.', '\n', 'ä', '=='), fc.nat(2))
        .map(([of, delimiter, index]) => `Split(${of}, ${JSON.stringify(delimiter)})[${index}]`),
      tie('text').map((of) => `String(${of})`),
      fc
        .oneof(
          fc.constantFrom(...whole, ...counts),
          any.map((of) => `Int(${of})`),
        )
        .map((of) => `String(${of})`),
    ),
    number: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 2, arbitrary: any },
      { weight: 2, arbitrary: fc.constantFrom(...numbers, ...whole, ...counts) },
      { weight: 2, arbitrary: fc.oneof(smallInt, number) },
      fc.constantFrom(...times).map((of) => `Int(${of})`),
      fc.tuple(fc.constantFrom('Int', 'Double', 'Len'), tie('text')).map(([name, of]) => `${name}(${of})`),
      fc.tuple(fc.constantFrom('Int', 'Double'), tie('number')).map(([name, of]) => `${name}(${of})`),
      {
        weight: 4,
        arbitrary: fc
          .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
          .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
      },
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'), tie('number'))
        .map(([a, sign, b, c]) => `${a} ${sign} ${b} * ${c} - -${a}`),
    ),
    duration: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 2, arbitrary: literalDuration },
      fc.tuple(fc.constantFrom(...times), fc.constantFrom(...times)).map(([a, b]) => `(${a} - ${b})`),
      fc
        .tuple(tie('duration'), fc.constantFrom('+', '-'), tie('duration'))
        .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    ),
    time: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 2, arbitrary: fc.constantFrom(...times) },
      literalTime,
      fc
        .tuple(tie('time'), fc.constantFrom('+', '-'), tie('duration'))
        .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    ),
  }));
}

export function calculated(vocabulary: Vocabulary) {
  const { text, number: numeric, duration, time } = values(vocabulary);
  const nil = fc.constant('nil');
  return fc.oneof(
    compared(numeric, operator, numeric),
    compared(numeric, operator, number),
    compared(text, equality, fc.oneof(text, quotedText)),
    compared(text, operator, quotedText),
    compared(
      text.map((of) => `String(${of})`),
      operator,
      text.map((of) => `String(${of})`),
    ),
    compared(fc.oneof(numeric, text), equality, nil),
    compared(duration, operator, duration),
    compared(duration, operator, smallInt),
    compared(time, operator, time),
    called(text),
  );
}
