/** What must hold when a partition changes hands: numbers, rows, definitions, and who may write them. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { EngineReplica } from '../../engine/core/replica.ts';
import { ownerCommit } from '../../engine/evaluator/share.ts';
import { readState } from '../../engine/read-state.ts';
import {
  GROUP_EVALUATOR,
  GROUP_METER,
  TABLES,
  TOPIC_DEFINITIONS,
  TOPIC_OF_SIGNAL,
  TOPIC_STATE,
} from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';
import { Fleet, type FleetEngine } from './support/fleet.ts';
import { sloYaml } from './support/harness.ts';
import { MemoryStore } from './support/memory-store.ts';
import { burst } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const LOGS = sloYaml({
  name: 'logs',
  signal: 'logs',
  total: 'true',
  good: 'log.severity_number < SEVERITY_NUMBER_ERROR',
});

let fleet: Fleet;
afterEach(() => fleet.close());

async function create(
  store?: MemoryStore,
  files: Readonly<Record<string, string>> = { 'slo.yaml': sloYaml() },
): Promise<Fleet> {
  const options = { nowMillis: T0, latenessSeconds: 600, files, otlpPartitions: 2, sliPartitions: 8 };
  // Engines use only what MemoryStore has of a Store.
  return await Fleet.create({ ...options, ...(store && { store: store as unknown as Store }) });
}

async function append(total: number, partition = 0, atMillis = fleet.nowMillis): Promise<void> {
  const records = [{ value: burst(atMillis, total) }];
  await fleet.cluster.log.append(TOPIC_OF_SIGNAL.traces, records, partition);
}

async function total(slo = 'shop-availability'): Promise<number | undefined> {
  return (await fleet.replica()).status(slo, fleet.nowMillis + 10_000)?.total;
}

/** Everything of a group to one engine. */
async function give(group: string, engine: FleetEngine): Promise<void> {
  const index = fleet.engines.indexOf(engine);
  await fleet.cluster.rebalance(group, () => index);
}

/** Lets everything go on that can. */
async function ticks(): Promise<void> {
  for (let tick = 0; tick < 300; tick += 1) await setImmediate();
}

describe('An engine that hung', () => {
  test('An engine that hung writes no row of a partition that has another owner, and none of its are later', async () => {
    const store = new MemoryStore();
    fleet = await create(store);
    // Its clock is ahead: its rows would win by their stamps.
    const hung = await fleet.start(10 * MINUTE);
    const next = await fleet.start();
    for (const group of [GROUP_METER, GROUP_EVALUATOR]) await give(group, hung);
    await append(5);
    fleet.nowMillis += 10_000;
    await fleet.settle();
    const slices = () => store.rows(TABLES.slices, ['Slo', 'Slice']);
    expect(slices().map(({ Total }) => Number(Total))).toEqual([5]);

    // Counted by the one that hangs, but committed by nobody.
    await append(2, 0, T0);
    await hung.meter();
    await fleet.cluster.expel(hung.handle);
    await append(3, 1, T0);
    await next.meter();
    fleet.nowMillis += 10_000;
    while (await next.engine.evaluate());
    expect(slices().map(({ Total }) => Number(Total))).toEqual([10]);
    const blocks = store.blocks.length;
    await append(4, 0, T0);
    await next.meter();
    fleet.nowMillis += 10_000;
    // It reads the new counts, and may not write what it makes of them.
    while (await hung.engine.evaluate());
    expect(store.blocks).toHaveLength(blocks);
    await hung.engine.evaluate();
    expect(store.blocks).toHaveLength(blocks);
    while (await next.engine.evaluate());
    expect(slices().map(({ Total }) => Number(Total))).toEqual([14]);
  });

  test('An engine that hung goes on with what it is given again', async () => {
    fleet = await create();
    const [hung, other] = [await fleet.start(), await fleet.start()];
    await append(5);
    await fleet.settle();
    await fleet.cluster.expel(hung.handle);
    await append(1);
    await append(1, 1);
    expect((await hung.meter()).records).toBeGreaterThan(0);
    expect((await hung.meter()).records).toBe(0);
    await fleet.settle();
    await give(GROUP_METER, hung);
    await give(GROUP_EVALUATOR, hung);
    await fleet.kill(other);
    await append(2, 1);
    await fleet.settle();
    expect(await total()).toBe(9);
  });

  test('An engine whose commit failed, however, counts nothing twice and loses nothing', async () => {
    fleet = await create();
    const { engine, handle } = await fleet.start();
    for (const [round, fault] of (['fails before', 'fails after', 'shows late'] as const).entries()) {
      await append(5);
      handle.nextFault = fault;
      await engine.meter().catch(() => undefined);
      handle.nextFault = fault;
      fleet.nowMillis += 10_000;
      await engine.evaluate().catch(() => undefined);
      await fleet.settle();
      expect(await total()).toBe(5 * (round + 1));
    }
  });
});

