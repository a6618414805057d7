/** Partitions that come and go: rebalances in mid-batch, members that do not know they lost one. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decodeState } from '../../../ingest/writer/plan.ts';
import { Stalls } from '../../../ingest/writer/stalls.ts';
import { GROUP_WRITER } from '../../../schemas/names.ts';
import { StoreError } from '../../../store/errors.ts';
import { GroupOfMembers } from './group-log.ts';
import { AT, metric, type Process, until, WriterWorld } from './writer-world.ts';

const ROWS_OF_FIVE = ['a', 'b', 'c', 'd', 'e'].map((row) => `otel_traces/${row}`);

afterEach(() => vi.restoreAllMocks());

interface Members {
  readonly world: WriterWorld;
  readonly group: GroupOfMembers;
  readonly a: Process;
  readonly b: Process;
  /** Ends both. */
  stop(): Promise<void>;
}

async function twoMembers(options: { readonly leaveMillis?: number } = {}): Promise<Members> {
  const world = await WriterWorld.create();
  const group = new GroupOfMembers(world.log);
  const a = world.start(undefined, { log: group.handle('a'), ...options });
  const b = world.start(undefined, { log: group.handle('b'), ...options });
  return { world, group, a, b, stop: async () => void (await Promise.all([a.stop(), b.stop()])) };
}

/** Holds the first INSERT until it is let go, and then lets it pass or fail; the others pass. */
function holdFirstInsert(world: WriterWorld, { fails = false } = {}) {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let holding = true;
  let began = false;
  world.store.onInsert = async () => {
    if (!holding) return;
    holding = false;
    began = true;
    await held;
    if (fails) throw new StoreError('timeout', 'Cannot tell', { outcome: 'unknown' });
  };
  return { began: () => began, letGo };
}

describe('runWriter() in a group', () => {
  test('hands a batch under way over as planned: the new owner repeats it, and the old INSERT does no harm', async () => {
    const { world, group, a, stop } = await twoMembers({ leaveMillis: 1 });
    const insert = holdFirstInsert(world);
    await world.append('a', 'b', 'c', 'd', 'e');
    await group.give('a', AT);
    await until(insert.began);
    await group.take('a', AT);
    const planned = await world.log.committed(GROUP_WRITER, AT);
    expect(decodeState(planned?.metadata ?? '')).toMatchObject({ plan: { last: 2 } });
    await group.give('b', AT);
    await world.settled();
    expect(world.store.rows).toEqual(ROWS_OF_FIVE);
    insert.letGo();
    await stop();
    expect(world.store.rows).toEqual(ROWS_OF_FIVE);
    expect(await world.committed()).toBe(5);
    expect(await metric(a.registry, 'valet_writer_failures_total')).toBe(0);
  });

  test('waits for the attempt under way when that ends soon, and leaves nothing open', async () => {
    const { world, group, stop } = await twoMembers({ leaveMillis: 60_000 });
    const insert = holdFirstInsert(world);
    await world.append('a');
    await group.give('a', AT);
    await until(insert.began);
    const taken = group.take('a', AT);
    insert.letGo();
    await taken;
    expect(await world.committed()).toBe(1);
    await group.give('b', AT);
    await world.append('b');
    await world.settled();
    await stop();
    expect(world.store.rows).toEqual(['otel_traces/a', 'otel_traces/b']);
    expect(world.store.attempts).toHaveLength(2);
  });

  test('ends a member that lost its partition unawares, without noise and without harm', async () => {
    const { world, group, a, stop } = await twoMembers();
    const insert = holdFirstInsert(world);
    await world.append('a', 'b', 'c', 'd', 'e');
    await group.give('a', AT);
    await until(insert.began);
    // Nobody tells a: its session is over, b owns the partition.
    await group.give('b', AT);
    await world.settled();
    insert.letGo();
    await a.stop();
    expect(world.store.rows).toEqual(ROWS_OF_FIVE);
    expect(world.store.violations).toEqual([]);
    expect(await metric(a.registry, 'valet_writer_failures_total')).toBe(0);
    expect((await a.registry.getSingleMetric('valet_writer_lag_records')?.get())?.values).toEqual([]);
    await stop();
  });

  test('shows nothing of a partition whose attempt hangs and fails after it was taken away', async () => {
    const world = await WriterWorld.create();
    const group = new GroupOfMembers(world.log);
    const stalls = new Stalls({ afterMillis: 0 });
    const a = world.start(undefined, { log: group.handle('a'), leaveMillis: 1, stalls });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let attempts = 0;
    world.store.onInsert = async () => {
      if (++attempts === 2) await held;
      throw new StoreError('timeout', 'Cannot tell', { outcome: 'unknown' });
    };
    await world.append('a');
    await group.give('a', AT);
    await until(() => attempts === 2);
    expect(stalls.problem).toBeDefined();
    await group.take('a', AT);
    expect(stalls.problem).toBeUndefined();
    letGo();
    await until(async () => (await metric(a.registry, 'valet_writer_failures_total')) === 2);
    await a.stop();
    expect(stalls.problem).toBeUndefined();
    for (const name of ['stalled', 'position', 'lag_records', 'lag_seconds'])
      expect((await a.registry.getSingleMetric(`valet_writer_${name}`)?.get())?.values, name).toEqual([]);
  });

  test('sends no block that it could not plan', async () => {
    const { world, group, stop } = await twoMembers();
    await group.give('a', AT);
    await group.give('b', AT);
    await world.append('a', 'b');
    await world.settled();
    await stop();
    expect(world.store.rows).toEqual(['otel_traces/a', 'otel_traces/b']);
    // Only the owner's: the other one's plan was refused.
    expect(new Set(world.store.attempts).size).toBe(world.store.attempts.length);
  });

  test('goes on from what is durable when it is given the same partition again', async () => {
    const { world, group, a, stop } = await twoMembers({ leaveMillis: 1 });
    const insert = holdFirstInsert(world);
    await world.append('a', 'b', 'c', 'd', 'e');
    await group.give('a', AT);
    await until(insert.began);
    await group.give('a', AT);
    await world.settled();
    // The first attempt ends when the partition has long moved on: its commit must not move it back.
    insert.letGo();
    await world.append('f');
    await world.settled();
    await stop();
    expect(world.store.rows).toEqual([...ROWS_OF_FIVE, 'otel_traces/f']);
    expect(await world.committed()).toBe(6);
    expect(await metric(a.registry, 'valet_writer_failures_total')).toBe(0);
  });

  test('proves that it still owns the partition before an attempt long after its last commit', async () => {
    const { world, group, a, stop } = await twoMembers();
    await world.append('a');
    let offset = 0;
    const real = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => real() + offset);
    const insert = holdFirstInsert(world, { fails: true });
    await group.give('a', AT);
    await until(insert.began);
    // A stopped process wakes up after an hour; the batch is long stored by another, its token forgotten.
    offset = 3_600_000;
    await group.give('b', AT);
    await world.settled();
    expect(world.store.attempts).toHaveLength(1);
    insert.letGo();
    await until(async () => (await metric(a.registry, 'valet_writer_failures_total')) === 1);
    await until(async () => (await metric(a.registry, 'valet_writer_lag_records')) === 0);
    await stop();
    expect(world.store.attempts).toHaveLength(1);
    expect(world.store.rows).toEqual(['otel_traces/a']);
  });
});
