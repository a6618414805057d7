/** Rows that wait for ClickHouse: bounded, the latest of each key. */
import { expect, test } from 'vitest';
import { PendingRows } from '../../engine/results/pending-rows.ts';

test('PendingRows gives up the oldest rows beyond its limit and says how many', () => {
  const rows = new PendingRows();
  for (let index = 0; index < 500_000; index += 1)
    rows.put(`${index}`, { partition: 3, row: { Slice: index } });
  expect(rows.size).toBeLessThanOrEqual(200_000);
  expect(rows.size + rows.takeDropped()).toBe(500_000);
  expect(rows.takeDropped()).toBe(0);
  expect(rows.least('Slice')).toEqual(new Map([[3, 500_000 - rows.size]]));
});

test('PendingRows keeps a row that took the place of one just written', () => {
  const rows = new PendingRows();
  const newer = { partition: 0, row: { Slice: 3 } };
  rows.put('a', { partition: 0, row: { Slice: 1 } });
  rows.put('b', { partition: 0, row: { Slice: 2 } });
  const written = rows.oldest(9);
  rows.put('a', newer);
  rows.done(written);
  expect(rows.oldest(9)).toEqual([['a', newer]]);
  expect(rows.least('Slice')).toEqual(new Map([[0, 3]]));
});

test('PendingRows tells the least by partition, and lets go of those of a partition', () => {
  const rows = new PendingRows();
  for (const [partition, Slice] of [
    [0, 7],
    [1, 5],
    [0, 6],
    [1, 9],
  ] as const) {
    rows.put(`${partition}/${Slice}`, { partition, row: { Slice } });
  }
  expect(rows.least('Slice')).toEqual(
    new Map([
      [0, 6],
      [1, 5],
    ]),
  );
  rows.leave(1);
  expect(rows.least('Slice')).toEqual(new Map([[0, 6]]));
  expect(rows.size).toBe(2);
  expect(new PendingRows().least('Slice')).toEqual(new Map());
});