describe('A partition that is given away and comes back', () => {
  test('A partition is let go only after the commit of its counts that is under way', async () => {
    fleet = await create();
    const [first, second] = [await fleet.start(), await fleet.start()];
    await give(GROUP_METER, first);
    await append(5);
    const { promise, resolve } = Promise.withResolvers<void>();
    first.handle.beforeTransact = () => promise;
    const metering = first.meter();
    await ticks();
    const moving = give(GROUP_METER, second)
      .then(() => second.meter())
      .then(() => give(GROUP_METER, first));
    await ticks();
    resolve();
    await Promise.all([metering, moving]);
    await fleet.settle();
    expect(await total()).toBe(5);
  });

  test('A partition that came back is not counted from what was read before', async () => {
    fleet = await create();
    const [first, second] = [await fleet.start(), await fleet.start()];
    await give(GROUP_METER, first);
    await append(5, 0);
    const { promise, resolve } = Promise.withResolvers<void>();
    first.handle.afterRead = ({ topic, partition }) =>
      topic === TOPIC_OF_SIGNAL.traces && partition === 1 ? promise : Promise.resolve();
    const metering = first.meter();
    await ticks();
    await give(GROUP_METER, second);
    await second.meter();
    await give(GROUP_METER, first);
    resolve();
    await metering;
    await fleet.settle();
    expect(await total()).toBe(5);
  });

  test('A partition is let go only after the checkpoint that is under way, and later ones are not made', async () => {
    fleet = await create();
    const [first, second] = [await fleet.start(), await fleet.start()];
    await give(GROUP_EVALUATOR, first);
    await give(GROUP_METER, second);
    await append(5);
    await second.meter();
    const { promise, resolve } = Promise.withResolvers<void>();
    first.handle.beforeTransact = () => promise;
    fleet.nowMillis += 10_000;
    const evaluating = first.engine.evaluate();
    await ticks();
    const moving = give(GROUP_EVALUATOR, second).then(async () => {
      // Into blocks the checkpoint under way knows nothing of.
      fleet.nowMillis += 20 * MINUTE;
      await append(3);
      await second.meter();
      await second.engine.checkpoint();
      await second.engine.evaluate();
      await second.engine.checkpoint();
      await give(GROUP_EVALUATOR, first);
    });
    await ticks();
    resolve();
    await Promise.all([evaluating, moving]);
    for (const each of [...fleet.engines]) await fleet.kill(each);
    await fleet.start();
    await fleet.settle();
    const status = (await fleet.replica()).status('shop-availability', fleet.nowMillis + 10_000);
    expect(status?.total).toBe(8);
    expect(status?.burn[0]).toMatchObject({ window: '5m', total: 3 });
  });
});

