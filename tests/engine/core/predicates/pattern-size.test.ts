import { describe, expect, it } from 'vitest';
import { patternSize } from '../../../../engine/core/predicates/pattern-size.ts';

describe('patternSize()', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['a{100}', 100],
    ['a{2,5}b', 6],
    ['a{3,}', 3],
    ['[a-z]{5}', 5],
    ['[]a]{3}', 3],
    ['[[:alpha:]\\]]{2}', 2],
    ['\\p{Greek}{7}', 7],
    ['\\({4}', 4],
    ['(ab){100}', 300],
    ['((a{10}){10}){10}', 1110],
    ['\\Qa{9}\\E', 4],
  ])('counts %s as %d', (pattern, size) => {
    expect(patternSize(pattern)).toBe(size);
  });

  it.each([')))', '((((', '{5}', '[', '\\', '\\Q', 'a{', '{2}{3}'])(
    'takes %s without an error',
    (pattern) => {
      expect(patternSize(pattern)).toBeGreaterThanOrEqual(0);
    },
  );
});
