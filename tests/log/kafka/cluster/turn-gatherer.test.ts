import { expect, test } from 'vitest';
import { TurnGatherer } from '../../../../log/kafka/cluster/turn-gatherer.ts';

test('TurnGatherer asks once for what comes in one turn, and anew for what comes later', async () => {
  const asked: number[][] = [];
  const gatherer = new TurnGatherer<number, number>((items) => {
    asked.push(items.map(({ item }) => item));
    for (const { item, resolve, reject } of items)
      if (item < 0) reject(new RangeError('negative'));
      else resolve(item * 2);
  });
  const [one, two, negative] = await Promise.allSettled([gatherer.ask(1), gatherer.ask(2), gatherer.ask(-1)]);
  expect([one, two]).toMatchObject([{ value: 2 }, { value: 4 }]);
  expect(negative).toMatchObject({ reason: new RangeError('negative') });
  expect(await gatherer.ask(3)).toBe(6);
  expect(asked).toEqual([[1, 2, -1], [3]]);
});