describe('The state of a partition', () => {
  test('The state is taken up with the checkpoint that was committed, though it shows later', async () => {
    fleet = await create();
    const { engine, handle } = await fleet.start();
    await append(5);
    await fleet.settle();
    await append(3);
    await engine.meter();
    handle.nextFault = 'shows late';
    fleet.nowMillis += 10_000;
    await engine.evaluate();
    const partition = engine.replica.partitionOf('shop-availability');
    const committed = (await ownerCommit(handle, partition))?.owner.checkpoint;
    await fleet.kill(fleet.engines[0] as FleetEngine);
    const next = await fleet.join();
    expect(next.engine.replica.partition(partition).progress?.checkpoint).toBe(committed);
    expect(committed).toBeGreaterThan(1);
  });

  test('The state is not waited for when the partition has been given away', async () => {
    fleet = await create();
    const { handle } = await fleet.start();
    const replica = new EngineReplica().partition(3);
    const options = { partition: 3, replica, atLeast: 99, isWanted: () => false };
    expect(await readState(handle, options)).toBe(false);
  });
});

describe('Definitions of several engines', () => {
  test('Definitions are published by the owner of partition 0 alone', async () => {
    fleet = await create();
    const [first, second] = [await fleet.start(), await fleet.start()];
    await give(GROUP_EVALUATOR, second);
    await fleet.write('new.yaml', sloYaml({ name: 'new' }));
    expect(await first.engine.publishDefinitions()).toBe(0);
    expect((await fleet.replica()).definition('new')).toBeUndefined();
    expect(await second.engine.publishDefinitions()).toBeGreaterThan(0);
    expect((await fleet.replica()).definition('new')).toBeDefined();
    expect(await first.engine.publishDefinitions()).toBe(0);
  });

  test('Definitions of an owner that was replaced are refused', async () => {
    fleet = await create();
    const hung = await fleet.start();
    const next = await fleet.start();
    await give(GROUP_EVALUATOR, hung);
    await append(1);
    await fleet.settle();
    await fleet.cluster.expel(hung.handle);
    await fleet.write('slo.yaml', sloYaml({ good: 'span.duration > 5' }));
    expect(await hung.engine.publishDefinitions()).toBe(0);
    expect(await next.engine.publishDefinitions()).toBeGreaterThan(0);
    expect(await hung.engine.publishDefinitions()).toBe(0);
    const { records } = await fleet.cluster.log.read({ topic: TOPIC_DEFINITIONS, partition: 0 }, 0);
    const generations = records
      .filter(({ key }) => key === 'slo|shop-availability')
      .map(({ value }) => JSON.parse(String(Buffer.from(value))).generations.length);
    expect(generations).toEqual([1, 2]);
  });

  test('Definitions of the owner before are waited for, though they show later', async () => {
    fleet = await create();
    const first = await fleet.start();
    await append(1);
    await fleet.settle();
    await fleet.write('slo.yaml', sloYaml({ good: 'span.duration > 5' }));
    first.handle.nextFault = 'shows late';
    await first.engine.publishDefinitions();
    await fleet.kill(first);
    fleet.nowMillis += MINUTE;
    await fleet.start();
    await fleet.settle();
    const { records } = await fleet.cluster.log.read({ topic: TOPIC_DEFINITIONS, partition: 0 }, 0);
    const published = records.filter(({ key }) => key === 'slo|shop-availability');
    expect(published).toHaveLength(2);
  });

  test('Meters wait until definitions were published once, so that the first ones count from the beginning', async () => {
    fleet = await create();
    const [publisher, other] = [await fleet.join(), await fleet.join()];
    await give(GROUP_EVALUATOR, publisher);
    await give(GROUP_METER, other);
    await append(5);
    expect(await other.meter()).toEqual({ records: 0, hasMore: false });
    await publisher.engine.publishDefinitions();
    await fleet.settle();
    expect(await total()).toBe(5);
  });

  test('Meters start without any definition once that was published', async () => {
    fleet = await create(undefined, {});
    const { engine, meter } = await fleet.start();
    await append(5);
    expect((await meter()).records).toBe(1);
    await fleet.write('slo.yaml', sloYaml());
    fleet.nowMillis += 3000;
    await engine.publishDefinitions();
    // Data came before it was defined: it begins with the slice after the next one.
    for (const spans of [1, 2, 4]) {
      fleet.nowMillis += 10_000;
      await append(spans);
    }
    await fleet.settle();
    expect(await total()).toBe(6);
  });

  test('A generation of an edit begins at the same slice for all meters, whoever had not heard of it yet', async () => {
    fleet = await create();
    const [first, second] = [await fleet.start(), await fleet.start()];
    await give(GROUP_EVALUATOR, first);
    await give(GROUP_METER, second);
    await append(5);
    await fleet.settle();
    await fleet.write('slo.yaml', sloYaml({ good: 'span.duration > 5' }));
    fleet.nowMillis += 3000;
    await first.engine.publishDefinitions();
    for (let passed = 0; passed < 5; passed += 1) {
      fleet.nowMillis += 10_000;
      await append(1, passed % 2);
      await second.meter();
    }
    await fleet.settle();
    const replica = await fleet.replica();
    expect(replica.status('shop-availability', fleet.nowMillis + 10_000)).toMatchObject({
      generation: 2,
      total: 4,
    });
    expect(replica.status('shop-availability', T0 + 20_000)).toMatchObject({ generation: 1, total: 6 });
  });
});

