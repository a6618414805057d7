import { describe, expect, test } from 'vitest';
import { MemoryBudget, type MemoryLease } from '../../../ingest/writer/memory-budget.ts';

const NEVER = new AbortController().signal;

/** Whether a promise is settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

async function leased(budget: MemoryBudget, bytes: number): Promise<MemoryLease> {
  return (await budget.lease(bytes, NEVER)) as MemoryLease;
}

describe('MemoryBudget', () => {
  test('lets waiters in by turns, as far as the bytes reach', async () => {
    const budget = new MemoryBudget(100);
    const first = await leased(budget, 60);
    const second = budget.lease(50, NEVER);
    const third = budget.lease(10, NEVER);
    // The third would fit, but it is not its turn.
    expect([await settled(second), await settled(third)]).toEqual([false, false]);
    first.release();
    expect([await settled(second), await settled(third)]).toEqual([true, true]);
    expect(budget.held).toBe(60);
  });

  test('gives more than all of it to one that needs it, when nothing else is held', async () => {
    const budget = new MemoryBudget(100);
    const small = await leased(budget, 1);
    const large = budget.lease(500, NEVER);
    expect(await settled(large)).toBe(false);
    small.release();
    expect(await settled(large)).toBe(true);
    const next = budget.lease(1, NEVER);
    expect(await settled(next)).toBe(false);
    (await large)?.release();
    expect(await settled(next)).toBe(true);
  });

  test('counts what is really held after a resize, and a release once', async () => {
    const budget = new MemoryBudget(100);
    const first = await leased(budget, 90);
    const waiting = budget.lease(50, NEVER);
    first.resize(50);
    expect(await settled(waiting)).toBe(true);
    first.release();
    first.release();
    first.resize(0);
    expect(budget.held).toBe(50);
  });

  test('forgets who leaves, and serves those behind', async () => {
    const budget = new MemoryBudget(100);
    await leased(budget, 90);
    const leave = new AbortController();
    const large = budget.lease(100, leave.signal);
    const small = budget.lease(10, NEVER);
    expect(await settled(small)).toBe(false);
    leave.abort();
    expect(await large).toBeUndefined();
    expect(await settled(small)).toBe(true);
    expect(await budget.lease(1, leave.signal)).toBeUndefined();
    expect(budget.held).toBe(100);
  });
});
