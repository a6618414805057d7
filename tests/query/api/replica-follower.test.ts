import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineReplica } from '../../../engine/core/replica.ts';
import { LogError } from '../../../log/errors.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type { DurableLog, StoredRecord } from '../../../log/types.ts';
import { followEngine, type ReplicaFollower } from '../../../query/api/replica-follower.ts';
import type { ReplicaFeed } from '../../../query/api/replica-reader.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../../schemas/names.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const open: ReplicaFollower[] = [];

afterEach(async () => {
  for (const follower of open.splice(0)) await follower.close();
});

/** Notes what it is fed; positions of counts come from the state, as the engine's do. */
class NotingReplica implements ReplicaFeed {
  readonly fed: string[] = [];
  partitionOf: ((slo: string) => number) | undefined;
  readonly #positions = new Map<number, number>();

  apply(topic: string, record: StoredRecord, partition: number): boolean {
    const value = new TextDecoder().decode(record.value);
    this.fed.push(`${topic}/${partition}@${record.offset} ${value}`);
    if (topic === TOPIC_STATE) this.#positions.set(partition, Number(value));
    return value !== 'unreadable';
  }

  position(partition: number): number {
    return this.#positions.get(partition) ?? 0;
  }

  reached(partition: number, offset: number): void {
    this.fed.push(`${TOPIC_SLI}/${partition} from ${offset}`);
  }

  renew(partition: number): void {
    this.#positions.delete(partition);
  }

  placeBy(partitionOf: (slo: string) => number): void {
    this.partitionOf = partitionOf;
  }
}

async function makeLog(): Promise<DurableLog> {
  const log = new MemoryLog();
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
  await log.ensureTopic(TOPIC_STATE, { cleanup: 'compact', partitions: 2 });
  await log.ensureTopic(TOPIC_SLI, { partitions: 2 });
  return log;
}

function follow(log: DurableLog, replica: ReplicaFeed): ReplicaFollower {
  const follower = followEngine({ log, replica, logger: pino({ level: 'silent' }) });
  open.push(follower);
  return follower;
}

/** What was fed of a topic's partition. */
function fedOf(replica: NotingReplica, topic: string, partition: number): readonly string[] {
  return replica.fed.filter((line) => line.startsWith(`${topic}/${partition}`));
}

