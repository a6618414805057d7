/** What becomes of appends, reads and memberships while the broker is killed and started again. */
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LogError } from '../../../log/errors.ts';
import { openKafkaLog } from '../../../log/kafka/open-kafka-log.ts';
import { repeatCounter } from '../../../log/kafka/produce/repeat-counter.ts';
import type { DurableLog, NewRecord, StoredRecord, TopicPartition } from '../../../log/types.ts';
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka-broker.ts';
import { eventually } from '../../support/valet-process.ts';
import { expectLogError } from '../contract.ts';
import { GroupRecorder } from './group-recorder.ts';

const text = (value: string): NewRecord => ({ value: Buffer.from(value) });
const texts = (records: readonly StoredRecord[]) => records.map(({ value }) => String(value));

let broker: KafkaBroker;
const opened: DurableLog[] = [];
const lines: { msg: string }[] = [];
/** As all handles of a process, they count together. */
const repeats = repeatCounter(undefined);

beforeAll(async () => {
  broker = await startKafkaBroker();
});
afterAll(() => broker.close());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
  lines.length = 0;
});

async function open(): Promise<DurableLog> {
  const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const log = await openKafkaLog(broker.address, { logger, repeats });
  opened.push(log);
  return log;
}

async function everything(log: DurableLog, of: TopicPartition): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let offset = 0, { next } = await log.bounds(of); offset < next; ) {
    const read = await log.read(of, offset);
    records.push(...read.records);
    offset = read.next;
  }
  return records;
}

