import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatDuration,
  formatLocal,
  formatUtc,
  formatWindow,
  windowSeconds,
} from '../../../query/console/format/time.js';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('formatDuration()', () => {
  it.each([
    [0, '0 s'],
    [45, '45 s'],
    [90, '1 min 30 s'],
    [1_590, '26 min'],
    [3_600, '1 h'],
    [273_600, '3 d 4 h'],
    [2_592_000, '30 d'],
    [-5, '0 s'],
    [null, '—'],
  ])('writes %s seconds in at most two units', (seconds, text) =>
    expect(plain(formatDuration(seconds))).toBe(text),
  );
});

describe('formatAge()', () => {
  it.each([
    [1_000, 13_900, '12 s'],
    [0, 60_000, '1 min'],
    [0, 90_000_000, '1 d'],
    [5_000, 1_000, '0 s'],
  ])('of %d at %d', (then, now, text) => expect(plain(formatAge(then, now))).toBe(text));
});

describe('formatLocal()', () => {
  const now = new Date(2026, 10, 21, 5, 0, 0).getTime();
  const at = (...parts: [number, number, number, number, number, number]) => new Date(...parts).toISOString();

  it('shows the time alone today', () =>
    expect(formatLocal(at(2026, 10, 21, 3, 4, 5), now)).toBe('03:04:05'));
  it('shows the day with it on another day', () =>
    expect(formatLocal(at(2026, 10, 20, 23, 59, 59), now)).toBe('Nov 20, 23:59:59'));
  it('shows the year in another year', () =>
    expect(formatLocal(at(2025, 11, 31, 0, 0, 0), now)).toBe('Dec 31 2025, 00:00:00'));
  it('leaves what is no instant as it is', () => expect(formatLocal('soon', now)).toBe('soon'));
});

it('formatUtc() names the zone', () =>
  expect(formatUtc('2026-11-21T05:16:40.123Z')).toBe('2026-11-21 05:16:40 UTC'));

describe('formatWindow()', () => {
  it.each([
    ['5m', '5 min'],
    ['30d', '30 d'],
    ['1h', '1 h'],
    ['4w', '4w'],
    ['month', 'month'],
  ])('writes %s', (text, shown) => expect(plain(formatWindow(text))).toBe(shown));

  it('leaves what windowSeconds() cannot read', () => expect(windowSeconds('month')).toBeNaN());
});