describe('followEngine()', () => {
  it('feeds each partition its state first, then its counts from where the state stands', async () => {
    const log = await makeLog();
    const counts = ['a', 'b', 'c'].map((value) => ({ value: text(value) }));
    await log.append(TOPIC_SLI, counts, 0);
    await log.append(TOPIC_SLI, counts, 1);
    await log.append(TOPIC_STATE, [{ key: 'p', value: text('2') }], 0);
    await log.append(TOPIC_STATE, [{ key: 'p', value: text('1') }], 1);
    await log.append(TOPIC_DEFINITIONS, [{ key: 'slo', value: text('definition') }]);
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    expect(follower.problem).toBeUndefined();
    expect(fedOf(replica, TOPIC_DEFINITIONS, 0)).toEqual([`${TOPIC_DEFINITIONS}/0@0 definition`]);
    for (const [partition, state, left] of [
      [0, 2, ['2 c']],
      [1, 1, ['1 b', '2 c']],
    ] as const) {
      const own = replica.fed.filter(
        (line) => line.includes(`/${partition}`) && !line.includes('definition'),
      );
      expect(own).toEqual([
        `${TOPIC_STATE}/${partition}@0 ${state}`,
        `${TOPIC_SLI}/${partition} from ${state}`,
        ...left.map((each) => `${TOPIC_SLI}/${partition}@${each}`),
      ]);
    }
  });

  it('tells the replica where SLOs are, as the meters place them', async () => {
    const log = await makeLog();
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    for (const slo of ['shop-availability', 'tenant/slo', 'x']) {
      const { partition } = await log.append(TOPIC_SLI, [{ key: slo, value: text('x') }]);
      expect(replica.partitionOf?.(slo)).toBe(partition);
    }
  });

  it('tells its listeners of records that changed the state, and only of those', async () => {
    const log = await makeLog();
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    let told = 0;
    follower.onUpdate(() => told++);
    await expect.poll(() => told).toBe(1);
    expect(follower.caughtUp).toBe(true);
    await log.append(TOPIC_SLI, [{ value: text('x') }], 1);
    await expect.poll(() => told).toBe(2);
    await log.append(TOPIC_SLI, [{ value: text('unreadable') }], 1);
    await expect.poll(() => fedOf(replica, TOPIC_SLI, 1)).toHaveLength(3);
    const stop = follower.onUpdate(() => expect.fail('told of an unreadable record'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(told).toBe(2);
    stop();
    await log.append(TOPIC_STATE, [{ key: 'p', value: text('1') }], 0);
    await expect.poll(() => told).toBe(3);
  });

  it('takes the replica of the engine', async () => {
    const follower = follow(await makeLog(), new EngineReplica());
    await expect.poll(() => follower.caughtUp).toBe(true);
  });

  it('says so while the log fails, and goes on where it was', async () => {
    const log = await makeLog();
    await log.append(TOPIC_SLI, [{ value: text('before') }], 0);
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    const read = log.read.bind(log);
    log.read = () => Promise.reject(new LogError('log-failed', 'broker away'));
    await log.append(TOPIC_SLI, [{ value: text('meanwhile') }], 0);
    await expect.poll(() => follower.problem).toBe('the engine state cannot be read from the log');
    log.read = read;
    await expect
      .poll(() => fedOf(replica, TOPIC_SLI, 0), { timeout: 5_000 })
      .toEqual([`${TOPIC_SLI}/0 from 0`, `${TOPIC_SLI}/0@0 before`, `${TOPIC_SLI}/0@1 meanwhile`]);
    await expect.poll(() => follower.problem, { timeout: 5_000 }).toBeUndefined();
  });

  it('starts when the log answers, however late', async () => {
    const log = await makeLog();
    const count = log.partitionCount.bind(log);
    log.partitionCount = () => Promise.reject(new LogError('log-failed', 'broker away'));
    const follower = follow(log, new NotingReplica());
    await expect.poll(() => follower.problem).toBe('the engine state cannot be read from the log');
    expect(follower.caughtUp).toBe(false);
    log.partitionCount = count;
    await expect.poll(() => follower.caughtUp, { timeout: 5_000 }).toBe(true);
    expect(follower.problem).toBeUndefined();
  });

  it('takes the stored state again where counts are gone before they were read', async () => {
    const log = await makeLog();
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    const read = log.read.bind(log);
    log.read = () => Promise.reject(new LogError('log-failed', 'broker away'));
    await log.append(TOPIC_SLI, [{ value: text('a') }], 1);
    await expect.poll(() => follower.problem).toBeDefined();
    expect(fedOf(replica, TOPIC_SLI, 1).at(-1)).toBe(`${TOPIC_SLI}/1@0 a`);
    const counts = ['b', 'c', 'd'].map((value) => ({ value: text(value) }));
    await log.append(TOPIC_SLI, counts, 1);
    await log.append(TOPIC_STATE, [{ key: 'p', value: text('2') }], 1);
    await log.truncate({ topic: TOPIC_SLI, partition: 1 }, 3);
    log.read = read;
    await expect
      .poll(() => fedOf(replica, TOPIC_SLI, 1).slice(-2), { timeout: 10_000 })
      .toEqual([`${TOPIC_SLI}/1 from 2`, `${TOPIC_SLI}/1@3 d`]);
  });

  it('leaves out a record the replica cannot take', async () => {
    const log = await makeLog();
    await log.append(TOPIC_DEFINITIONS, [
      { key: 'slo|x', value: text('{"kind":"slo","slo":"x","definition":{"objectives":[{"target":"?"}]}}') },
    ]);
    const replica = new EngineReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    expect(replica.slos(0)).toEqual([]);
  });
});
