/** Reads of a broker that finds batches by what their headers say, as Kafka 4.0 does. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeBatch, stampBatch } from '../../../../log/kafka/batch/encode-batch.ts';
import { At } from '../../../../log/kafka/batch/layout.ts';
import type { Cluster } from '../../../../log/kafka/cluster/cluster.ts';
import { RecordReader } from '../../../../log/kafka/fetch/record-reader.ts';

const OF = { topic: 't', partition: 0 };
const MEBIBYTE = 2 ** 20;

interface FetchTopics {
  readonly partitions: readonly { readonly fetchOffset: bigint; readonly partitionMaxBytes: number }[];
}

/** A partition of batches, each of so many records; the harm is done to the second one, of offsets 1 to 3. */
class Partition {
  readonly #batches: Buffer[] = [];
  readonly #ends: number[] = [];
  readonly answers: number[] = [];

  add(values: readonly Buffer[], harm: (bytes: Buffer) => void = () => {}): void {
    const bytes = encodeBatch(
      values.map((value) => ({ value })),
      { timestampMillis: 5, transactional: false },
    );
    stampBatch(bytes, { producerId: -1n, producerEpoch: 0, sequence: 0 });
    bytes.writeBigInt64BE(BigInt(this.next), At.BASE_OFFSET);
    this.#ends.push(this.next + values.length);
    harm(bytes);
    this.#batches.push(bytes);
  }

  get next(): number {
    return this.#ends.at(-1) ?? 0;
  }

  fetch(offset: number, maxBytes: number): Buffer {
    if (offset >= this.next) return Buffer.alloc(0);
    const last = (bytes: Buffer) =>
      Number(bytes.readBigInt64BE(At.BASE_OFFSET)) + bytes.readInt32BE(At.LAST_OFFSET_DELTA);
    const found = this.#batches.findIndex((bytes) => last(bytes) >= offset);
    if (found < 0) return Buffer.alloc(0);
    const size = Math.max(maxBytes, this.#batches[found]?.length ?? 0);
    const answer = Buffer.from(Buffer.concat(this.#batches.slice(found)).subarray(0, size));
    this.answers.push(answer.length);
    return answer;
  }

  reader(): RecordReader {
    const ask = async (...args: readonly unknown[]) => {
      const [{ partitions }] = args.find((arg) => Array.isArray(arg) && arg.length > 0) as [FetchTopics];
      const [{ fetchOffset, partitionMaxBytes }] = partitions as [FetchTopics['partitions'][0]];
      const batches = this.fetch(Number(fetchOffset), partitionMaxBytes);
      return {
        code: 0,
        partitions: [{ topicId: 'id', partition: 0, code: 0, stableOffset: this.next, aborted: [], batches }],
      };
    };
    const cluster = {
      topicWith: async () => ({ id: 'id' }),
      leader: async () => 0,
      connection: async () => ({}),
      sleep: async () => {},
      knownTopic: () => undefined,
      forgetTopic: () => {},
      ask,
    };
    return new RecordReader({
      // Only what reading uses of it.
      cluster: cluster as unknown as Cluster,
      ending: new AbortController().signal,
      bounds: async () => ({ first: 0, next: this.next }),
    });
  }
}

/** Everything up to the end, read after read: `offset:first byte`, or `offset!` of what is damaged. */
async function readAll(partition: Partition): Promise<string[]> {
  const reader = partition.reader();
  const seen: string[] = [];
  for (let at = 0; at < partition.next; ) {
    const { records, next } = await reader.read(OF, at, { giveDamaged: true, maxRecords: 1 });
    for (const { offset, value, damage } of records)
      seen.push(damage === undefined ? `${offset}:${String.fromCharCode(value[0] ?? 0)}` : `${offset}!`);
    if (next === at) throw new Error(`Cannot get beyond offset ${at}: ${seen}`);
    at = next;
  }
  return seen;
}

const value = (letter: string, bytes = 1) => Buffer.alloc(bytes, letter);
/** Bytes that no codec makes smaller. */
const large = (letter: string, bytes: number) => Buffer.concat([value(letter), randomBytes(bytes)]);

describe('read() behind a damaged batch', () => {
  const harms: Readonly<Record<string, (bytes: Buffer) => void>> = {
    'whose last offset is far too large': (bytes) => bytes.writeInt32BE(1 << 20, At.LAST_OFFSET_DELTA),
    'whose last offset is a little too large': (bytes) => bytes.writeInt32BE(4, At.LAST_OFFSET_DELTA),
    'that says it has fewer records': (bytes) => bytes.writeInt32BE(1, At.RECORD_COUNT),
    'that says it has more records': (bytes) => bytes.writeInt32BE(99, At.RECORD_COUNT),
    'of which both are wrong': (bytes) => {
      bytes.writeInt32BE(1 << 20, At.LAST_OFFSET_DELTA);
      bytes.writeInt32BE(99, At.RECORD_COUNT);
    },
  };

  test.each(Object.entries(harms))('gives every other record once: %s', async (_name, harm) => {
    for (const after of [[], ['b'], ['b', 'c', 'd', 'e', 'f', 'g']]) {
      const partition = new Partition();
      partition.add([value('a')]);
      partition.add(
        ['x', 'y', 'z'].map((letter) => value(letter)),
        harm,
      );
      for (const letter of after) partition.add([value(letter)]);
      expect(await readAll(partition)).toEqual([
        '0:a',
        '1!',
        ...after.map((letter, i) => `${4 + i}:${letter}`),
      ]);
    }
  });

  test.each(Object.entries(harms))('gives what is appended later: %s', async (_name, harm) => {
    const partition = new Partition();
    partition.add([value('a')]);
    partition.add(
      ['x', 'y', 'z'].map((letter) => value(letter)),
      harm,
    );
    const reader = partition.reader();
    let at = 0;
    const seen: number[] = [];
    for (const letter of ['b', 'c', 'd', undefined]) {
      while (at < partition.next) {
        const read = await reader.read(OF, at, { giveDamaged: true });
        seen.push(...read.records.map(({ offset }) => offset));
        at = read.next;
      }
      if (letter) partition.add([value(letter)]);
    }
    expect(seen).toEqual([0, 1, 4, 5, 6]);
  });

  test.each(Object.entries(harms))('gives large batches that follow it: %s', async (_name, harm) => {
    const partition = new Partition();
    partition.add([value('a')]);
    partition.add(
      ['x', 'y', 'z'].map((letter) => large(letter, MEBIBYTE)),
      harm,
    );
    partition.add([large('b', 3 * MEBIBYTE), value('c')]);
    partition.add([value('d')]);
    expect(await readAll(partition)).toEqual(['0:a', '1!', '4:b', '5:c', '6:d']);
    expect(Math.max(...partition.answers)).toBeGreaterThan(2 * MEBIBYTE);
  });
});
