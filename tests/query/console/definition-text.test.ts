import { expect, it } from 'vitest';
import { countedSets, traceQuery } from '../../../query/console/domain/definition-text.js';

it('countedSets() names the bad events when the definition does', () => {
  const source = { signal: 'logs', where: 'true' } as const;
  expect(countedSets({ total: source, bad: source }).map(({ title }) => title)).toEqual([
    'Counted',
    'Bad, of those',
  ]);
});

it('traceQuery() takes hex ids only', () => {
  expect(traceQuery(['4bf92f', "x' OR 1"])).toContain("IN ('4bf92f')");
});
