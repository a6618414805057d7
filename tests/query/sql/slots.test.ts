import { describe, expect, it } from 'vitest';
import { NoSlot, Slots } from '../../../query/sql/http/slots.ts';

const never = new AbortController().signal;

describe('Slots', () => {
  it('gives a slot over to who waited longest', async () => {
    const slots = new Slots({ running: 1, waiting: 2, waitMillis: 60_000 });
    const order: string[] = [];
    const release = await slots.acquire(never);
    const first = slots.acquire(never).then((next) => {
      order.push('first');
      return next;
    });
    const second = slots.acquire(never).then((next) => {
      order.push('second');
      return next;
    });
    release();
    release();
    (await first)();
    (await second)();
    expect(order).toEqual(['first', 'second']);
    expect(slots.taken).toBe(0);
  });

  it('refuses when the queue is full, and when the wait is too long', async () => {
    const slots = new Slots({ running: 1, waiting: 1, waitMillis: 5 });
    const release = await slots.acquire(never);
    const waiting = slots.acquire(never);
    await expect(slots.acquire(never)).rejects.toThrow(NoSlot);
    await expect(waiting).rejects.toThrow(NoSlot);
    release();
    expect(slots.taken).toBe(0);
  });

  it('forgets who left while waiting', async () => {
    const slots = new Slots({ running: 1, waiting: 1, waitMillis: 60_000 });
    const release = await slots.acquire(never);
    const leaving = new AbortController();
    const waiting = slots.acquire(leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    release();
    expect(slots.taken).toBe(0);
    (await slots.acquire(never))();
  });
});
