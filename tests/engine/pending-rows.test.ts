/** Rows that wait for ClickHouse: bounded, the latest of each key. */
import { expect, test } from 'vitest';
import { PendingRows } from '../../engine/results/pending-rows.ts';

test('PendingRows gives up the oldest rows beyond its limit and says how many', () => {
  const rows = new PendingRows();
  for (let index = 0; index < 500_000; index += 1) rows.put(`${index}`, { Slice: index });
  expect(rows.size).toBeLessThanOrEqual(200_000);
  expect(rows.size + rows.takeDropped()).toBe(500_000);
  expect(rows.takeDropped()).toBe(0);
  expect(rows.least('Slice')).toBe(500_000 - rows.size);
});

test('PendingRows keeps a row that took the place of one just written', () => {
  const rows = new PendingRows();
  rows.put('a', { Slice: 1 });
  rows.put('b', { Slice: 2 });
  const written = rows.oldest(9);
  rows.put('a', { Slice: 3 });
  rows.done(written);
  expect(rows.oldest(9)).toEqual([['a', { Slice: 3 }]]);
  expect(rows.least('Slice')).toBe(3);
  expect(new PendingRows().least('Slice')).toBeUndefined();
});
