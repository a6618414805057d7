import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileClosure } from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { PredicateError } from '../../../../engine/core/predicates/errors.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { PATHS } from '../../../../engine/core/predicates/paths.ts';
import { compileSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';
import type { Predicate } from '../../../../engine/core/predicates/types.ts';
import { POINT_KINDS } from '../../../../engine/core/predicates/types.ts';
import { logBatch, metricBatch, spanBatch } from './support/batches.ts';

const FUNCTIONS = [
  ['IsMatch', '"a"'],
  ['HasPrefix', '"a"'],
  ['Int'],
  ['Double'],
  ['String'],
  ['Len'],
  ['ConvertCase', '"upper"'],
  ['Substring', '1', '2'],
  ['Split', '","'],
];
const VALUES = [
  '1',
  '-1',
  '2.5',
  '"a"',
  'true',
  'nil',
  'SPAN_KIND_SERVER',
  'Duration("1s")',
  'Time("2026", "%Y")',
];
const path = fc.constantFrom(...PATHS).map((spec) => ('keyed' in spec ? `${spec.path}["k"]` : spec.path));

/** Anything the grammar has, whether its types fit or not. */
const written = fc.letrec<{ value: string; condition: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: path },
    fc.constantFrom(...VALUES),
    fc
      .tuple(tie('value'), fc.constantFrom('+', '-', '*', '/'), tie('value'))
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(fc.constantFrom(...FUNCTIONS), tie('value'), fc.constantFrom('', '[0]'))
      .map(([[name, ...rest], of, index]) => `${name}(${[of, ...rest].join(', ')})${index}`),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    {
      weight: 4,
      arbitrary: fc
        .tuple(tie('value'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('value'))
        .map((parts) => parts.join(' ')),
    },
    tie('value'),
    tie('condition').map((one) => `not (${one})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map((parts) => `(${parts.join(' ')})`),
  ),
}));

const TOKENS = [
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
  '-',
  '+',
  '*',
  '/',
  '==',
  '<',
  'not',
  'and',
  'or',
  'nil',
  'span',
  'Int',
  '"',
  '"a"',
  '0',
  '.5',
  '0x1',
  '{',
  '%',
  '\n',
  '\\',
  'é',
];
const soup = fc
  .array(fc.oneof(fc.constantFrom(...TOKENS), path), { maxLength: 40 })
  .map((all) => all.join(' '));

/** The predicate, or undefined when it is refused as it should be: with a place inside the text. */
function readOrRefused(text: string, signal: Predicate['signal']): Predicate | undefined {
  try {
    return parsePredicate(text, signal);
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
    const lines = text.split('\n');
    expect(error.line).toBeLessThanOrEqual(lines.length);
    expect(error.column).toBeLessThanOrEqual((lines[error.line - 1] ?? '').length + 1);
    return undefined;
  }
}

/** Compiles for every table and asks a record with nothing in it. */
function ask(predicate: Predicate): void {
  const inSql = predicate.streamOnly.length === 0;
  if (predicate.signal === 'metrics') {
    for (const kind of POINT_KINDS) {
      expect(compileClosure(predicate, metricBatch([{}]), kind)(0)).toBeTypeOf('boolean');
      if (inSql) compileSql(predicate, kind);
    }
    return;
  }
  const batch = predicate.signal === 'traces' ? spanBatch([{}, { events: [{}] }]) : logBatch([{}, {}]);
  expect([0, 1].map(compileClosure(predicate, batch)).every((answer) => typeof answer === 'boolean')).toBe(
    true,
  );
  if (inSql) compileSql(predicate);
}

describe('parsePredicate()', () => {
  const signal = fc.constantFrom('traces', 'logs', 'metrics');

  it('refuses with a place, or gives what both compilers can compile', () => {
    let read = 0;
    const property = fc.property(written.condition, signal, (text, of) => {
      const predicate = readOrRefused(text, of);
      if (predicate === undefined) return;
      read++;
      ask(predicate);
    });
    fc.assert(property, { numRuns: 5000, seed: 20_261_121 });
    expect(read).toBeGreaterThan(100);
  });

  it('refuses signs without sense with a place', () => {
    const property = fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), signal, (text, of) => {
      readOrRefused(text, of);
    });
    fc.assert(property, { numRuns: 3000, seed: 20_261_121 });
  });
});
