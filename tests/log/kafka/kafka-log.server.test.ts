import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  Producer,
} from '@platformatic/kafka';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { watchDisk } from '../../../ingest/receiver/disk-watermark.ts';
import { LogError } from '../../../log/errors.ts';
import type { KafkaAddress } from '../../../log/kafka/address.ts';
import { frameBatches } from '../../../log/kafka/batch/decode-batch.ts';
import { openKafkaLog } from '../../../log/kafka/open-kafka-log.ts';
import type { DurableLog, NewRecord, StoredRecord, TopicPartition } from '../../../log/types.ts';
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka-broker.ts';
import { eventually } from '../../support/valet-process.ts';
import { contract, expectLogError } from '../contract.ts';
import { prefixedLog } from './prefixed-log.ts';

const USER = { username: 'valet', password: 'not-a-secret' };
const silent = pino({ level: 'silent' });
const text = (value: string): NewRecord => ({ value: Buffer.from(value) });
/** Bytes that no codec makes smaller. */
function noise(length: number): NewRecord {
  let seed = 1;
  const bytes = Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 24;
  });
  return { value: Buffer.from(bytes) };
}
const texts = (records: readonly StoredRecord[]) => records.map(({ value }) => String(value));

let broker: KafkaBroker;
let admin: Admin;
const opened: DurableLog[] = [];

beforeAll(async () => {
  broker = await startKafkaBroker({ secured: USER });
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [...broker.brokers] });
});
afterAll(async () => {
  await admin.close();
  await broker.close();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

async function open(address: Partial<KafkaAddress> = {}, logger = silent): Promise<DurableLog> {
  const log = await openKafkaLog({ ...broker.address, ...address }, { logger });
  opened.push(log);
  return log;
}

contract(
  'KafkaLog',
  async () => {
    const log = await open();
    const prefix = `${randomUUID()}-`;
    return {
      log: prefixedLog(log, prefix),
      clock: undefined,
      damage: ({ topic, partition }, offset) => damage({ topic: prefix + topic, partition }, offset),
      dispose: () => log.close(),
    };
  },
  { hasTestClock: false, knowsDamage: true, hasDisk: true },
);

/** Flips a bit of the last record of a batch on the broker's disk, as long as that is the partition's first segment. */
async function damage({ topic, partition }: TopicPartition, offset: number): Promise<void> {
  // Running, it may have what it reads in its own memory.
  await broker.stop();
  const file = join(broker.dataDir, `${topic}-${partition}`, `${'0'.repeat(20)}.log`);
  const bytes = await readFile(file);
  const frame = frameBatches(bytes).find(({ baseOffset }) => baseOffset === offset);
  if (!frame) throw new Error(`No batch begins at ${offset}`);
  frame.bytes[frame.bytes.length - 1] = (frame.bytes.at(-1) as number) ^ 1;
  await writeFile(file, bytes);
  await broker.start();
}

async function alter(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const configs = Object.entries(settings).map(([name, value]) => ({
    name,
    configOperation: IncrementalAlterConfigOperationTypes.SET,
    value,
  }));
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs };
  await admin.incrementalAlterConfigs({ resources: [resource] });
}

/** The topic's settings by name. */
async function settingsOf(topic: string): Promise<Record<string, string | null | undefined>> {
  const [topicConfigs] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }],
  });
  return Object.fromEntries((topicConfigs?.configs ?? []).map(({ name, value }) => [name, value]));
}

