import { describe, expect, test } from 'vitest';
import { LogError } from '../../../../log/errors.ts';
import { decodeRecords, frameBatches } from '../../../../log/kafka/batch/decode-batch.ts';
import { At } from '../../../../log/kafka/batch/layout.ts';
import { PartitionQueue } from '../../../../log/kafka/produce/partition-queue.ts';
import { PendingAppend } from '../../../../log/kafka/produce/pending-append.ts';

const FIRST = { producerId: 1n, producerEpoch: 0 };
const SECOND = { producerId: 2n, producerEpoch: 0 };
const BATCH_BYTES = 100;
const gone = new LogError('log-failed', 'gone');

/** A queue that has an identity, and what is waiting in it. */
function queueOf(...appends: readonly (readonly string[])[]) {
  const queue = new PartitionQueue('t', 3);
  queue.adopt(FIRST);
  return { queue, waiting: appends.map((values) => add(queue, values)) };
}

function add(queue: PartitionQueue, values: readonly string[], deadline = 1000): PendingAppend {
  const records = values.map((value) => ({ value: Buffer.from(value) }));
  const append = new PendingAppend(records, { batchBytes: BATCH_BYTES, deadline });
  append.appended.catch(() => {});
  queue.add(append);
  return append;
}

function take(queue: PartitionQueue) {
  const bytes = queue.take(BATCH_BYTES, 5);
  if (!bytes) return undefined;
  return {
    values: frameBatches(bytes)
      .flatMap(decodeRecords)
      .map(({ value }) => String(value)),
    producer: bytes.readBigInt64BE(At.PRODUCER_ID),
    sequence: bytes.readInt32BE(At.BASE_SEQUENCE),
  };
}

describe('PartitionQueue', () => {
  test('gathers appends into one batch and tells each where it landed', async () => {
    const { queue, waiting } = queueOf(['a', 'b'], ['c']);
    expect(take(queue)).toEqual({ values: ['a', 'b', 'c'], producer: 1n, sequence: 0 });
    queue.landed(40);
    expect(await waiting[0]?.appended).toEqual({ partition: 3, firstOffset: 40, lastOffset: 41 });
    expect(await waiting[1]?.appended).toEqual({ partition: 3, firstOffset: 42, lastOffset: 42 });
    add(queue, ['d']);
    expect(take(queue)).toMatchObject({ values: ['d'], sequence: 3 });
  });

  test('splits what does not fit into a batch, in order', async () => {
    const { queue, waiting } = queueOf(['a'.repeat(60), 'b'.repeat(60), 'c'], ['d']);
    expect(take(queue)?.values).toEqual(['a'.repeat(60)]);
    queue.landed(0);
    expect(take(queue)?.values[0]).toBe('b'.repeat(60));
    queue.landed(7);
    const { firstOffset, lastOffset } = (await waiting[0]?.appended) ?? {};
    expect([firstOffset, lastOffset]).toEqual([0, 8]);
  });

  test('repeats a batch byte for byte, without what came in the meantime', () => {
    const { queue } = queueOf(['a']);
    const first = take(queue);
    queue.becameUncertain();
    add(queue, ['b']);
    expect(take(queue)).toEqual(first);
  });

  test('uses a sequence again after a definite refusal', () => {
    const { queue } = queueOf(['a']);
    take(queue);
    queue.failBatch(gone);
    add(queue, ['b']);
    expect(take(queue)).toEqual({ values: ['b'], producer: 1n, sequence: 0 });
  });

  test('needs another identity after a batch was given up that may be there', () => {
    const { queue } = queueOf(['a']);
    take(queue);
    queue.becameUncertain();
    queue.expire(() => gone);
    add(queue, ['b']);
    expect(queue.hasWork).toBe(true);
    expect(queue.identity).toBeUndefined();
    expect(queue.spent).toBe(FIRST);
    expect(take(queue)).toBeUndefined();
    queue.adopt(SECOND);
    expect(take(queue)).toEqual({ values: ['b'], producer: 2n, sequence: 0 });
  });

  test('goes on with a batch under another identity from sequence 0', () => {
    const { queue } = queueOf(['a']);
    take(queue);
    queue.landed(0);
    add(queue, ['b']);
    expect(take(queue)).toMatchObject({ producer: 1n, sequence: 1 });
    queue.spendIdentity();
    queue.adopt(SECOND);
    expect(take(queue)).toEqual({ values: ['b'], producer: 2n, sequence: 0 });
  });

  test('fails only those who have waited long enough, and repeats for the others', async () => {
    const queue = new PartitionQueue('t', 0);
    queue.adopt(FIRST);
    const early = add(queue, ['a'], 10);
    const late = add(queue, ['b'], 20);
    take(queue);
    queue.expire(() => gone, 10);
    await expect(early.appended).rejects.toBe(gone);
    expect(take(queue)?.values).toEqual(['a', 'b']);
    queue.landed(5);
    expect(await late.appended).toMatchObject({ firstOffset: 6 });
  });

  test('leaves out what nobody waits for before it is sent', () => {
    const { queue } = queueOf(['a']);
    add(queue, ['b'], 2000);
    queue.expire(() => gone, 1000);
    expect(take(queue)?.values).toEqual(['b']);
  });

  test('drops the rest of an append that has failed', async () => {
    const { queue, waiting } = queueOf(['a'.repeat(80), 'b'.repeat(80)]);
    take(queue);
    queue.failBatch(gone);
    await expect(waiting[0]?.appended).rejects.toBe(gone);
    expect(queue.hasWork).toBe(false);
  });

  test('sends records one by one when the broker takes smaller batches than it said', async () => {
    const { queue, waiting } = queueOf(['a', 'b'], ['c']);
    take(queue);
    queue.split();
    expect(take(queue)?.values).toEqual(['a']);
    queue.landed(1);
    expect(take(queue)?.values).toEqual(['b']);
    queue.landed(5);
    expect(await waiting[0]?.appended).toEqual({ partition: 3, firstOffset: 1, lastOffset: 5 });
  });
});
