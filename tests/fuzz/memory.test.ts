import { expect, test } from 'vitest';
import { checkFlat, type Memory, settledMemory } from '../../fuzz/memory.ts';

const MIB = 2 ** 20;
const early: Memory = { heapBytes: 40 * MIB, externalBytes: 20 * MIB, residentBytes: 300 * MIB };

test('checkFlat() takes memory that settles and objects to memory that grows', () => {
  expect(() => checkFlat(early, { ...early, heapBytes: 60 * MIB })).not.toThrow();
  expect(() => checkFlat(early, { ...early, heapBytes: 80 * MIB })).toThrow(/heapBytes/);
  expect(() => checkFlat(early, { ...early, externalBytes: 60 * MIB })).toThrow(/externalBytes/);
  expect(() => checkFlat(early, { ...early, residentBytes: 700 * MIB })).toThrow(/residentBytes/);
});

test('settledMemory() counts what is kept, not what was let go', () => {
  const before = settledMemory();
  let kept: unknown[] | undefined = Array.from({ length: 300_000 }, (_, index) => ({ index }));
  const held = settledMemory();
  expect(held.heapBytes - before.heapBytes).toBeGreaterThan(4 * MIB);
  expect(kept).toHaveLength(300_000);
  kept = undefined;
  expect(settledMemory().heapBytes - before.heapBytes).toBeLessThan(2 * MIB);
});
