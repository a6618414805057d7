/** A cluster of three, one of which is killed at a time: partitions, groups and transactions get new leaders. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKafkaLog } from '../../../log/kafka/open-kafka-log.ts';
import type { DurableLog, NewRecord, TopicPartition } from '../../../log/types.ts';
import { type KafkaBroker, startKafkaCluster } from '../../support/kafka-broker.ts';
import { eventually } from '../../support/valet-process.ts';
import { GroupRecorder } from './group-recorder.ts';

const text = (value: string): NewRecord => ({ value: Buffer.from(value) });
const PARTITIONS = [0, 1, 2, 3, 4, 5];

let nodes: readonly KafkaBroker[] = [];
let log: DurableLog;

beforeAll(async () => {
  nodes = await startKafkaCluster(3);
  log = await openKafkaLog((nodes[0] as KafkaBroker).address, { logger: pino({ level: 'silent' }) });
}, 240_000);
afterAll(async () => {
  await log?.close();
  await Promise.all(nodes.map((node) => node.close()));
});

async function everything(of: TopicPartition): Promise<readonly string[]> {
  const values: string[] = [];
  for (let offset = 0, { next } = await log.bounds(of); offset < next; ) {
    const read = await log.read(of, offset, { waitMillis: 1000 });
    values.push(...read.records.map(({ value }) => String(value)));
    offset = read.next;
  }
  return values;
}

test('KafkaLog.ensureTopic() says which topics may lose what is confirmed, and what to set', async () => {
  const { address } = nodes[0] as KafkaBroker;
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...address.brokers] });
  const make = (topic: string, replicas: number, minInSync: string) =>
    admin.createTopics({
      topics: [topic],
      partitions: 1,
      replicas,
      configs: [{ name: 'min.insync.replicas', value: minInSync }],
    });
  await make('confirmed-by-one', 3, '1');
  await make('kept-once', 1, '1');
  await make('safe', 3, '2');
  await admin.close();
  const warnings: { topic: string; set: unknown }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void warnings.push(JSON.parse(line)) });
  const open = (replication: number) => openKafkaLog({ ...address, replication }, { logger });
  const [asSafe, asFew] = [await open(3), await open(1)];
  for (const topic of ['confirmed-by-one', 'kept-once', 'safe', 'made-safe']) await asSafe.ensureTopic(topic);
  await asFew.ensureTopic('made-once');
  await Promise.all([asSafe.close(), asFew.close()]);
  const told = warnings.filter(({ set }) => set !== undefined).map(({ topic, set }) => ({ topic, set }));
  expect(told).toEqual([
    { topic: 'confirmed-by-one', set: { 'min.insync.replicas': 2 } },
    { topic: 'kept-once', set: { replicas: 3 } },
    { topic: 'made-once', set: { replicas: 3 } },
  ]);
});

test('KafkaLog loses nothing that was confirmed, and has nothing twice, when leaders are killed', async () => {
  await log.ensureTopic('led', { partitions: PARTITIONS.length });
  await log.ensureTopic('moved', { partitions: PARTITIONS.length });
  const member = await new GroupRecorder('a').join(log, 'led', ['led']);
  const confirmed: string[] = [];
  const rejected: unknown[] = [];
  let isOver = false;
  const send = async (sender: number) => {
    for (let i = 0; !isOver; i++) {
      const value = `${sender}:${i}`;
      await log.append('led', [text(value)]).then(
        () => confirmed.push(value),
        (error: unknown) => rejected.push(error),
      );
    }
  };
  const transact = async (partition: number) => {
    for (let offset = 1; !isOver; offset++)
      await log.transact({
        appends: PARTITIONS.map((out) => ({
          topic: 'moved',
          partition: out,
          records: [text(`${partition}:${offset}`)],
        })),
        commits: [{ group: 'led', topic: 'led', partition, offset, metadata: '' }],
      });
  };
  const work = [0, 1, 2, 3].map(send);
  const transactions = transact(0);
  for (const node of nodes.slice(0, 2)) {
    await sleep(1000);
    await node.kill();
    const before = confirmed.length;
    await eventually(
      'appends go on with two of three',
      async () => confirmed.length > before + 50 || undefined,
    );
    await node.start();
  }
  isOver = true;
  await Promise.all([...work, transactions]);
  expect(rejected).toEqual([]);

  const found = (
    await Promise.all(PARTITIONS.map((partition) => everything({ topic: 'led', partition })))
  ).flat();
  expect(found.length).toBe(new Set(found).size);
  expect([...found].sort()).toEqual([...confirmed].sort());

  const { offset = 0 } = (await log.committed('led', { topic: 'led', partition: 0 })) ?? {};
  const expected = Array.from({ length: offset }, (_, i) => `0:${i + 1}`);
  for (const partition of PARTITIONS)
    expect(await everything({ topic: 'moved', partition })).toEqual(expected);
  expect(member.owned.size).toBe(PARTITIONS.length);
  expect(member.events).toHaveLength(1);
});
