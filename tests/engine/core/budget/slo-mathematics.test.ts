/** Vectors of docs/slo-mathematics.md, computed there with exact rational arithmetic. */
import { describe, expect, test } from 'vitest';
import { burnRate } from '../../../../engine/core/budget/burn-rate.ts';
import { burnThreshold } from '../../../../engine/core/budget/burn-threshold.ts';
import { errorBudget, isExhausted } from '../../../../engine/core/budget/error-budget.ts';
import { fraction, toNumber } from '../../../../engine/core/budget/fraction.ts';
import { maximumBurn } from '../../../../engine/core/budget/maximum-burn.ts';
import {
  secondsToCross,
  secondsToFire,
  secondsToReset,
} from '../../../../engine/core/budget/seconds-to-fire.ts';
import { defaultTiers, type Tier, tierFactor } from '../../../../engine/core/budget/tiers.ts';
import { timeToExhaustion } from '../../../../engine/core/budget/time-to-exhaustion.ts';

const DAY = 86_400;
const HOUR = 3600;
const percent = (value: number) => fraction(Math.round(value * 1000), 100_000);
const TARGET_999 = percent(99.9);

/** The four tiers of 99.9 % over 30 days, for targets where some of them cannot fire too. */
const TIERS: readonly Tier[] = defaultTiers({ target: TARGET_999 }, 30 * DAY).tiers;

describe('maximumBurn()', () => {
  test.each([
    [80, 5],
    [90, 10],
    [95, 20],
    [99, 100],
    [99.9, 1000],
  ])('maximumBurn() of %d %% is %d', (target, maximum) => {
    expect(maximumBurn(percent(target))).toEqual(fraction(maximum, 1));
  });

  test('maximumBurn() refuses a target of 1', () => {
    expect(() => maximumBurn(fraction(1, 1))).toThrow(RangeError);
  });
});

describe('tierFactor()', () => {
  test.each([
    [2, HOUR, 7, '84/25'],
    [2, HOUR, 14, '168/25'],
    [2, HOUR, 28, '336/25'],
    [2, HOUR, 30, '72/5'],
    [2, HOUR, 90, '216/5'],
    [5, 6 * HOUR, 7, '7/5'],
    [5, 6 * HOUR, 14, '14/5'],
    [5, 6 * HOUR, 28, '28/5'],
    [5, 6 * HOUR, 30, '6/1'],
    [5, 6 * HOUR, 90, '18/1'],
    [10, DAY, 7, '7/10'],
    [10, DAY, 14, '7/5'],
    [10, DAY, 28, '14/5'],
    [10, DAY, 30, '3/1'],
    [10, DAY, 90, '9/1'],
    [10, 3 * DAY, 7, '7/30'],
    [10, 3 * DAY, 14, '7/15'],
    [10, 3 * DAY, 28, '14/15'],
    [10, 3 * DAY, 30, '1/1'],
    [10, 3 * DAY, 90, '3/1'],
  ])('tierFactor() of %d %% per %d s in %d days is %s', (share, long, days, expected) => {
    const { numerator, denominator } = tierFactor(fraction(share, 100), days * DAY, long);
    expect(`${numerator}/${denominator}`).toBe(expected);
  });
});

describe('defaultTiers()', () => {
  const shown = (tiers: readonly Tier[]) =>
    tiers.map((tier) => [tier.severity, tier.longSeconds, tier.shortSeconds, toNumber(tier.factor)]);

  test('defaultTiers() of 99.9 % over 30 days are those of the workbook', () => {
    expect(shown(TIERS)).toEqual([
      ['page', HOUR, 300, 14.4],
      ['page', 6 * HOUR, 1800, 6],
      ['ticket', DAY, 2 * HOUR, 3],
      ['ticket', 3 * DAY, 6 * HOUR, 1],
    ]);
  });

  test.each([
    ['unreachable factors, equality too', 80, 30 * DAY, ['page 1h', 'page 6h']],
    ['an unreachable factor', 90, 30 * DAY, ['page 1h']],
    ['factors below 1', 99.9, 7 * DAY, ['ticket 1d', 'ticket 3d']],
    ['long windows beyond the period', 99, DAY, ['page 1h', 'page 6h', 'ticket 1d', 'ticket 3d']],
    ['nothing', 95, 30 * DAY, []],
  ])('defaultTiers() leaves out and names %s', (_, target, period, omitted) => {
    expect(defaultTiers({ target: percent(target) }, period).omitted.map(({ tier }) => tier)).toEqual(
      omitted,
    );
  });

  test('defaultTiers() leaves out a factor that equals the maximum', () => {
    const target = fraction(5, 6);
    expect(toNumber(maximumBurn(target))).toBe(6);
    expect(defaultTiers({ target }, 30 * DAY).omitted.map(({ tier }) => tier)).toEqual([
      'page 1h',
      'page 6h',
    ]);
  });

  test('defaultTiers() says why', () => {
    const reasons = defaultTiers({ target: percent(90) }, 30 * DAY).omitted.map(({ reason }) => reason);
    expect(reasons).toEqual(['its factor 14.4 cannot be reached: a full outage burns at 10']);
  });
});