describe('Evaluation of several partitions', () => {
  test('Evaluation goes on to now though nothing comes to one partition any more', async () => {
    fleet = await create();
    const { engine } = await fleet.start();
    await append(5, 0);
    await append(5, 1);
    await fleet.settle();
    for (let passed = 0; passed < 60; passed += 1) {
      fleet.nowMillis += 10_000;
      await append(1, 1);
      await fleet.settle();
    }
    const partition = engine.replica.partitionOf('shop-availability');
    const evaluated = engine.replica.partition(partition).evaluated.get('traces');
    expect(evaluated).toBe(fleet.nowMillis / 10_000);
  });

  test('Evaluation does not judge the present while a partition has records nobody has metered', async () => {
    fleet = await create();
    const [first, second] = [await fleet.start(), await fleet.start()];
    await give(GROUP_EVALUATOR, first);
    await append(5, 0);
    await append(5, 1);
    await fleet.settle();
    const partition = first.engine.replica.partitionOf('shop-availability');
    const evaluated = () => first.engine.replica.partition(partition).evaluated.get('traces');
    const before = evaluated();
    // Partition 1 is metered by an engine that does nothing.
    await fleet.cluster.rebalance(GROUP_METER, (source) => source);
    for (let passed = 0; passed < 60; passed += 1) {
      fleet.nowMillis += 10_000;
      await append(1, 0);
      await append(1, 1);
      await first.meter();
      while (await first.engine.evaluate());
    }
    expect(evaluated()).toBeLessThan(fleet.nowMillis / 10_000 - 30);
    await second.meter();
    while (await first.engine.evaluate());
    expect(evaluated()).toBe(fleet.nowMillis / 10_000);
    expect(evaluated()).toBeGreaterThan(before ?? 0);
  });

  test('A partition with SLOs is written every 10 s, one without every minute, and both can be taken up', async () => {
    fleet = await create(undefined, { 'slo.yaml': sloYaml(), 'logs.yaml': LOGS });
    const { engine } = await fleet.start();
    const used = engine.replica.partitionOf('shop-availability');
    const idle = [0, 1, 2, 3, 4, 5, 6, 7].find(
      (partition) => partition !== used && partition !== engine.replica.partitionOf('logs'),
    );
    for (let passed = 0; passed < 24; passed += 1) {
      await append(1);
      fleet.nowMillis += 10_000;
      await fleet.settle();
    }
    const checkpoints = async (partition: number | undefined) => {
      const { records } = await fleet.cluster.log.read({ topic: TOPIC_STATE, partition: partition ?? 0 }, 0, {
        maxRecords: 1e6,
      });
      return records.filter(({ key }) => key?.startsWith('progress|')).length;
    };
    expect(await checkpoints(used)).toBe(24);
    expect(await checkpoints(idle)).toBe(4);
    await fleet.kill(fleet.engines[0] as FleetEngine);
    await fleet.start();
    await append(1);
    await fleet.settle();
    expect(await total()).toBe(25);
  });
});
