import { expect, test } from 'vitest';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import { contract } from '../contract.ts';

contract(
  'MemoryLog',
  async () => {
    let now = 0;
    const log = new MemoryLog({ now: () => now });
    return {
      log,
      clock: {
        setNow: (millis) => {
          now = millis;
        },
        maintain: async () => log.maintain(),
      },
      damage: async (of, offset) => log.damage(of, offset),
      dispose: () => log.close(),
    };
  },
  { hasTestClock: true, knowsDamage: true },
);

test('recreate() starts a topic anew under another identity', async () => {
  const log = new MemoryLog();
  await log.ensureTopic('t');
  await log.append('t', [{ value: Buffer.from('a') }]);
  const identity = await log.identity('t');
  log.recreate('t');
  expect(await log.identity('t')).not.toBe(identity);
  expect(await log.bounds({ topic: 't', partition: 0 })).toEqual({ first: 0, next: 0 });
});