describe('secondsToFire()', () => {
  test.each([
    [99.9, 100, [51.84, 129.6, 259.2, 259.2]],
    [99.9, 10, [518.4, 1296, 2592, 2592]],
    [99.9, 2, [2592, 6480, 12_960, 12_960]],
    [99.9, 1, [null, 12_960, 25_920, 25_920]],
    [99, 100, [518.4, 1296, 2592, 2592]],
    [99, 10, [null, 12_960, 25_920, 25_920]],
    [99, 1, [null, null, null, null]],
    [95, 100, [2592, 6480, 12_960, 12_960]],
  ])('secondsToFire() at %d %% with %d %% errors is %j', (target, errors, expected) => {
    const input = { target: percent(target), errorRatio: percent(errors) };
    expect(TIERS.map((tier) => secondsToFire(tier, input))).toEqual(expected);
  });
});

describe('secondsToReset()', () => {
  test.each([
    [99.9, [295.68, 1789.2, 7178.4, 21_578.4]],
    [99, [256.8, 1692, 6984, 21_384]],
  ])('secondsToReset() after a full outage at %d %% is %j', (target, expected) => {
    const input = { target: percent(target), errorRatio: fraction(1, 1) };
    expect(TIERS.map((tier) => secondsToReset(tier, input))).toEqual(expected);
  });

  test('15 % errors for 10 min at 99.9 %: the short window crosses, the long one fires, the short one clears', () => {
    const [page] = TIERS as [Tier];
    const input = { target: TARGET_999, errorRatio: percent(15) };
    expect(secondsToCross(page.shortSeconds, page, input)).toBe(28.8);
    expect(secondsToFire(page, input)).toBe(345.6);
    expect(secondsToReset(page, input)).toBe(271.2);
  });

  test('secondsToReset() is null when the errors never crossed', () => {
    const [page] = TIERS as [Tier];
    expect(secondsToReset(page, { target: percent(99), errorRatio: percent(1) })).toBeNull();
  });
});

describe('timeToExhaustion()', () => {
  test.each([
    ['counts what is spent already', 0.5, 2, 30 * DAY, 7.5 * DAY],
    ['of a full outage at 99.9 % is 43.2 min', 1, 1000, 30 * DAY, 43.2 * 60],
    ['of a full outage at 99.999 % is 25.92 s', 1, 100_000, 30 * DAY, 25.92],
    ['is none when nothing burns', 0.5, 0, 30 * DAY, null],
    ['is zero when the budget is spent', 0, 2, 30 * DAY, 0],
    ['is zero when it is overspent, burning or not', -0.5, 0, 30 * DAY, 0],
    ['is none without events', null, null, 30 * DAY, null],
    ['is none when the last hour had no events', 0.5, null, 30 * DAY, null],
  ])('timeToExhaustion() %s', (_, remainingRatio, burn, periodSeconds, expected) => {
    expect(timeToExhaustion({ remainingRatio, burn, periodSeconds })).toBe(expected);
  });
});

describe('errorBudget()', () => {
  test('errorBudget() without events is no data, never 0, 1 or NaN', () => {
    expect(errorBudget({ good: 0, total: 0 }, TARGET_999)).toEqual({
      allowed: null,
      spent: null,
      remainingRatio: null,
    });
    expect(burnRate({ good: 0, total: 0 }, TARGET_999)).toBeNull();
  });

  test('errorBudget() is not clamped when overspent', () => {
    expect(errorBudget({ good: 970, total: 1000 }, percent(99))).toEqual({
      allowed: 10,
      spent: 30,
      remainingRatio: -2,
    });
  });

  test('errorBudget() of low traffic: one failure of 10 requests an hour over 30 d is 13.9 %', () => {
    const { remainingRatio } = errorBudget({ good: 7199, total: 7200 }, TARGET_999);
    expect(1 - (remainingRatio ?? 0)).toBeCloseTo(0.1389, 4);
  });

  test('errorBudget() is exact beyond 2^53 in its products', () => {
    const total = 9_000_000_000_000_000;
    const { remainingRatio } = errorBudget(
      { good: total - 9_000_000_000, total },
      fraction(999_999, 1_000_000),
    );
    expect(remainingRatio).toBe(0);
  });

  test('isExhausted() is true from the event that spends the last of it', () => {
    expect(isExhausted({ good: 991, total: 1000 }, percent(99))).toBe(false);
    expect(isExhausted({ good: 990, total: 1000 }, percent(99))).toBe(true);
    expect(isExhausted({ good: 0, total: 0 }, percent(99))).toBe(false);
  });
});

describe('burnRate()', () => {
  test('burnRate() is 1 when the budget is spent exactly on time', () => {
    expect(burnRate({ good: 999, total: 1000 }, TARGET_999)).toBe(1);
  });

  test('burnRate() weighs events, not windows', () => {
    const busy = { good: 1000 * 1000, total: 1000 * 1000 };
    const quiet = { good: 500, total: 1000 };
    const both = { good: busy.good + quiet.good, total: busy.total + quiet.total };
    expect((burnRate(both, TARGET_999) ?? 0) / 1000).toBeCloseTo(0.0004995, 7);
  });
});

describe('burnThreshold()', () => {
  test.each([
    ['equality does not fire', 9856, 10_000, false],
    ['one event more does', 9855, 10_000, true],
    ['no events do not', 0, 0, false],
  ])('burnThreshold(99.9 %%, 14.4): %s', (_, good, total, expected) => {
    expect(burnThreshold(TARGET_999, fraction(144, 10))({ good, total })).toBe(expected);
  });

  test('burnThreshold() decides exactly where doubles cannot', () => {
    const target = fraction(999_999_999, 1_000_000_000);
    const isAbove = burnThreshold(target, fraction(144, 10));
    const total = 8_750_000_000_000_000;
    const limit = 126_000_000;
    expect(isAbove({ good: total - limit, total })).toBe(false);
    expect(isAbove({ good: total - limit - 1, total })).toBe(true);
  });
});
