import { describe, expect, it } from 'vitest';
import { isDue } from '../../../query/console/data/refresher.js';

const need = { key: 'slos', path: () => '/slos', minMillis: 1_000, maxMillis: 10_000 };
const read = { startedAt: 100_000, pending: false, failures: 0 };
const live = { now: 100_500, updatedAt: 0, live: true, hidden: false };

describe('isDue()', () => {
  const cases: readonly (readonly [string, boolean, object, object])[] = [
    ['reads what was never asked for', true, { startedAt: 0 }, {}],
    ['waits for a request under way', false, { startedAt: 0, pending: true }, {}],
    ['leaves what did not change', false, {}, { now: 105_000 }],
    ['reads after an update', true, {}, { now: 101_500, updatedAt: 101_400 }],
    ['does not read twice within the shortest pause', false, {}, { updatedAt: 100_400 }],
    ['ignores an update older than the last request', false, {}, { now: 102_000, updatedAt: 99_000 }],
    ['reads after the longest pause without an update', true, {}, { now: 110_000 }],
    ['polls while the stream is away', true, {}, { now: 105_000, live: false }],
    ['asks again a second after the first failure', true, { failures: 1 }, { now: 101_000 }],
    ['backs off', false, { failures: 4 }, { now: 107_000 }],
    ['backs off no longer than ten seconds', true, { failures: 40 }, { now: 110_000 }],
    ['reads rarely in a hidden tab', false, {}, { now: 110_000, hidden: true, updatedAt: 109_000 }],
    ['reads in a hidden tab', true, {}, { now: 115_000, hidden: true }],
    ['asks slowly for what is not there', false, { failures: 1, error: { status: 404 } }, { now: 105_000 }],
    ['asks again for what is not there', true, { failures: 9, error: { status: 404 } }, { now: 110_000 }],
  ];
  it.each(cases)('%s', (_, due, progress, situation) =>
    expect(isDue(need, { ...read, ...progress }, { ...live, ...situation })).toBe(due),
  );

  it('waits as long as the need says for what is not there', () =>
    expect(
      isDue(
        { ...need, absentMillis: 60_000 },
        { ...read, error: { status: 404 } },
        { ...live, now: 150_000 },
      ),
    ).toBe(false));
});