describe('KafkaLog.ensureTopic()', () => {
  test('creates a topic as the options and the address say', async () => {
    const log = await open({ messageMaxBytes: 2_000_000 });
    await log.ensureTopic('made', { partitions: 3, retentionMillis: 7_200_000, retentionBytes: 2 ** 30 });
    expect(await settingsOf('made')).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': '7200000',
      'retention.bytes': String(2 ** 30),
      'max.message.bytes': '2000000',
      'message.timestamp.type': 'LogAppendTime',
      'min.insync.replicas': '1',
      'segment.ms': '900000',
    });
    expect(await log.partitionCount('made')).toBe(3);
    expect(await log.maxRecordBytes('made')).toBe(2_000_000 - 512);
    await log.ensureTopic('made-compacted', { cleanup: 'compact', retentionMillis: 5000 });
    expect(await settingsOf('made-compacted')).toMatchObject({
      'cleanup.policy': 'compact',
      'delete.retention.ms': '5000',
      'message.timestamp.type': 'LogAppendTime',
    });
  });

  test('sets another retention, and leaves and reports what somebody else has chosen', async () => {
    await admin.createTopics({
      topics: ['foreign'],
      partitions: 1,
      configs: [
        { name: 'message.timestamp.type', value: 'CreateTime' },
        { name: 'max.message.bytes', value: '200000' },
        { name: 'retention.ms', value: '1000' },
      ],
    });
    const lines: { msg: string }[] = [];
    const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
    const log = await open({}, logger);
    await log.ensureTopic('foreign', { retentionMillis: 60_000 });
    expect(await settingsOf('foreign')).toMatchObject({
      'retention.ms': '60000',
      'max.message.bytes': '200000',
      'message.timestamp.type': 'CreateTime',
    });
    expect(lines.map(({ msg }) => msg).sort()).toEqual([
      'the append times of this topic are what its senders say',
      'the topic takes smaller messages than configured: larger requests are split',
      "topic's settings changed",
    ]);
    lines.length = 0;
    await log.ensureTopic('foreign', { retentionMillis: 60_000 });
    expect(lines).toHaveLength(2);
  });

  test('may be called by many at once', async () => {
    const logs = await Promise.all([open(), open(), open()]);
    await Promise.all(logs.map((log, i) => log.ensureTopic('at-once', { partitions: 2 + i })));
    expect(await logs[0]?.append('at-once', [text('a')], 3)).toMatchObject({ partition: 3 });
  });

  test('fails with the reason when the cluster cannot have the topic', async () => {
    const log = await open({ replication: 3 });
    await expect(log.ensureTopic('too-many-replicas')).rejects.toThrow(/replication factor/i);
  });
});

test('KafkaLog keeps the latest record of each key and drops deleted keys when Kafka compacts', async () => {
  const log = await open();
  const at = { topic: 'compacted', partition: 0 };
  await log.ensureTopic('compacted', { cleanup: 'compact', retentionMillis: 1 });
  // So that Kafka gets to it within a test.
  await alter('compacted', { 'segment.ms': '50', 'min.cleanable.dirty.ratio': '0.001' });
  for (const [key, value] of ['a1', 'b1', 'a2', 'b', 'c1'])
    await log.append(at.topic, [{ key: key as string, ...text(value ?? '') }]);
  const found = await eventually('compaction', async () => {
    await log.append(at.topic, [{ key: 'z', ...text('later') }]);
    const { records } = await log.read(at, 0);
    const kept = records
      .filter(({ key }) => key !== 'z')
      .map(({ key, value, offset }) => `${offset}${key}${value}`);
    return kept.length === 2 ? kept : undefined;
  });
  expect(found).toEqual(['2a2', '4c1']);
});

