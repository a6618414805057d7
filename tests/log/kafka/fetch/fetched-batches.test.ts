import { expect, test } from 'vitest';
import { encodeBatch, stampBatch } from '../../../../log/kafka/batch/encode-batch.ts';
import { At, Attribute } from '../../../../log/kafka/batch/layout.ts';
import { Collected, FetchedBatches } from '../../../../log/kafka/fetch/fetched-batches.ts';
import type { ReadOptions } from '../../../../log/types.ts';

interface BatchSpec {
  readonly at: number;
  readonly values: readonly string[];
  /** Producer of a transaction. */
  readonly producer?: number;
  readonly control?: 'abort' | 'commit';
  /** Offsets there were, when compaction has taken the last ones away. */
  readonly span?: number;
}

function batch({ at, values, producer, control, span }: BatchSpec): Buffer {
  const records = values.map((value) => ({ value: Buffer.from(value) }));
  const transactional = producer !== undefined;
  const bytes = encodeBatch(records, { timestampMillis: 5, transactional });
  if (control) {
    // A control record's key: version and type, two bytes each.
    const key = `\0\0\0${control === 'commit' ? '\x01' : '\0'}`;
    const marked = encodeBatch([{ key, value: Buffer.alloc(6) }], { timestampMillis: 5, transactional });
    marked.writeInt16BE(marked.readInt16BE(At.ATTRIBUTES) | Attribute.CONTROL, At.ATTRIBUTES);
    return finished(marked, { at, producer });
  }
  if (span !== undefined) bytes.writeInt32BE(span - 1, At.LAST_OFFSET_DELTA);
  return finished(bytes, { at, producer });
}

function finished(
  bytes: Buffer,
  { at, producer = -1 }: { at: number; producer: number | undefined },
): Buffer {
  stampBatch(bytes, { producerId: BigInt(producer), producerEpoch: 0, sequence: 0 });
  bytes.writeBigInt64BE(BigInt(at), At.BASE_OFFSET);
  return bytes;
}

function fetched(
  specs: readonly BatchSpec[],
  aborted: readonly [producer: number, firstOffset: number][] = [],
) {
  return {
    code: 0,
    stableOffset: 1000,
    batches: Buffer.concat(specs.map(batch)),
    aborted: aborted.map(([producer, firstOffset]) => ({ producerId: BigInt(producer), firstOffset })),
  };
}

function deliver(batches: FetchedBatches, options: ReadOptions = {}) {
  const collected = new Collected(options);
  batches.deliver(collected);
  return collected.records.map(({ offset, value }) => `${offset}${value}`);
}

test('deliver() begins at the offset asked for, within a batch as well', () => {
  const batches = new FetchedBatches(fetched([{ at: 4, values: ['a', 'b', 'c'] }]), 5);
  expect(deliver(batches)).toEqual(['5b', '6c']);
  expect(batches.position).toBe(7);
});

test('deliver() stops at the limits and goes on there', () => {
  const batches = new FetchedBatches(
    fetched([
      { at: 0, values: ['a', 'b'] },
      { at: 2, values: ['c', 'd'] },
    ]),
    0,
  );
  expect(deliver(batches, { maxRecords: 1 })).toEqual(['0a']);
  expect(batches.position).toBe(1);
  expect(batches.isEmpty).toBe(false);
  expect(deliver(batches, { maxBytes: 2 })).toEqual(['1b', '2c']);
  expect(batches.position).toBe(3);
  expect(deliver(batches)).toEqual(['3d']);
  expect([batches.position, batches.isEmpty]).toEqual([4, true]);
});

test('deliver() goes on behind what compaction has taken away', () => {
  const batches = new FetchedBatches(fetched([{ at: 0, values: ['a'], span: 10 }]), 0);
  expect(deliver(batches, { maxRecords: 1 })).toEqual(['0a']);
  expect(batches.position).toBe(10);
});

test('deliver() leaves out control batches and goes on behind them', () => {
  const specs = [
    { at: 0, values: ['a'], producer: 1 },
    { at: 1, values: [], producer: 1, control: 'commit' },
  ] as const;
  const batches = new FetchedBatches(fetched(specs), 0);
  expect(deliver(batches)).toEqual(['0a']);
  expect(batches.position).toBe(2);
});

test('deliver() leaves out aborted transactions, and only those', () => {
  const specs = [
    { at: 0, values: ['a'], producer: 1 },
    { at: 1, values: ['b'], producer: 2 },
    { at: 2, values: ['c'] },
    { at: 3, values: [], producer: 1, control: 'abort' },
    { at: 4, values: ['d'], producer: 1 },
    { at: 5, values: [], producer: 2, control: 'commit' },
    { at: 6, values: [], producer: 1, control: 'commit' },
    { at: 7, values: ['e'], producer: 2 },
    { at: 8, values: [], producer: 2, control: 'abort' },
    { at: 9, values: ['f'], producer: 2 },
  ] as const;
  const batches = new FetchedBatches(
    fetched(specs, [
      [2, 7],
      [1, 0],
    ]),
    0,
  );
  expect(deliver(batches)).toEqual(['1b', '2c', '4d', '9f']);
  expect(batches.position).toBe(10);
});

test('deliver() knows a transaction as aborted that began before the offset asked for', () => {
  const specs = [
    { at: 5, values: ['x'], producer: 1 },
    { at: 6, values: [], producer: 1, control: 'abort' },
    { at: 7, values: ['y'], producer: 1 },
  ] as const;
  expect(deliver(new FetchedBatches(fetched(specs, [[1, 2]]), 5))).toEqual(['7y']);
});

test('deliver() gives what is before a damaged batch, then throws', () => {
  const good = batch({ at: 0, values: ['a'] });
  const bad = batch({ at: 1, values: ['b'] });
  bad[bad.length - 1] = 0x55;
  const batches = new FetchedBatches({ ...fetched([]), batches: Buffer.concat([good, bad]) }, 0);
  const collected = new Collected({});
  expect(() => batches.deliver(collected)).toThrow(/offset 1/);
  expect(collected.records).toHaveLength(1);
  expect(batches.position).toBe(1);
});
