import { describe, expect, test } from 'vitest';
import { ConditionPool } from '../../../../engine/core/predicates/condition-pool.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import type { Condition } from '../../../../engine/core/predicates/types.ts';

const same: readonly (readonly [string, string])[] = [
  ['span.name == "x"', '"x" == span.name'],
  ['span.name == "x" and span.kind == 2', '(span.name  ==  "x") and span.kind == SPAN_KIND_SERVER'],
  ['not (IsMatch(span.name, "^a"))', 'not IsMatch(span.name, "^a")'],
  ['span.duration < Duration("1s")', 'span.duration < 1000000000'],
];
const different: readonly (readonly [string, string])[] = [
  ['span.name == "x"', 'span.name == "y"'],
  ['span.attributes["a"] == "5"', 'span.attributes["a"] == 5'],
  ['span.attributes["a"] == "x"', 'span.attributes["b"] == "x"'],
  ['span.name == "x" and span.kind == 2', 'span.name == "x" or span.kind == 2'],
  ['IsMatch(span.name, "^a")', 'IsMatch(span.name, "^b")'],
  ['span.duration < Duration("1s")', 'span.duration < Duration("2s")'],
];

describe('ConditionPool', () => {
  test.each(same)('ConditionPool makes %s and %s one', (one, other) => {
    const pool = new ConditionPool();
    const [first, second] = [one, other].map((text) => pool.share(parsePredicate(text, 'traces').condition));
    expect(second).toBe(first);
  });

  test.each(different)('ConditionPool keeps %s and %s apart', (one, other) => {
    const pool = new ConditionPool();
    const [first, second] = [one, other].map((text) => pool.share(parsePredicate(text, 'traces').condition));
    expect(second).not.toBe(first);
    expect(second).not.toEqual(first);
  });

  test('ConditionPool keeps numbers apart that JSON has no word for', () => {
    const pool = new ConditionPool();
    const above = (literal: number): Condition => {
      const subject = { kind: 'field', field: { path: 'span.attributes', key: 'a' } } as const;
      return { kind: 'number', subject, operator: '>', literal };
    };
    const numbers = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    expect(new Set(numbers.map((literal) => pool.share(above(literal)))).size).toBe(3);
  });

  test('ConditionPool shares parts of conditions that are not the same', () => {
    const pool = new ConditionPool();
    const [one, other] = ['span.kind == 2', 'span.kind == 3'].map((rest) => {
      return pool.share(parsePredicate(`span.name == "x" and ${rest}`, 'traces').condition);
    });
    if (one?.kind !== 'and' || other?.kind !== 'and') throw new Error('no conjunctions');
    expect(other.operands[0]).toBe(one.operands[0]);
    expect(other.operands[1]).not.toBe(one.operands[1]);
  });
});