describe('KafkaLog.append()', () => {
  test('puts an append that is larger than a batch into several, in order and next to each other', async () => {
    const log = await open({ messageMaxBytes: 300_000 });
    await log.ensureTopic('larger', { partitions: 2 });
    const records = Array.from({ length: 30 }, (_, i) => ({ value: Buffer.alloc(90_000, `${i}.`) }));
    const [first, second] = await Promise.all([
      log.append('larger', records, 1),
      log.append('larger', records.slice(0, 7), 1),
    ]);
    expect(first).toEqual({ partition: 1, firstOffset: 0, lastOffset: 29 });
    expect(second).toEqual({ partition: 1, firstOffset: 30, lastOffset: 36 });
    const read = await log.read({ topic: 'larger', partition: 1 }, 0);
    expect(texts(read.records)).toEqual(
      [...records, ...records.slice(0, 7)].map(({ value }) => String(value)),
    );
  });

  test('takes a record of maxRecordBytes() whose bytes do not compress', async () => {
    const log = await open({ messageMaxBytes: 100_000 });
    await log.ensureTopic('incompressible');
    const { value } = noise(await log.maxRecordBytes('incompressible'));
    await log.append('incompressible', [{ value }]);
    const { records } = await log.read({ topic: 'incompressible', partition: 0 }, 0);
    expect(records[0] && Buffer.compare(records[0].value, value)).toBe(0);
  });

  test('sends records one by one after the topic was given a smaller limit, and refuses what is over it', async () => {
    const log = await open({ messageMaxBytes: 400_000 });
    await log.ensureTopic('shrunk');
    await log.append('shrunk', [text('before')]);
    await alter('shrunk', { 'max.message.bytes': '3000' });
    expect(await log.append('shrunk', [noise(2000), noise(2000)])).toMatchObject({
      firstOffset: 1,
      lastOffset: 2,
    });
    await expectLogError(log.append('shrunk', [noise(5000)]), 'record-too-large');
    expect(await log.maxRecordBytes('shrunk')).toBe(3000 - 512);
    expect(await log.append('shrunk', [text('after')])).toMatchObject({ firstOffset: 3 });
  });

  test('refuses at once what is beyond the bytes that may wait', async () => {
    const log = await open();
    await log.ensureTopic('flooded');
    const record = { value: Buffer.alloc(4_000_000) };
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, () => log.append('flooded', [record])),
    );
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'log-failed', message: /wait/ });
    const { next } = await log.bounds({ topic: 'flooded', partition: 0 });
    expect(next).toBe(30 - refused.length);
  });
});

describe('KafkaLog.read()', () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'reads what was compressed with %s',
    async (compression) => {
      const log = await open();
      const topic = `codec-${compression}`;
      await log.ensureTopic(topic);
      const producer = new Producer({
        clientId: 'other',
        bootstrapBrokers: [...broker.brokers],
        compression,
      });
      const value = Buffer.alloc(100_000, 'spans and more spans ');
      await producer.send({
        messages: [
          { topic, key: Buffer.from('k'), value, headers: new Map() },
          { topic, value },
        ].map((message) => ({ ...message, partition: 0 })) as never,
      });
      await producer.close();
      const { records, next } = await log.read({ topic, partition: 0 }, 0);
      expect(next).toBe(2);
      expect(records.map((record) => Buffer.compare(record.value, value))).toEqual([0, 0]);
    },
  );

  test('gives many partitions to as many waiting readers, and old offsets to one that goes back', async () => {
    const log = await open();
    const writer = await open();
    await log.ensureTopic('many', { partitions: 16 });
    const partitions = Array.from({ length: 16 }, (_, partition) => ({ topic: 'many', partition }));
    const readAll = async (partition: number) => {
      const found: string[] = [];
      for (let offset = 0; offset < 10; ) {
        const read = await log.read({ topic: 'many', partition }, offset, {
          waitMillis: 20_000,
          maxRecords: 3,
        });
        found.push(...texts(read.records));
        offset = read.next;
      }
      return found;
    };
    const reading = Promise.all(partitions.map(({ partition }) => readAll(partition)));
    for (let i = 0; i < 10; i++)
      await Promise.all(
        partitions.map(({ partition }) => writer.append('many', [text(`${partition}:${i}`)], partition)),
      );
    const expected = partitions.map(({ partition }) =>
      Array.from({ length: 10 }, (_, i) => `${partition}:${i}`),
    );
    expect(await reading).toEqual(expected);
    const again = await log.read({ topic: 'many', partition: 3 }, 4);
    expect(texts(again.records)).toEqual(expected[3]?.slice(4));
  });

  test('answers two readers of one partition at different offsets', async () => {
    const log = await open();
    await log.ensureTopic('shared');
    await log.append('shared', ['a', 'b', 'c'].map(text));
    const at = { topic: 'shared', partition: 0 };
    const options = { waitMillis: 20_000, maxRecords: 1 };
    const waiting = log.read(at, 3, options);
    const [first, second, same] = await Promise.all([
      log.read(at, 0, options),
      log.read(at, 1),
      log.read(at, 1),
    ]);
    expect([texts(first.records), texts(second.records), texts(same.records)]).toEqual([
      ['a'],
      ['b', 'c'],
      ['b', 'c'],
    ]);
    await log.append('shared', [text('d')]);
    expect(texts((await waiting).records)).toEqual(['d']);
  });

  test('goes on in a topic that was made anew, as does append()', async () => {
    const log = await open();
    const at = { topic: 'renewed', partition: 0 };
    await log.ensureTopic('renewed');
    await log.append('renewed', ['a', 'b', 'c'].map(text));
    expect((await log.read(at, 0)).next).toBe(3);
    const identity = await log.identity('renewed');
    await admin.deleteTopics({ topics: ['renewed'] });
    const other = await open();
    await other.ensureTopic('renewed');
    expect(await log.identity('renewed')).not.toBe(identity);
    await expectLogError(log.read(at, 3), 'offset-out-of-range');
    expect(await log.append('renewed', [text('d')])).toMatchObject({ firstOffset: 0 });
    expect(texts((await log.read(at, 0)).records)).toEqual(['d']);
    await admin.deleteTopics({ topics: ['renewed'] });
    await expectLogError(log.append('renewed', [text('e')]), 'unknown-topic');
    await expectLogError(log.read(at, 0), 'unknown-topic');
  });
});

