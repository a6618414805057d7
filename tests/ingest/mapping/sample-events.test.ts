import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleEvents } from '../../../ingest/writer/mapping/sample-events.ts';

/** Tables with so many rows on each day; the time of a row is its number, those of the next table go on. */
function tables(...days: readonly (readonly number[])[]) {
  let first = 0;
  return days.map((counts) => {
    const start = first;
    const rows = counts.map((count) => {
      const from = first - start;
      first += count;
      return { day: '2026-01-01', rows: Uint32Array.from({ length: count }, (_, index) => from + index) };
    });
    return { days: rows, timeOf: (row: number) => start + row };
  });
}

test('sampleEvents() gives all events when there are few, in their order', () => {
  expect(sampleEvents([])).toEqual([]);
  expect(sampleEvents(tables([], [0]))).toEqual([]);
  expect(sampleEvents(tables([1, 0, 2], [], [0, 3]))).toEqual([0, 1, 2, 3, 4, 5]);
});

test('sampleEvents() takes one of each 25th part, over all tables and days', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat({ max: 300 }), { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      (counts) => {
        const total = counts.flat().reduce((sum, count) => sum + count, 0);
        const times = sampleEvents(tables(...counts));
        const samples = Math.min(25, total);
        expect(times).toHaveLength(samples);
        times.forEach((time, part) => {
          expect(time).toBeGreaterThanOrEqual(Math.floor((part * total) / samples));
          expect(time).toBeLessThan(Math.floor(((part + 1) * total) / samples));
        });
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test('sampleEvents() does not take the same place in every request', () => {
  const places = sampleEvents(tables([25_000])).map((time) => time % 1000);
  expect(new Set(places.map((place) => Math.floor(place / 100))).size).toBe(10);
});
