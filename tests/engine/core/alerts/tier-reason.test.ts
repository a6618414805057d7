import { describe, expect, test } from 'vitest';
import { budgetWords } from '../../../../engine/core/alerts/tier-reason.ts';

describe('budgetWords()', () => {
  test.each([
    ['says nothing without events', { remainingRatio: null, exhaustsInSeconds: null }, ''],
    [
      'leaves out a pace that is none',
      { remainingRatio: 1, exhaustsInSeconds: null },
      '; 100 % of the budget is left',
    ],
    [
      'tells seconds',
      { remainingRatio: 0.001, exhaustsInSeconds: 42.4 },
      '; 0.1 % of the budget is left, gone in 42 s at this pace',
    ],
    [
      'tells minutes',
      { remainingRatio: 0.5, exhaustsInSeconds: 240 },
      '; 50 % of the budget is left, gone in 4 min at this pace',
    ],
    [
      'tells hours',
      { remainingRatio: 0.4375, exhaustsInSeconds: 68_472 },
      '; 43.75 % of the budget is left, gone in 19 h at this pace',
    ],
    [
      'tells days',
      { remainingRatio: 0.5, exhaustsInSeconds: 648_000 },
      '; 50 % of the budget is left, gone in 7.5 days at this pace',
    ],
    [
      'names a budget just spent',
      { remainingRatio: 0, exhaustsInSeconds: 0 },
      '; the budget is spent, 0 % over',
    ],
    [
      'names what went over it',
      { remainingRatio: -0.634, exhaustsInSeconds: 0 },
      '; the budget is spent, 63.4 % over',
    ],
  ])('%s', (_, budget, words) => {
    expect(budgetWords(budget)).toBe(words);
  });
});