describe('KafkaLog.freeBytes()', () => {
  test('closes the door below the mark, and tells the disk of the broker', async () => {
    const log = await open();
    await log.ensureTopic('on-disk');
    const { bavail, bsize, blocks } = await statfs(broker.dataDir);
    const found = (await log.freeBytes(['on-disk'])) as number;
    // Other tests write and delete meanwhile.
    expect(Math.abs(found - bavail * bsize)).toBeLessThan((blocks * bsize) / 10);
    const watermark = await watchDisk({
      whose: 'of a Kafka broker',
      freeBytes: () => log.freeBytes(['on-disk']),
      minFreeBytes: 2 ** 60,
      registry: new Registry(),
      logger: silent,
    });
    expect(watermark.pressure()?.reason).toContain('The disk of a Kafka broker is almost full');
    watermark.close();
  });

  test('knows nothing of topics that are nowhere', async () => {
    const log = await open();
    expect(await log.freeBytes(['nowhere'])).toBeUndefined();
  });
});

describe('openKafkaLog()', () => {
  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'works with TLS and SASL %s',
    async (mechanism) => {
      const { brokers, caFile } = broker.secured as NonNullable<KafkaBroker['secured']>;
      const log = await open({ brokers, tls: { caFile }, sasl: { mechanism, ...USER } });
      const topic = `secured-${mechanism}`;
      await log.ensureTopic(topic);
      await log.append(topic, [text('a')]);
      expect(texts((await log.read({ topic, partition: 0 }, 0)).records)).toEqual(['a']);
    },
  );

  test('refuses a wrong password, a certificate of somebody else and a file that is missing', async () => {
    const { brokers, caFile } = broker.secured as NonNullable<KafkaBroker['secured']>;
    const sasl = { mechanism: 'scram-sha-512', ...USER } as const;
    await expect(open({ brokers, tls: { caFile }, sasl: { ...sasl, password: 'wrong' } })).rejects.toThrow(
      /log in/,
    );
    await expect(open({ brokers, tls: {}, sasl })).rejects.toThrow(LogError);
    await expect(open({ brokers, tls: { caFile: '/none.pem' }, sasl })).rejects.toThrow(/none.pem/);
  });

  test('refuses what is no broker address', async () => {
    await expect(open({ brokers: ['localhost'] })).rejects.toThrow(TypeError);
  });
});

describe('KafkaLog.close()', () => {
  test('lets the process end', async () => {
    const child = fork(fileURLToPath(new URL('closing-child.ts', import.meta.url)), [
      JSON.stringify(broker.address),
    ]);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('waits for appends under way', async () => {
    const log = await open();
    await log.ensureTopic('closing');
    const appends = Array.from({ length: 50 }, (_, i) => log.append('closing', [text(String(i))]));
    await log.close();
    await Promise.all(appends);
    const other = await open();
    expect((await other.bounds({ topic: 'closing', partition: 0 })).next).toBe(50);
  });
});
