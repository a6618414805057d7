import { readFileSync } from 'node:fs';
import { loadNativeCRC32C } from '@platformatic/kafka';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../../../log/kafka/batch/checksum.ts';
import { decodeRecords, frameBatches } from '../../../../log/kafka/batch/decode-batch.ts';
import { encodeBatch, stampBatch } from '../../../../log/kafka/batch/encode-batch.ts';
import { At, BATCH_HEADER_BYTES } from '../../../../log/kafka/batch/layout.ts';
import type { NewRecord, StoredRecord } from '../../../../log/types.ts';
import { freeBytes } from '../../../../runtime/free-bytes.ts';

const STAMP = { producerId: 7n, producerEpoch: 1, sequence: 3 };

function batchOf(records: readonly NewRecord[], baseOffset = 0): Buffer {
  const batch = encodeBatch(records, { timestampMillis: 1_700_000_000_000 });
  stampBatch(batch, STAMP);
  batch.writeBigInt64BE(BigInt(baseOffset), At.BASE_OFFSET);
  return batch;
}

function decoded(bytes: Buffer): StoredRecord[] {
  return frameBatches(bytes).flatMap(decodeRecords);
}

/** Made by the clients their names begin with, of the same records: Java's, franz-go, sarama. */
const recorded: Record<string, string> = JSON.parse(
  readFileSync(new URL('batches-of-other-clients.json', import.meta.url), 'utf8'),
);
const large = Array.from({ length: 11_000 }, (_, i) => `span ${i % 97} `).join('');

describe('decodeRecords() reads what other clients write', () => {
  const of = (client: string) => Object.entries(recorded).filter(([name]) => name.startsWith(client));

  test.each(of('java'))('%s', (name, base64) => {
    const [first, second, third] = decoded(Buffer.from(base64, 'base64'));
    const headers = { 'valet-tenant': 'Zürich', null: '' };
    expect(first).toMatchObject({ offset: 40, appendedMillis: 1_700_000_000_000, key: 'ключ', headers });
    expect(String(first?.value)).toBe('first');
    expect(second).toMatchObject({
      offset: 41,
      appendedMillis: 1_700_000_000_250,
      key: undefined,
      headers: {},
    });
    expect(String(second?.value)).toBe(name === 'java-none' ? large.slice(0, 100) : large);
    expect(third).toMatchObject({ offset: 42, appendedMillis: 1_699_999_999_000, key: '' });
    expect(third?.value).toHaveLength(0);
  });

  test.each([...of('franz'), ...of('sarama')])('%s', (_name, base64) => {
    const [first, second] = decoded(Buffer.from(base64, 'base64'));
    expect(first).toMatchObject({ offset: 0, key: 'k', headers: { 'valet-tenant': 'Zürich' } });
    expect(String(first?.value)).toBe('first');
    expect(second?.offset).toBe(1);
    expect(String(second?.value)).toBe(large);
  });
});

test('decodeRecords() returns what encodeBatch() was given', () => {
  const record = fc.record(
    {
      key: fc.string({ unit: 'grapheme' }),
      headers: fc.dictionary(
        fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
        fc.string({ unit: 'grapheme' }),
        { maxKeys: 4, noNullPrototype: true },
      ),
      value: fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.nat({ max: 5000 }).map((length) => new Uint8Array(length).fill(7)),
      ),
    },
    { requiredKeys: ['value'] },
  );
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), fc.nat(), (records, baseOffset) => {
      const back = decoded(batchOf(records as NewRecord[], baseOffset));
      expect(back.map(({ offset }) => offset)).toEqual(records.map((_, i) => baseOffset + i));
      back.forEach(({ key, headers, value, appendedMillis }, i) => {
        expect({ key, headers }).toEqual({ key: records[i]?.key, headers: records[i]?.headers ?? {} });
        expect(Buffer.compare(value, records[i]?.value as Uint8Array)).toBe(0);
        expect(appendedMillis).toBe(1_700_000_000_000);
      });
    }),
    { numRuns: 200 },
  );
});

test('encodeBatch() compresses what gets smaller and leaves what does not', () => {
  const text = { value: Buffer.alloc(10_000, 'spans and spans ') };
  const noise = {
    value: Buffer.from(Array.from({ length: 10_000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 255)),
  };
  expect(batchOf([text]).length).toBeLessThan(1000);
  expect(batchOf([noise]).length).toBeLessThanOrEqual(BATCH_HEADER_BYTES + 10_000 + 30);
});

test('decodeRecords() gives each batch memory of its own, apart from the bytes it came in', () => {
  const bytes = batchOf([{ value: Buffer.from('short') }]);
  const [record] = decoded(bytes);
  bytes.fill(0);
  expect(String(record?.value)).toBe('short');
});

test('frameBatches() leaves out a batch that is cut off', () => {
  const whole = Buffer.concat([
    batchOf([{ value: Buffer.from('a') }]),
    batchOf([{ value: Buffer.from('b') }], 1),
  ]);
  for (let length = 0; length < whole.length; length++) {
    const frames = frameBatches(whole.subarray(0, length));
    expect(frames).toHaveLength(length < whole.length / 2 ? 0 : 1);
  }
  expect(frameBatches(whole)).toHaveLength(2);
});

test('decodeRecords() throws on every flipped bit behind the checksum', () => {
  const batch = batchOf([{ key: 'k', value: Buffer.alloc(300, 'abc') }]);
  for (let at = At.CRC; at < batch.length; at++) {
    const damaged = Buffer.from(batch);
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    expect(() => decoded(damaged), `byte ${at}`).toThrow(/checksum/);
  }
});

test('decodeRecords() throws, and nothing worse, on records that lie behind a right checksum', () => {
  const batch = batchOf([{ key: 'k', headers: { a: 'b' }, value: Buffer.from('value') }]);
  for (let at = BATCH_HEADER_BYTES; at < batch.length; at++)
    for (const value of [0, 0x7f, 0x80, 0xff]) {
      const lying = Buffer.from(batch);
      lying[at] = value;
      stampBatch(lying, STAMP);
      try {
        for (const record of decoded(lying)) expect(record.value.length).toBeLessThanOrEqual(batch.length);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
});

test('checksum() is computed by the native module', () => {
  expect(loadNativeCRC32C()).not.toBeNull();
  expect(checksum(Buffer.from('123456789'))).toBe(0xe3069283);
});

describe('values of decodeRecords()', () => {
  test('can be freed without touching those of other batches, deletions and all', () => {
    const deletion = { key: 'k', value: new Uint8Array(0) };
    const [gone] = decoded(batchOf([deletion]));
    freeBytes(gone?.value as Uint8Array);
    const [next] = decoded(batchOf([deletion], 1));
    expect(() => new Uint8Array(1).set(next?.value as Uint8Array)).not.toThrow();

    const value = Buffer.alloc(200_000, 'not of the other batch ');
    const [one] = decoded(batchOf([{ value }, deletion]));
    const [other] = decoded(batchOf([{ value }], 2));
    freeBytes(one?.value as Uint8Array);
    expect(one?.value.length).toBe(0);
    expect(value.equals(other?.value as Uint8Array)).toBe(true);
  });
});