/** The same numbers for the same seed, from 0 to 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a broker that is killed again and again', () => {
  test('loses no append that was confirmed, and has none twice', async () => {
    const log = await open();
    const random = randomOf(20_261_121);
    await log.ensureTopic('killed', { partitions: 3 });
    const confirmed = new Map<string, string>();
    const sent: string[] = [];
    let isOver = false;
    const send = async (sender: number) => {
      for (let i = 0; !isOver; i++) {
        const values = Array.from(
          { length: 1 + Math.floor(random() * 4) },
          (_, n) => `${sender}:${i}:${n} ${'.'.repeat(random() * 3000)}`,
        );
        sent.push(...values);
        try {
          const { partition, firstOffset } = await log.append('killed', values.map(text));
          values.forEach((value, n) => {
            confirmed.set(value, `${partition}@${firstOffset + n}`);
          });
        } catch (error) {
          expect(error).toMatchObject({ code: 'log-failed' });
        }
      }
    };
    const senders = [0, 1, 2, 3, 4, 5].map(send);
    for (let kill = 0; kill < 3; kill++) {
      await sleep(300 + random() * 700);
      await broker.kill();
      await broker.start();
    }
    await sleep(500);
    isOver = true;
    await Promise.all(senders);
    expect(confirmed.size).toBeGreaterThan(100);
    const found = new Map<string, string>();
    for (let partition = 0; partition < 3; partition++)
      for (const { value, offset } of await everything(log, { topic: 'killed', partition })) {
        expect(found.has(String(value)), `${value} is there twice`).toBe(false);
        found.set(String(value), `${partition}@${offset}`);
      }
    for (const [value, place] of confirmed) expect(found.get(value), value).toBe(place);
    const known = new Set(sent);
    for (const value of found.keys()) expect(known.has(value)).toBe(true);
    // One line when it is gone and one when it is back, however often was tried.
    const gone = lines.filter(({ msg }) => msg === 'Kafka broker does not answer');
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.length).toBeLessThanOrEqual(3);
    expect((await repeats.get()).values).toContainEqual({
      labels: { topic: 'killed', reason: 'NO_ANSWER' },
      value: expect.toSatisfy((count: number) => count > 0),
    });
  });

  test('ends each transaction as a whole, and positions agree with what was appended', async () => {
    const log = await open();
    await log.ensureTopic('input', { partitions: 2 });
    await log.ensureTopic('output', { partitions: 4 });
    let isOver = false;
    const run = async (partition: number) => {
      const of = { topic: 'input', partition };
      while (!isOver) {
        // As a worker does that has failed: it goes on from what is committed, once it knows that.
        const position = await log.committed('workers', of).catch(() => 'unknown' as const);
        if (position === 'unknown') continue;
        let offset = position?.offset ?? 0;
        try {
          for (; !isOver; offset++)
            await log.transact({
              appends: [0, 1, 2, 3].map((out) => ({
                topic: 'output',
                partition: out,
                records: [text(`${partition}:${offset}`)],
              })),
              commits: [{ group: 'workers', ...of, offset: offset + 1, metadata: '' }],
            });
        } catch (error) {
          expect(error).toBeInstanceOf(LogError);
        }
      }
    };
    const workers = [0, 1].map(run);
    for (let kill = 0; kill < 2; kill++) {
      await sleep(800);
      await broker.kill();
      await broker.start();
    }
    await sleep(2000);
    isOver = true;
    await Promise.all(workers);
    for (const partition of [0, 1]) {
      const { offset = 0 } = (await log.committed('workers', { topic: 'input', partition })) ?? {};
      expect(offset).toBeGreaterThan(1);
      const expected = Array.from({ length: offset }, (_, i) => `${partition}:${i}`);
      for (const out of [0, 1, 2, 3]) {
        const found = texts(await everything(log, { topic: 'output', partition: out }));
        expect(found.filter((value) => value.startsWith(`${partition}:`))).toEqual(expected);
      }
    }
  });
});

describe('while the broker is away', () => {
  test('calls fail in the end and a membership is lost; all goes on afterwards', async () => {
    const [log, writer] = [await open(), await open()];
    const of = { topic: 'away', partition: 0 };
    await log.ensureTopic('away');
    await log.append('away', [text('a')]);
    const member = await new GroupRecorder('a').join(log, 'away', ['away']);
    await log.commit([{ group: 'away', ...of, offset: 1, metadata: '' }]);
    const waiting = log.read(of, 1, { waitMillis: 600_000 });
    await broker.kill();
    const fails = (promise: Promise<unknown>) => expectLogError(promise, 'log-failed');
    await Promise.all([
      fails(log.append('away', [text('lost')])),
      fails(log.read(of, 0)),
      fails(log.bounds(of)),
      fails(log.committed('g', of)),
      fails(writer.commit([{ group: 'g', ...of, offset: 1, metadata: '' }])),
      fails(log.transact({ appends: [{ ...of, records: [text('lost')] }], commits: [] })),
      fails(openKafkaLog(broker.address, { logger: pino({ level: 'silent' }) })),
    ]);
    // That took longer than a session.
    expect(member.events.at(-1)).toBe('revoked away/0');
    await expectLogError(log.commit([{ group: 'away', ...of, offset: 2, metadata: '' }]), 'fenced');

    await broker.start();
    expect(await writer.append('away', [text('b')])).toMatchObject({ firstOffset: 1 });
    expect(texts((await waiting).records)).toEqual(['b']);
    await eventually('the partition is back', async () => member.owned.size === 1 || undefined);
    expect(await log.committed('away', of)).toEqual({ offset: 1, metadata: '' });
    await log.commit([{ group: 'away', ...of, offset: 2, metadata: '' }]);
    expect(texts((await log.read(of, 0)).records)).toEqual(['a', 'b']);
  });

  test('close() ends what waits and gives up what cannot be said', async () => {
    const log = await open();
    const of = { topic: 'closed', partition: 0 };
    await log.ensureTopic('closed');
    const member = await new GroupRecorder('a').join(log, 'closed', ['closed']);
    const waiting = log.read(of, 0, { waitMillis: 600_000 });
    await broker.kill();
    const append = log.append('closed', [text('lost')]);
    append.catch(() => {});
    await log.close();
    await expectLogError(append, 'log-closed');
    expect((await waiting).records).toEqual([]);
    expect(member.events).toEqual(['assigned closed/0', 'revoked closed/0']);
  });
});
