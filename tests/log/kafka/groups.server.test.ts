import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodeBatch, stampBatch } from '../../../log/kafka/batch/encode-batch.ts';
import { Cluster } from '../../../log/kafka/cluster/cluster.ts';
import { Code } from '../../../log/kafka/cluster/codes.ts';
import { Held } from '../../../log/kafka/group/group-members.ts';
import { openKafkaLog } from '../../../log/kafka/open-kafka-log.ts';
import { produce } from '../../../log/kafka/produce/produce-request.ts';
import { repeatCounter } from '../../../log/kafka/produce/repeat-counter.ts';
import { TransactionSession } from '../../../log/kafka/transact/transaction-session.ts';
import type { DurableLog, NewRecord, StoredRecord } from '../../../log/types.ts';
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka-broker.ts';
import { eventually } from '../../support/valet-process.ts';
import { expectLogError } from '../contract.ts';
import { GroupRecorder } from './group-recorder.ts';

const text = (value: string): NewRecord => ({ value: Buffer.from(value) });
const texts = (records: readonly StoredRecord[]) => records.map(({ value }) => String(value));

let broker: KafkaBroker;
let admin: Admin;
const opened: DurableLog[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  broker = await startKafkaBroker();
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [...broker.brokers] });
});
afterAll(async () => {
  await admin.close();
  await broker.close();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

async function open(): Promise<DurableLog> {
  const log = await openKafkaLog(broker.address, { logger: pino({ level: 'silent' }) });
  opened.push(log);
  return log;
}

/** Until the members own so many partitions each. */
function settled(members: readonly GroupRecorder[], sizes: readonly number[]): Promise<true> {
  return eventually(`partitions ${sizes}`, async () =>
    members.every(({ owned }, i) => owned.size === sizes[i]) ? true : undefined,
  );
}

describe('KafkaLog.join()', () => {
  test('shares partitions among members that come and go, each with one owner at a time', async () => {
    const [one, other, third] = [await open(), await open(), await open()];
    await one.ensureTopic('moving', { partitions: 4 });
    await one.ensureTopic('moving-too', { partitions: 3 });
    const topics = ['moving', 'moving-too'];
    const account = new Map<string, string>();
    const overlaps: string[] = [];
    const member = (name: string) => new GroupRecorder(name, account, overlaps);
    const a = await member('a').join(one, 'movers', topics);
    expect(a.owned.size).toBe(7);
    const b = await member('b').join(other, 'movers', topics);
    await eventually(
      'both have some',
      async () => (a.owned.size + b.owned.size === 7 && b.owned.size >= 3) || undefined,
    );
    const kept = [...a.owned];
    const c = await member('c').join(third, 'movers', topics);
    await eventually('all have some', async () => {
      const sizes = [a.owned.size, b.owned.size, c.owned.size];
      return (sizes.reduce((sum, size) => sum + size) === 7 && Math.min(...sizes) === 2) || undefined;
    });
    // What stays with a member is not taken from it meanwhile.
    const revokedOnce = a.events.filter((event) => event.startsWith('revoked')).join();
    for (const key of [...a.owned].filter((owned) => kept.includes(owned)))
      expect(revokedOnce).not.toContain(key);
    await b.membership?.close();
    await c.membership?.close();
    await settled([a, b, c], [7, 0, 0]);
    expect(overlaps).toEqual([]);
  });

  test('gives a partition on only when its owner has stopped working on it, which may commit until then', async () => {
    const [one, other] = [await open(), await open()];
    await one.ensureTopic('slow', { partitions: 2 });
    const a = await new GroupRecorder('a').join(one, 'slow', ['slow']);
    const gate = Promise.withResolvers<void>();
    a.beforeRevoked = () => gate.promise;
    const b = await new GroupRecorder('b').join(other, 'slow', ['slow']);
    await eventually(
      'asked to give back',
      async () => a.events.some((event) => event.startsWith('revoked')) || undefined,
    );
    const partition = Number(a.events.at(-1)?.at(-1));
    expect(b.owned.size).toBe(0);
    await one.commit([{ group: 'slow', topic: 'slow', partition, offset: 5, metadata: 'last' }]);
    await expectLogError(
      other.commit([{ group: 'slow', topic: 'slow', partition, offset: 6, metadata: '' }]),
      'fenced',
    );
    gate.resolve();
    await settled([a, b], [1, 1]);
    expect(await other.committed('slow', { topic: 'slow', partition })).toEqual({
      offset: 5,
      metadata: 'last',
    });
    await expectLogError(
      one.commit([{ group: 'slow', topic: 'slow', partition, offset: 7, metadata: '' }]),
      'fenced',
    );
    await other.commit([{ group: 'slow', topic: 'slow', partition, offset: 8, metadata: 'next' }]);
    expect((await one.committed('slow', { topic: 'slow', partition }))?.offset).toBe(8);
  });

  test('refuses commits for a group whose membership was closed', async () => {
    const log = await open();
    await log.ensureTopic('left');
    const member = await new GroupRecorder('a').join(log, 'left', ['left']);
    await member.membership?.close();
    await expectLogError(
      log.commit([{ group: 'left', topic: 'left', partition: 0, offset: 1, metadata: '' }]),
      'fenced',
    );
  });

  test('refuses commits from outside while the group has members', async () => {
    const [inside, outside] = [await open(), await open()];
    await inside.ensureTopic('members-only');
    await new GroupRecorder('a').join(inside, 'members-only', ['members-only']);
    const commit = { group: 'members-only', topic: 'members-only', partition: 0, offset: 3, metadata: '' };
    await expectLogError(outside.commit([commit]), 'fenced');
    await inside.commit([commit]);
  });

  test('hands over partitions that were added, and those of a topic that was made anew', async () => {
    const log = await open();
    await log.ensureTopic('growing', { partitions: 1 });
    const member = await new GroupRecorder('a').join(log, 'growing', ['growing']);
    const other = await open();
    await other.ensureTopic('growing', { partitions: 3 });
    await settled([member], [3]);
    await admin.deleteTopics({ topics: ['growing'] });
    await other.ensureTopic('growing', { partitions: 3 });
    const all = 'growing/0,growing/1,growing/2';
    await eventually(
      'handed over again',
      async () =>
        (member.events.at(-1) === `assigned ${all}` && member.events.at(-2) === `revoked ${all}`) ||
        undefined,
    );
  });

  test('refuses a topic that does not exist, and what a closed handle is asked', async () => {
    const log = await open();
    await expectLogError(log.join('g', ['no-such-topic'], new GroupRecorder('a')), 'unknown-topic');
    await log.ensureTopic('there');
    const member = await new GroupRecorder('a').join(log, 'closing', ['there']);
    await log.close();
    expect(member.events).toEqual(['assigned there/0', 'revoked there/0']);
    await expectLogError(log.join('closing', ['there'], member), 'log-closed');
  });
});

describe('a member that slept longer than its session', () => {
  async function sleepAndWake(how: 'commit' | 'transact'): Promise<void> {
    const log = await open();
    const topic = `zombie-${how}`;
    await log.ensureTopic(topic, { partitions: 2 });
    const settings = JSON.stringify({ address: broker.address, group: topic, topic });
    const child = fork(fileURLToPath(new URL('zombie-child.ts', import.meta.url)), [settings]);
    children.push(child);
    const told: { assigned?: number; revoked?: number; code?: string }[] = [];
    child.on('message', (message) => void told.push(message as object));
    await eventually('the child has both', async () => told.find(({ assigned }) => assigned === 2));
    // A first transaction, so that it has a producer to be fenced.
    child.send(how);
    await eventually('it works', async () => told.find(({ code }) => code === 'done'));
    child.kill('SIGSTOP');
    const member = await new GroupRecorder('heir').join(log, topic, [topic]);
    await settled([member], [2]);
    const commit = { group: topic, topic, partition: 0, offset: 7, metadata: 'heir' };
    await log.transact({ appends: [{ topic, partition: 1, records: [text('heir')] }], commits: [commit] });
    child.kill('SIGCONT');
    child.send(how);
    await eventually('the zombie was refused', async () => told.find(({ code }) => code === 'fenced'));
    expect(await log.committed(topic, { topic, partition: 0 })).toEqual({ offset: 7, metadata: 'heir' });
    const { records } = await log.read({ topic, partition: 1 }, 0);
    expect(texts(records)).toEqual(how === 'transact' ? ['zombie', 'heir'] : ['heir']);
    await eventually('it has joined again', async () => told.findLast(({ assigned }) => assigned === 1));
    await settled([member], [1]);
  }

  test('has lost its partitions: what it commits is fenced, in a transaction or not, and it joins again', async () => {
    await Promise.all([sleepAndWake('commit'), sleepAndWake('transact')]);
  });
});

describe('KafkaLog.transact()', () => {
  const at = (topic: string, partition = 0) => ({ topic, partition });
  const commitOf = (topic: string, offset: number) => ({
    group: 'g',
    ...at(topic),
    offset,
    metadata: `m${offset}`,
  });

  test('appends to many partitions and commits, again and again', async () => {
    const log = await open();
    await log.ensureTopic('in', { partitions: 1 });
    await log.ensureTopic('out', { partitions: 64 });
    for (let round = 1; round <= 5; round++) {
      const appends = Array.from({ length: 100 }, (_, i) => ({
        topic: 'out',
        partition: i % 64,
        records: [text(`${round}:${i}`)],
      }));
      const appended = await log.transact({ appends, commits: [commitOf('in', round)] });
      expect(appended.map(({ partition }) => partition)).toEqual(appends.map(({ partition }) => partition));
    }
    expect(await log.committed('g', at('in'))).toEqual({ offset: 5, metadata: 'm5' });
    const read = await Promise.all(
      Array.from({ length: 64 }, (_, partition) => log.read(at('out', partition), 0)),
    );
    const found = read.flatMap(({ records }) => texts(records));
    expect(found).toHaveLength(500);
    expect(texts(read[3]?.records ?? [])).toEqual(
      [1, 2, 3, 4, 5].flatMap((round) => [`${round}:3`, `${round}:67`]),
    );
  });

  test('appends more than a batch holds, and without a commit', async () => {
    const log = await openKafkaLog(
      { ...broker.address, messageMaxBytes: 100_000 },
      { logger: pino({ level: 'silent' }) },
    );
    opened.push(log);
    await log.ensureTopic('wide', { partitions: 2 });
    const records = Array.from({ length: 20 }, (_, i) => ({ value: Buffer.alloc(30_000, `${i}.`) }));
    const [first, second] = await log.transact({
      appends: [
        { topic: 'wide', partition: 0, records },
        { topic: 'wide', partition: 0, records: [text('end')] },
      ],
      commits: [],
    });
    expect([first?.firstOffset, first?.lastOffset, second?.firstOffset]).toEqual([0, 19, 20]);
    await eventually('all are visible', async () => (await log.bounds(at('wide'))).next > 20 || undefined);
    expect(texts((await log.read(at('wide'), 0)).records)).toEqual([
      ...records.map(({ value }) => String(value)),
      'end',
    ]);
  });

  test('is fenced when another handle has taken over the same partition', async () => {
    const [former, later] = [await open(), await open()];
    await former.ensureTopic('taken', { partitions: 2 });
    const transaction = (value: string, offset: number) => ({
      appends: [{ ...at('taken', 1), records: [text(value)] }],
      commits: [{ group: 'taken', ...at('taken'), offset, metadata: '' }],
    });
    await former.transact(transaction('former', 1));
    await later.transact(transaction('later', 2));
    await expectLogError(former.transact(transaction('late', 3)), 'fenced');
    expect((await later.committed('taken', at('taken')))?.offset).toBe(2);
    expect(texts((await later.read(at('taken', 1), 0)).records)).toEqual(['former', 'later']);
  });

  /** A transaction of some handle, all done but its end. */
  async function leaveOpen(topic: string, group: string): Promise<() => Promise<void>> {
    const cluster = new Cluster(broker.address, {
      logger: pino({ level: 'silent' }),
      repeats: repeatCounter(undefined),
    });
    const session = new TransactionSession(cluster, `valet-${group}-${topic}-0`);
    await session.renewIdentity({});
    const bytes = encodeBatch([text('never')], { timestampMillis: Date.now(), transactional: true });
    stampBatch(bytes, { ...session.identity, sequence: 0 });
    await session.addPartitions([at(topic)], {});
    await session.addOffsets(group, {});
    const request = { transactionalId: session.id, batches: [{ ...at(topic), bytes }] };
    const outcome = await eventually('the new topic has a leader', async () => {
      const [answer] = await produce(cluster, await cluster.leader(at(topic)), request);
      return answer?.code === Code.NOT_LEADER_OR_FOLLOWER ? undefined : answer;
    });
    expect(outcome?.code).toBe(0);
    const commits = [{ group, ...at(topic), offset: 666, metadata: '' }];
    const held = new Held(cluster, { group, owner: undefined, partitions: commits });
    await session.commitOffsets({ group, held, commits }, {});
    return () => cluster.close();
  }

  test('leaves nothing of a transaction that is aborted, and readers get past it', async () => {
    const log = await open();
    await log.ensureTopic('aborted');
    await log.append('aborted', [text('before')]);
    const close = await leaveOpen('aborted', 'aborters');
    expect(await log.bounds(at('aborted'))).toEqual({ first: 0, next: 1 });
    await log.append('aborted', [text('beside')]);
    expect(texts((await log.read(at('aborted'), 0)).records)).toEqual(['before']);
    const waiting = log.read(at('aborted'), 1, { waitMillis: 60_000 });
    // The next transaction under the id aborts it.
    await log.transact({
      appends: [{ ...at('aborted'), records: [text('after')] }],
      commits: [{ group: 'aborters', ...at('aborted'), offset: 1, metadata: '' }],
    });
    expect(texts((await waiting).records)[0]).toBe('beside');
    await eventually(
      'the end is stable',
      async () => (await log.bounds(at('aborted'))).next >= 6 || undefined,
    );
    const { records, next } = await log.read(at('aborted'), 0);
    expect(texts(records)).toEqual(['before', 'beside', 'after']);
    expect(next).toBe((await log.bounds(at('aborted'))).next);
    expect((await log.committed('aborters', at('aborted')))?.offset).toBe(1);
    await close();
  });

  test('ends what a former owner left open when the next one asks where it was', async () => {
    const log = await open();
    await log.ensureTopic('orphaned');
    await log.commit([{ group: 'orphans', ...at('orphaned'), offset: 3, metadata: 'stable' }]);
    const close = await leaveOpen('orphaned', 'orphans');
    await new GroupRecorder('a').join(log, 'orphans', ['orphaned']);
    expect(await log.committed('orphans', at('orphaned'))).toEqual({ offset: 3, metadata: 'stable' });
    await close();
  });

  test('of several partitions at once do not get into each other’s way', async () => {
    const log = await open();
    await log.ensureTopic('parallel-in', { partitions: 8 });
    await log.ensureTopic('parallel-out', { partitions: 4 });
    const run = async (partition: number) => {
      for (let offset = 1; offset <= 5; offset++)
        await log.transact({
          appends: [
            { topic: 'parallel-out', partition: partition % 4, records: [text(`${partition}:${offset}`)] },
          ],
          commits: [{ group: 'parallel', topic: 'parallel-in', partition, offset, metadata: '' }],
        });
    };
    await Promise.all(Array.from({ length: 8 }, (_, partition) => run(partition)));
    for (let partition = 0; partition < 8; partition++)
      expect((await log.committed('parallel', at('parallel-in', partition)))?.offset).toBe(5);
    const read = await Promise.all(
      [0, 1, 2, 3].map((partition) => log.read(at('parallel-out', partition), 0)),
    );
    expect(read.flatMap(({ records }) => texts(records))).toHaveLength(40);
  });
});
