import { describe, expect, it } from 'vitest';
import {
  formatBudget,
  formatBurn,
  formatCount,
  formatDistance,
  formatExact,
  formatShare,
  formatSli,
  formatTarget,
} from '../../../query/console/format/numbers.js';

/** The narrow no-break space before a unit, as a plain one. */
const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('formatSli()', () => {
  const cases: readonly (readonly [string, number | null, string])[] = [
    ['shows two decimals where they say enough', 0.9995, '99.95 %'],
    ['shows as many digits as the nines ask for', 0.999_996, '99.9996 %'],
    ['keeps one digit more than the nines', 0.99934, '99.934 %'],
    ['drops a third decimal that says nothing', 0.9996, '99.96 %'],
    ['does not round a level up to its target', 0.998_999_9, '99.89 %'],
    ['reads 100 % only without a bad event', 1, '100 %'],
    ['does not reach 100 % with one bad event in a thousand million', 1 - 1e-9, '99.999999 %'],
    ['shows a total outage', 0, '0.00 %'],
    ['shows half', 0.5, '50.00 %'],
    ['has no figure without events', null, '—'],
  ];
  it.each(cases)('%s', (_, ratio, text) => expect(plain(formatSli(ratio))).toBe(text));
});

describe('formatTarget()', () => {
  it.each([
    [0.999, '99.9 %'],
    [0.9995, '99.95 %'],
    [0.95, '95 %'],
    [0.99999, '99.999 %'],
    [0, '0 %'],
  ])('writes %d as it was meant', (ratio, text) => expect(plain(formatTarget(ratio))).toBe(text));
});

describe('formatBudget()', () => {
  const cases: readonly (readonly [string, number | null, string])[] = [
    ['shows one decimal', 0.2874, '28.7 %'],
    ['drops a decimal that says nothing', 0.6, '60 %'],
    ['does not clamp what is overspent', -2.4, '−240 %'],
    ['groups the digits of a budget overspent many times', -45.678, '−4,568 %'],
    ['cuts towards less', 0.0999, '9.9 %'],
    ['cuts towards less below zero', -0.0001, '−0.1 %'],
    ['shows a spent budget without a sign', 0, '0 %'],
    ['shows a whole budget', 1, '100 %'],
    ['has no figure without events', null, '—'],
  ];
  it.each(cases)('%s', (_, ratio, text) => expect(plain(formatBudget(ratio))).toBe(text));
});

describe('formatShare()', () => {
  it.each([
    [0.99996, '99.9 %'],
    [1, '100 %'],
    [0.5, '50 %'],
    [null, '—'],
  ])('cuts %s off at one decimal', (ratio, text) => expect(plain(formatShare(ratio))).toBe(text));
});

describe('formatDistance()', () => {
  it.each([
    [0.99928, 0.999, '0.028 pp above target'],
    [0.9966, 0.999, '0.24 pp below target'],
    [0.9, 0.999, '9.9 pp below target'],
    [0.999, 0.999, 'on target'],
  ])('of %d to %d', (sli, target, text) => expect(plain(formatDistance(sli, target))).toBe(text));
});

describe('formatCount()', () => {
  it.each([
    [0, '0'],
    [4_320, '4,320'],
    [9_999, '9,999'],
    [43_210, '43.2 k'],
    [999_960, '1 M'],
    [1_200_000, '1.2 M'],
    [108_864_000, '109 M'],
    [3.25, '3.3'],
    [null, '—'],
  ])('shortens %s', (count, text) => expect(plain(formatCount(count))).toBe(text));

  it('is the short form of formatExact()', () => expect(formatExact(108_864_000)).toBe('108,864,000'));
  it('has three digits of a share', () =>
    expect([0.002822, 12.3456].map(formatExact)).toEqual(['0.00282', '12.3']));
});

describe('formatBurn()', () => {
  it.each([
    [14.4, '14.4×'],
    [0.42, '0.42×'],
    [1000, '1000×'],
    [0, '0×'],
    [0.001, '<0.01×'],
    [61.24, '61.2×'],
    [null, '—'],
  ])('writes %s', (rate, text) => expect(formatBurn(rate)).toBe(text));
});
