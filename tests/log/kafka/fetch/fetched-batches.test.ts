import { describe, expect, test } from 'vitest';
import { encodeBatch, stampBatch } from '../../../../log/kafka/batch/encode-batch.ts';
import { At, Attribute, Codec } from '../../../../log/kafka/batch/layout.ts';
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

describe('deliver() of a damaged batch', () => {
  interface Harm {
    readonly harm: (bytes: Buffer) => void;
    readonly from?: number;
    readonly isLast?: boolean;
  }
  const flip = (at: number) => (bytes: Buffer) => {
    bytes[at] = (bytes[at] as number) ^ 0x40;
  };
  const spoilt = (bytes: Buffer) => flip(bytes.length - 1)(bytes);

  /** Batches of offsets 0, 1 to 3 (damaged), and 4 unless it is the last. What is after the damaged one is fetched anew. */
  function given({ harm, from = 0, isLast = false }: Harm) {
    const bad = batch({ at: 1, values: ['x', 'y', 'z'] });
    harm(bad);
    const parts = [batch({ at: 0, values: ['a'] }), bad, batch({ at: 4, values: ['b'] })];
    const bytes = Buffer.concat(isLast ? parts.slice(0, 2) : parts);
    const batches = new FetchedBatches({ ...fetched([]), stableOffset: 5, batches: bytes }, from);
    const collected = new Collected({ giveDamaged: true });
    batches.deliver(collected, Math.max(1, from));
    const found = collected.records.map(({ offset, value, damage }) =>
      damage === undefined ? `${offset}${value}` : { offset, damage, isWhole: bad.equals(value) },
    );
    return { found, position: batches.position };
  }
  const letter = (damage: RegExp, offset = 1) => ({
    offset,
    damage: expect.stringMatching(damage),
    isWhole: true,
  });

  test.each<readonly [string, Harm, RegExp]>([
    ['whose checksum is wrong', { harm: spoilt }, /checksum/],
    ['whose format is another', { harm: flip(At.MAGIC) }, /format/],
    ['whose codec is not known', { harm: recoded(7) }, /codec/],
    ['that does not unfold', { harm: recoded(Codec.GZIP) }, /header|unfold/],
    ['that says it ends later than it does', { harm: flip(At.LAST_OFFSET_DELTA + 3) }, /checksum/],
    ['that says it ended before it began', { harm: flip(At.LAST_OFFSET_DELTA) }, /checksum/],
    ['that says it has more records than it has', { harm: flip(At.RECORD_COUNT + 2) }, /checksum/],
    ['that looks like a control batch', { harm: flip(At.ATTRIBUTES + 1) }, /checksum|codec/],
  ])('gives one %s as a record, and goes on behind it', (_sentence, harm, reason) => {
    expect(given(harm)).toEqual({ found: ['0a', letter(reason)], position: 4 });
  });

  test('goes on where it says that it ends when nothing follows, never beyond the end of the log', () => {
    expect(given({ harm: spoilt, isLast: true }).position).toBe(4);
    const wild = (bytes: Buffer) => {
      bytes.writeInt32BE(1_000_000, At.LAST_OFFSET_DELTA);
      bytes.writeInt32BE(1_000_001, At.RECORD_COUNT);
    };
    expect(given({ harm: wild, isLast: true }).position).toBe(5);
    // What its header says does not agree: offset by offset.
    const late = (bytes: Buffer) => bytes.writeInt32BE(1000, At.LAST_OFFSET_DELTA);
    expect(given({ harm: late, isLast: true }).position).toBe(2);
    expect(given({ harm: late, from: 2, isLast: true })).toEqual({ found: [], position: 3 });
    const early = (bytes: Buffer) => bytes.writeInt32BE(-7, At.LAST_OFFSET_DELTA);
    expect(given({ harm: early, isLast: true }).position).toBe(2);
  });

  test('goes on behind it when a read begins within it', () => {
    const found = [letter(/checksum/, 2)];
    expect(given({ harm: spoilt, from: 2, isLast: true })).toEqual({ found, position: 4 });
  });

  test('believes no time that cannot be, and takes none from the clock', () => {
    const timeOf = (max: bigint, base: bigint) => {
      const bad = batch({ at: 0, values: ['a'] });
      bad.writeBigInt64BE(max, At.MAX_TIMESTAMP);
      bad.writeBigInt64BE(base, At.BASE_TIMESTAMP);
      const collected = new Collected({ giveDamaged: true });
      new FetchedBatches({ ...fetched([]), batches: bad }, 0).deliver(collected, 0);
      return collected.records[0]?.appendedMillis;
    };
    const likely = Date.UTC(2026, 10, 21);
    expect(timeOf(BigInt(likely), 5n)).toBe(likely);
    expect(timeOf(1n << 60n, BigInt(likely))).toBe(likely);
    expect(timeOf(1n << 60n, -1n)).toBe(0);
  });

  test('leaves out one that lies before the position, though the broker sent it for what follows', () => {
    const bad = batch({ at: 1, values: ['x', 'y', 'z'] });
    bad.writeInt32BE(1000, At.LAST_OFFSET_DELTA);
    const follows = [batch({ at: 4, values: ['b'] }), batch({ at: 5, values: ['c', 'd'] })];
    for (const [from, found] of [
      [4, ['4b', '5c', '6d']],
      [6, ['6d']],
    ] as const) {
      const answer = { ...fetched([]), batches: Buffer.concat([bad, ...follows]) };
      expect(deliver(new FetchedBatches(answer, from))).toEqual(found);
    }
    // Of what it was sent for only the beginning is in the answer.
    const cut = Buffer.concat([bad, (follows[0] as Buffer).subarray(0, 20)]);
    const batches = new FetchedBatches({ ...fetched([]), batches: cut }, 4);
    expect(deliver(batches)).toEqual([]);
    expect([batches.position, batches.isEmpty]).toEqual([4, true]);
  });

  test('aborts no transaction early for where it says that it ends', () => {
    const bad = batch({ at: 1, values: ['x'] });
    bad.writeInt32BE(1000, At.LAST_OFFSET_DELTA);
    const follows = [
      { at: 2, values: ['kept'], producer: 7 },
      { at: 3, values: [], producer: 7, control: 'commit' },
      { at: 4, values: ['dropped'], producer: 7 },
    ] as const;
    const answer = fetched(follows, [[7, 4]]);
    const batches = Buffer.concat([bad, answer.batches]);
    expect(deliver(new FetchedBatches({ ...answer, batches }, 2))).toEqual(['2kept']);
  });

  test('ends the answer: a damaged end of a transaction would abort the next one too', () => {
    const marker = batch({ at: 1, values: [], producer: 7, control: 'abort' });
    spoilt(marker);
    const aborted = batch({ at: 0, values: ['a'], producer: 7 });
    const next = { at: 2, values: ['b'], producer: 7 };
    const answer = fetched([next], [[7, 0]]);
    const batches = Buffer.concat([aborted, marker, answer.batches]);
    const given = new FetchedBatches({ ...answer, batches }, 0);
    const collected = new Collected({ giveDamaged: true });
    given.deliver(collected, 1);
    expect(collected.records.map(({ offset }) => offset)).toEqual([1]);
    expect([given.position, given.isEmpty]).toEqual([2, true]);
  });

  test('throws when no answer before this one had it damaged, and when nobody asks for it', () => {
    const bad = batch({ at: 0, values: ['a'] });
    spoilt(bad);
    const batches = new FetchedBatches({ ...fetched([]), batches: bad }, 0);
    expect(() => batches.deliver(new Collected({ giveDamaged: true }))).toThrow(/checksum/);
    expect(() => batches.deliver(new Collected({}), 0)).toThrow(/checksum/);
  });
});

/** Another codec's bits, under a right checksum. */
function recoded(codec: number): (bytes: Buffer) => void {
  return (bytes) => {
    bytes.writeInt16BE(codec, At.ATTRIBUTES);
    stampBatch(bytes, { producerId: -1n, producerEpoch: 0, sequence: 0 });
  };
}

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
