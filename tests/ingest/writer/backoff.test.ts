import { expect, test } from 'vitest';
import { backoffMillis, pause } from '../../../ingest/writer/backoff.ts';

test('backoffMillis() doubles from the base to the cap, between half and all of it', () => {
  const at = (attempt: number, random: number) =>
    backoffMillis(attempt, { baseMillis: 100, maxMillis: 1000, random: () => random });
  expect([1, 2, 3, 4, 5, 500].map((attempt) => at(attempt, 0))).toEqual([50, 100, 200, 400, 500, 500]);
  expect(at(2, 0.5)).toBe(150);
});

test('pause() is true after its time and false when its signal aborts', async () => {
  const abort = new AbortController();
  expect(await pause(0, abort.signal)).toBe(true);
  const long = pause(1e9, abort.signal);
  abort.abort();
  expect(await long).toBe(false);
  expect(await pause(0, abort.signal)).toBe(false);
});
