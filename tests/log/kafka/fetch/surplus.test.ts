import { expect, test } from 'vitest';
import { encodeBatch, stampBatch } from '../../../../log/kafka/batch/encode-batch.ts';
import { FetchedBatches } from '../../../../log/kafka/fetch/fetched-batches.ts';
import { Surplus } from '../../../../log/kafka/fetch/surplus.ts';

const ask = (partition: number, offset = 0, topicId = 'id') => ({
  of: { topic: 't', partition },
  topicId,
  offset,
  maxBytes: 1,
});

function batches(bytes: number): FetchedBatches {
  const batch = encodeBatch([{ value: Buffer.from('x') }], { timestampMillis: 0 });
  stampBatch(batch, { producerId: -1n, producerEpoch: -1, sequence: -1 });
  const whole = Buffer.concat(Array.from({ length: Math.ceil(bytes / batch.length) }, () => batch));
  return new FetchedBatches({ code: 0, stableOffset: 1, batches: whole, aborted: [] }, 0);
}

test('Surplus gives what follows an offset to one reader', () => {
  const surplus = new Surplus();
  const kept = batches(100);
  surplus.keep(ask(0), kept);
  expect(surplus.take(ask(1))).toBeUndefined();
  expect(surplus.take(ask(0))).toBe(kept);
  expect(surplus.take(ask(0))).toBeUndefined();
});

test('Surplus drops what is not asked for: another offset, or a topic made anew', () => {
  const surplus = new Surplus();
  surplus.keep(ask(0), batches(100));
  expect(surplus.take(ask(0, 7))).toBeUndefined();
  expect(surplus.take(ask(0))).toBeUndefined();
  surplus.keep(ask(0), batches(100));
  expect(surplus.take(ask(0, 0, 'other'))).toBeUndefined();
});

test('Surplus keeps no more than 32 MiB, and takes more again when some was taken', () => {
  const surplus = new Surplus();
  const large = batches(12 * 2 ** 20);
  for (const partition of [0, 1, 2]) surplus.keep(ask(partition), large);
  expect(surplus.take(ask(2))).toBeUndefined();
  expect(surplus.take(ask(0))).toBe(large);
  surplus.keep(ask(2), large);
  expect(surplus.take(ask(2))).toBe(large);
});
