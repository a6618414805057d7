import { expect, test } from 'vitest';
import { notifiedRanges } from '../../../bench/alerts/notified-ranges.ts';
import type { Firing } from '../../../bench/alerts/types.ts';

function page(fromSeconds: number, toSeconds: number | null): Firing {
  return { alert: `page ${fromSeconds}`, severity: 'page', fromSeconds, toSeconds };
}

test('notifiedRanges() merges what overlaps or touches, and nothing else', () => {
  const firings = [
    page(0, 10),
    page(5, 20),
    page(20, 25),
    page(30, 40),
    page(32, 35),
    page(50, null),
    page(60, 70),
  ];
  const ranges = notifiedRanges(firings, 'page').map(({ fromSeconds, toSeconds }) => [
    fromSeconds,
    toSeconds,
  ]);
  expect(ranges).toEqual([
    [0, 25],
    [30, 40],
    [50, null],
  ]);
});

test('notifiedRanges() leaves the other severity out', () => {
  expect(notifiedRanges([page(0, 10)], 'ticket')).toEqual([]);
});
