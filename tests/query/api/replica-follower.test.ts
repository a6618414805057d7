import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineReplica } from '../../../engine/core/replica.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type { DurableLog, StoredRecord } from '../../../log/types.ts';
import { followEngine, type ReplicaFeed, type ReplicaFollower } from '../../../query/api/replica-follower.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../../schemas/names.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const open: ReplicaFollower[] = [];

afterEach(async () => {
  for (const follower of open.splice(0)) await follower.close();
});

/** Notes what it is fed; positions of counts come from the state, as the engine's do. */
class NotingReplica implements ReplicaFeed {
  readonly fed: string[] = [];
  readonly #positions = new Map<number, number>();

  apply(topic: string, record: StoredRecord, partition: number): boolean {
    const value = new TextDecoder().decode(record.value);
    this.fed.push(`${topic}/${partition}@${record.offset} ${value}`);
    if (topic === TOPIC_STATE) this.#positions.set(0, Number(value));
    return value !== 'unreadable';
  }

  position(partition: number): number {
    return this.#positions.get(partition) ?? 0;
  }
}

async function makeLog(): Promise<DurableLog> {
  const log = new MemoryLog();
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
  await log.ensureTopic(TOPIC_STATE, { cleanup: 'compact' });
  await log.ensureTopic(TOPIC_SLI, { partitions: 2 });
  return log;
}

function follow(log: DurableLog, replica: ReplicaFeed): ReplicaFollower {
  const follower = followEngine({ log, replica, logger: pino({ level: 'silent' }), pollMillis: 5 });
  open.push(follower);
  return follower;
}

describe('followEngine()', () => {
  it('feeds definitions and state first, then the counts from where the state stands', async () => {
    const log = await makeLog();
    await log.append(
      TOPIC_SLI,
      ['a', 'b', 'c'].map((value) => ({ value: text(value) })),
      0,
    );
    await log.append(TOPIC_SLI, [{ value: text('d') }], 1);
    await log.append(TOPIC_STATE, [{ key: 'p', value: text('2') }]);
    await log.append(TOPIC_DEFINITIONS, [{ key: 'slo', value: text('definition') }]);
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    expect(follower.problem).toBeUndefined();
    expect(replica.fed).toEqual([
      `${TOPIC_DEFINITIONS}/0@0 definition`,
      `${TOPIC_STATE}/0@0 2`,
      `${TOPIC_SLI}/0@2 c`,
      `${TOPIC_SLI}/1@0 d`,
    ]);
  });

  it('tells its listeners of records that changed the state, and only of those', async () => {
    const log = await makeLog();
    const replica = new NotingReplica();
    const follower = follow(log, replica);
    await expect.poll(() => follower.caughtUp).toBe(true);
    let told = 0;
    const stop = follower.onUpdate(() => told++);
    await log.append(TOPIC_SLI, [{ value: text('x') }], 1);
    await expect.poll(() => told).toBe(1);
    await log.append(TOPIC_SLI, [{ value: text('unreadable') }], 1);
    await expect.poll(() => replica.fed.length).toBe(2);
    stop();
    await log.append(TOPIC_SLI, [{ value: text('y') }], 1);
    await expect.poll(() => replica.fed.length).toBe(3);
    expect(told).toBe(1);
  });

  it('takes the replica of the engine', async () => {
    const follower = follow(await makeLog(), new EngineReplica());
    await expect.poll(() => follower.caughtUp).toBe(true);
  });

  it('says so while the log fails, and goes on where it was', async () => {
    const log = await makeLog();
    const replica = new NotingReplica();
    let broken = true;
    const bounds = log.bounds.bind(log);
    log.bounds = (of) => (broken ? Promise.reject(new Error('disk')) : bounds(of));
    const follower = follow(log, replica);
    await expect.poll(() => follower.problem).toBe('the engine state cannot be read from the log');
    expect(follower.caughtUp).toBe(false);
    broken = false;
    await log.append(TOPIC_SLI, [{ value: text('x') }], 0);
    await expect.poll(() => replica.fed, { timeout: 5_000 }).toEqual([`${TOPIC_SLI}/0@0 x`]);
    await expect.poll(() => follower.problem).toBeUndefined();
  });
});
