/** What every adapter of the durable log must do; each adapter's test file runs it on its own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogError, type LogErrorCode } from '../../log/errors.ts';
import type { DurableLog, NewRecord, StoredRecord, TopicPartition } from '../../log/types.ts';

/** A log under test. */
export interface LogUnderTest {
  readonly log: DurableLog;
  /** The clock records are stamped with and retention goes by, and a way to make it run now; see {@link Abilities}. */
  readonly clock: TestClock | undefined;
  /** Makes unreadable what stands at the offset, alone in its append; see {@link Abilities}. */
  damage?(of: TopicPartition, offset: number): Promise<void>;
  dispose(): Promise<void>;
}

export interface TestClock {
  /** Milliseconds since the epoch. */
  setNow(millis: number): void;
  maintain(): Promise<void>;
}

/** What a log does beyond the port. */
export interface Abilities {
  /** Goes by the test's clock, and drops what is surplus at once. A log of its own process does so in its own time. */
  readonly hasTestClock: boolean;
  /** Knows what is damaged from what was appended. @default false */
  readonly knowsDamage?: boolean;
  /** Lies on a disk. @default false */
  readonly hasDisk?: boolean;
}

const text = (value: string): NewRecord => ({ value: Buffer.from(value) });
const texts = (records: readonly StoredRecord[]) => records.map(({ value }) => Buffer.from(value).toString());
const AT = { topic: 't', partition: 0 };

export async function expectLogError(promise: Promise<unknown>, code: LogErrorCode): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LogError);
  expect((error as LogError).code).toBe(code);
}

export function contract(
  name: string,
  open: () => Promise<LogUnderTest>,
  { hasTestClock, knowsDamage = false, hasDisk = false }: Abilities = { hasTestClock: true },
): void {
  describe(`${name} keeps the contract of DurableLog`, () => {
    let under: LogUnderTest;
    let log: DurableLog;

    beforeEach(async () => {
      under = await open();
      log = under.log;
      under.clock?.setNow(1_000_000);
    });
    afterEach(() => under.dispose());

    describe('append and read', () => {
      test('append() gives consecutive offsets from 0 and read() returns what was appended', async () => {
        await log.ensureTopic('t');
        expect(await log.append('t', [text('a'), text('b')])).toEqual({
          partition: 0,
          firstOffset: 0,
          lastOffset: 1,
        });
        const record = {
          key: 'ключ',
          headers: { 'valet-tenant': 'Zürich ☃ 🌍', empty: '' },
          value: Buffer.from([0, 255]),
        };
        expect(await log.append('t', [record], 0)).toMatchObject({ firstOffset: 2, lastOffset: 2 });

        const { records } = await log.read(AT, 0);
        expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
        expect(records[0]).toMatchObject({ key: undefined, headers: {} });
        expect(records[2]).toMatchObject({ key: record.key, headers: record.headers });
        expect(Buffer.from(records[2]?.value ?? [])).toEqual(record.value);
        expect(await log.bounds(AT)).toEqual({ first: 0, next: 3 });
      });

      test('append() stamps records with the time', async () => {
        await log.ensureTopic('t');
        const before = under.clock ? 1_000_000 : Date.now();
        await log.append('t', [text('a'), text('b')]);
        const between = under.clock ? 1_000_500 : Date.now();
        under.clock?.setNow(between);
        await log.append('t', [text('c')]);
        const after = under.clock ? between : Date.now();
        const [a, b, c] = (await log.read(AT, 0)).records.map(({ appendedMillis }) => appendedMillis);
        expect(b).toBe(a);
        expect(a).toBeGreaterThanOrEqual(before);
        expect(a).toBeLessThanOrEqual(between);
        expect(c).toBeGreaterThanOrEqual(between);
        expect(c).toBeLessThanOrEqual(after);
      });

      test('read() keeps large and empty values byte for byte', async () => {
        await log.ensureTopic('t');
        const sizes = [0, 1, 4095, 4096, 70_000, 1_000_003];
        const values = sizes.map((size) => Buffer.alloc(size, `${size}.`));
        for (const value of values) await log.append('t', [{ value }]);
        const { records } = await log.read(AT, 0);
        expect(
          records.map(({ value }) => Buffer.compare(value, values[sizes.indexOf(value.length)] as Buffer)),
        ).toEqual(sizes.map(() => 0));
      });

      test('read() hands out values of its own', async () => {
        await log.ensureTopic('t');
        const given = Buffer.from('given');
        await log.append('t', [{ value: given }]);
        given.fill(0);
        const {
          records: [first],
        } = await log.read(AT, 0);
        await log.append('t', [text('other')]);
        await log.read(AT, 0);
        expect(texts([first as StoredRecord])).toEqual(['given']);
        first?.value.fill(0);
        expect(texts((await log.read(AT, 0)).records)).toEqual(['given', 'other']);
      });

      test('read() stops at maxRecords, and after the record that reaches maxBytes', async () => {
        await log.ensureTopic('t');
        await log.append('t', ['aaaa', 'bbbb', 'cccc', 'dddd'].map(text));
        expect(texts((await log.read(AT, 1, { maxRecords: 2 })).records)).toEqual(['bbbb', 'cccc']);
        expect(texts((await log.read(AT, 0, { maxBytes: 5 })).records)).toEqual(['aaaa', 'bbbb']);
        expect(texts((await log.read(AT, 0, { maxBytes: 1 })).records)).toEqual(['aaaa']);
      });

      test('read() at the end is empty, and beyond it an error', async () => {
        await log.ensureTopic('t');
        await log.append('t', [text('a')]);
        expect((await log.read(AT, 1)).records).toEqual([]);
        await expectLogError(log.read(AT, 2), 'offset-out-of-range');
      });

      test('read() waits for a record and returns it as soon as it is there', async () => {
        await log.ensureTopic('t');
        const waiting = log.read(AT, 0, { waitMillis: 50_000 });
        await log.append('t', [text('a')]);
        expect(texts((await waiting).records)).toEqual(['a']);
      });

      test('read() gives up waiting after waitMillis and when its signal aborts', async () => {
        await log.ensureTopic('t');
        expect((await log.read(AT, 0, { waitMillis: 1 })).records).toEqual([]);
        const abort = new AbortController();
        const waiting = log.read(AT, 0, { waitMillis: 50_000, signal: abort.signal });
        abort.abort();
        expect((await waiting).records).toEqual([]);
        expect((await log.read(AT, 0, { waitMillis: 50_000, signal: abort.signal })).records).toEqual([]);
      });

      test('append() spreads records without key round robin, and keeps one key in one partition', async () => {
        await log.ensureTopic('t', { partitions: 3 });
        const spread = [];
        for (let i = 0; i < 6; i++) spread.push((await log.append('t', [text('x')])).partition);
        expect([...spread].sort()).toEqual([0, 0, 1, 1, 2, 2]);
        const keyed = new Set();
        for (let i = 0; i < 5; i++)
          keyed.add((await log.append('t', [{ ...text('x'), key: 'checkout' }])).partition);
        expect(keyed.size).toBe(1);
      });

      test('read() tells from where it read and where to read on', async () => {
        await log.ensureTopic('t');
        await log.append('t', ['a', 'b', 'c', 'd'].map(text));
        expect(await log.read(AT, 1, { maxRecords: 2 })).toMatchObject({ from: 1, next: 3 });
        expect(await log.read(AT, 1)).toMatchObject({ from: 1, next: 4 });
        expect(await log.read(AT, 4)).toMatchObject({ from: 4, records: [], next: 4 });
        await log.truncate(AT, 2);
        expect(await log.read(AT, 0, { maxRecords: 1 })).toMatchObject({ from: 2, next: 3 });
      });

      test('free() of a read leaves what other reads have found', async () => {
        await log.ensureTopic('t');
        const contents = Array.from({ length: 6 }, (_, i) =>
          `${i} `.padEnd(100_000, `${i} is not the others; `),
        );
        for (const pair of [0, 2, 4])
          await log.append('t', [text(contents[pair] as string), text(contents[pair + 1] as string)], 0);
        await log.append('t', [{ key: 'gone', value: Buffer.alloc(0) }], 0);
        const first = await log.read(AT, 0, { maxRecords: 1 });
        const others = await log.read(AT, 1);
        expect(texts(first.records)).toEqual([contents[0]]);
        first.free?.();
        expect(texts(others.records)).toEqual([...contents.slice(1), '']);
        others.free?.();
        expect(texts((await log.read(AT, 0)).records)).toEqual([...contents, '']);
      });

      test('append() refuses a record larger than maxRecordBytes() says, and keeps nothing of the others', async () => {
        await log.ensureTopic('t');
        const limit = await log.maxRecordBytes('t');
        expect(limit).toBeGreaterThan(100_000);
        const record = { key: 'k', headers: { name: 'value' }, value: { length: limit } as Uint8Array };
        await expectLogError(log.append('t', [text('a'), record]), 'record-too-large');
        expect((await log.bounds(AT)).next).toBe(0);
      });

      test('append() of many callers at once leaves no hole and mixes no records', async () => {
        await log.ensureTopic('t');
        const appended = await Promise.all(
          Array.from({ length: 100 }, (_, i) => log.append('t', [text(`${i}:0`), text(`${i}:1`)])),
        );
        const { records } = await log.read(AT, 0);
        expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 200 }, (_, i) => i));
        appended.forEach(({ firstOffset }, i) => {
          expect(texts(records.slice(firstOffset, firstOffset + 2))).toEqual([`${i}:0`, `${i}:1`]);
        });
      });
    });

    if (knowsDamage)
      test('read() fails at what is damaged; asked for it, gives it with the reason and goes on behind it', async () => {
        await log.ensureTopic('t');
        for (const value of ['a', 'bad', 'c']) await log.append('t', [{ key: 'k', ...text(value) }]);
        await under.damage?.(AT, 1);
        expect(texts((await log.read(AT, 0)).records)).toEqual(['a']);
        await expectLogError(log.read(AT, 1), 'log-failed');
        expect(texts((await log.read(AT, 2)).records)).toEqual(['c']);
        for (const again of [1, 2]) {
          const found: StoredRecord[] = [];
          for (let at = 0; at < 3; ) {
            const read = await log.read(AT, at, { giveDamaged: true });
            found.push(...read.records);
            at = read.next;
          }
          expect(
            found.map(({ offset }) => offset),
            `read ${again}`,
          ).toEqual([0, 1, 2]);
          const [first, second, third] = found;
          expect(second).toMatchObject({ damage: expect.stringMatching(/damaged|checksum/), headers: {} });
          expect(second?.key).toBeUndefined();
          expect(second?.value.length).toBeGreaterThan(0);
          expect([first?.damage, third?.damage]).toEqual([undefined, undefined]);
        }
      });

    describe('topics', () => {
      test('ensureTopic() keeps records and identity, and may add partitions', async () => {
        await log.ensureTopic('t');
        await log.append('t', [text('a')]);
        const identity = await log.identity('t');
        await log.ensureTopic('t', { partitions: 2, retentionMillis: 5 });
        await log.ensureTopic('other');
        expect(await log.partitionCount('t')).toBe(2);
        expect(await log.identity('t')).toBe(identity);
        expect(await log.identity('other')).not.toBe(identity);
        expect(texts((await log.read(AT, 0)).records)).toEqual(['a']);
        expect(await log.bounds({ topic: 't', partition: 1 })).toEqual({ first: 0, next: 0 });
      });

      test('methods refuse a topic or partition that does not exist, and bad names and offsets', async () => {
        await log.ensureTopic('t');
        await expectLogError(log.append('none', [text('a')]), 'unknown-topic');
        await expectLogError(log.append('t', [text('a')], 1), 'unknown-topic');
        await expectLogError(log.read({ topic: 't', partition: 1 }, 0), 'unknown-topic');
        await expectLogError(log.identity('none'), 'unknown-topic');
        await expectLogError(log.bounds({ topic: 'none', partition: 0 }), 'unknown-topic');
        await expect(log.ensureTopic('a/b')).rejects.toThrow(TypeError);
        await expect(log.ensureTopic('t', { cleanup: 'compact' })).rejects.toThrow(TypeError);
        await expect(log.append('t', [])).rejects.toThrow(RangeError);
        await expect(log.read(AT, -1)).rejects.toThrow(RangeError);
      });
    });

    test('freeBytes() tells the room on the disk of the records, if there is one', async () => {
      await log.ensureTopic('t');
      const free = await log.freeBytes(['t', 'not-there']);
      if (!hasDisk) expect(free).toBeUndefined();
      // Others write to the disk too.
      else expect(free).toBeGreaterThan(2 ** 20);
    });

    describe('groups', () => {
      const commit = (offset: number, metadata: string, group = 'g') => ({ group, ...AT, offset, metadata });

      test('commit() keeps offset and metadata per group', async () => {
        await log.ensureTopic('t');
        expect(await log.committed('g', AT)).toBeUndefined();
        await log.commit([commit(7, '{"né":"☃"}'), commit(3, '', 'h')]);
        expect(await log.committed('g', AT)).toEqual({ offset: 7, metadata: '{"né":"☃"}' });
        expect(await log.committed('h', AT)).toEqual({ offset: 3, metadata: '' });
        await log.commit([commit(9, '')]);
        expect(await log.committed('g', AT)).toEqual({ offset: 9, metadata: '' });
      });

      test('commit() refuses metadata over 4096 bytes of UTF-8', async () => {
        await log.ensureTopic('t');
        await log.commit([commit(1, 'ü'.repeat(2048))]);
        await expectLogError(log.commit([commit(2, `${'ü'.repeat(2048)}x`)]), 'metadata-too-large');
        expect((await log.committed('g', AT))?.offset).toBe(1);
      });

      test('join() assigns every partition before it resolves, and gives them back on close', async () => {
        await log.ensureTopic('t', { partitions: 2 });
        const calls: unknown[] = [];
        const membership = await log.join('g', ['t'], {
          assigned: (partitions) => void calls.push(['assigned', ...partitions]),
          revoked: async (partitions) => void calls.push(['revoked', ...partitions]),
        });
        const both = [AT, { topic: 't', partition: 1 }];
        expect(calls).toEqual([['assigned', ...both]]);
        await membership.close();
        await membership.close();
        expect(calls).toEqual([
          ['assigned', ...both],
          ['revoked', ...both],
        ]);
      });

      test('transact() applies appends and commits together', async () => {
        await log.ensureTopic('t');
        await log.ensureTopic('u', { partitions: 2 });
        const appended = await log.transact({
          appends: [
            { topic: 'u', partition: 1, records: [text('a'), text('b')] },
            { topic: 't', records: [text('c')] },
          ],
          commits: [commit(5, 'm')],
        });
        expect(appended).toEqual([
          { partition: 1, firstOffset: 0, lastOffset: 1 },
          { partition: 0, firstOffset: 0, lastOffset: 0 },
        ]);
        expect((await log.committed('g', AT))?.offset).toBe(5);
      });

      test('transact() does nothing at all when any part of it is refused', async () => {
        await log.ensureTopic('t');
        await log.ensureTopic('c', { cleanup: 'compact' });
        const good = { topic: 't', records: [text('a')] };
        const refused = [
          { appends: [good, { topic: 'none', records: [text('b')] }], commits: [commit(5, '')] },
          { appends: [good, { topic: 'c', records: [text('without key')] }], commits: [commit(5, '')] },
          { appends: [good], commits: [commit(5, 'x'.repeat(5000))] },
          { appends: [good], commits: [commit(5, ''), { ...commit(5, ''), partition: 4 }] },
        ];
        for (const transaction of refused) await expect(log.transact(transaction)).rejects.toThrow();
        expect(await log.bounds(AT)).toEqual({ first: 0, next: 0 });
        expect(await log.committed('g', AT)).toBeUndefined();
      });
    });

    describe('cleanup', () => {
      test('truncate() drops records before the offset; reads from there start at the first one left', async () => {
        await log.ensureTopic('t');
        await log.append('t', ['a', 'b', 'c', 'd'].map(text));
        await log.truncate(AT, 2);
        expect(await log.bounds(AT)).toEqual({ first: 2, next: 4 });
        expect((await log.read(AT, 0)).records.map(({ offset }) => offset)).toEqual([2, 3]);
        await log.truncate(AT, 1);
        expect(await log.bounds(AT)).toEqual({ first: 2, next: 4 });
        await log.truncate(AT, 100);
        expect(await log.bounds(AT)).toEqual({ first: 4, next: 4 });
        expect(await log.append('t', [text('e')])).toMatchObject({ firstOffset: 4 });
      });

      test('a compacted topic has the latest record of each key for ever', async () => {
        await log.ensureTopic('t', { cleanup: 'compact' });
        for (const [key, value] of ['a1', 'b1', 'a2', 'c1', 'a3'])
          await log.append('t', [{ key: key as string, ...text(value as string) }]);
        const { records } = await log.read(AT, 0);
        const latest = new Map(records.map(({ key, value }) => [key, Buffer.from(value).toString()]));
        expect(Object.fromEntries(latest)).toEqual({ a: '3', b: '1', c: '1' });
        expect(records.at(-1)).toMatchObject({ offset: 4, key: 'a' });
        expect(await log.bounds(AT)).toEqual({ first: 0, next: 5 });
      });
    });

    if (hasTestClock)
      describe('cleanup at once', () => {
        const clock = () => under.clock as TestClock;

        test('retention drops records by age', async () => {
          await log.ensureTopic('t', { retentionMillis: 1000 });
          await log.append('t', [text('old')]);
          clock().setNow(1_000_900);
          await log.append('t', [text('young')]);
          clock().setNow(1_001_100);
          await clock().maintain();
          expect(await log.bounds(AT)).toEqual({ first: 1, next: 2 });
          expect(texts((await log.read(AT, 0)).records)).toEqual(['young']);
          clock().setNow(1_010_000);
          await clock().maintain();
          expect(await log.bounds(AT)).toEqual({ first: 2, next: 2 });
        });

        test('retention drops the oldest bytes at each append, but never the last record', async () => {
          await log.ensureTopic('t', { retentionBytes: 10_000, partitions: 2 });
          const value = Buffer.alloc(3000);
          for (let i = 0; i < 10; i++) await log.append('t', [{ value }], 0);
          const { first, next } = await log.bounds(AT);
          expect([first, next]).toEqual([7, 10]);
          await log.append('t', [{ value: Buffer.alloc(20_000) }], 0);
          expect(await log.bounds(AT)).toEqual({ first: 10, next: 11 });
        });

        test('a compacted topic keeps the latest record of each key, with its offset', async () => {
          await log.ensureTopic('t', { cleanup: 'compact' });
          const put = (key: string, value: string) => log.append('t', [{ key, ...text(value) }]);
          await put('a', '1');
          await put('b', '1');
          await put('a', '2');
          await put('c', '1');
          await put('a', '3');
          const { records } = await log.read(AT, 0);
          expect(
            records.map(({ offset, key, value }) => [offset, key, Buffer.from(value).toString()]),
          ).toEqual([
            [1, 'b', '1'],
            [3, 'c', '1'],
            [4, 'a', '3'],
          ]);
          expect(await log.bounds(AT)).toEqual({ first: 0, next: 5 });
          await log.append('t', [
            { key: 'b', ...text('2') },
            { key: 'b', ...text('3') },
          ]);
          expect(texts((await log.read(AT, 4)).records)).toEqual(['3', '3']);
        });

        test('a compacted topic shows a deletion to readers until it is older than the retention', async () => {
          await log.ensureTopic('t', { cleanup: 'compact', retentionMillis: 1000 });
          const put = (key: string, value: string) => log.append('t', [{ key, ...text(value) }]);
          await put('a', '1');
          await put('b', '1');
          await put('a', '');
          expect(texts((await log.read(AT, 0)).records)).toEqual(['1', '']);
          clock().setNow(1_002_000);
          await put('c', '');
          await put('c', '2');
          await clock().maintain();
          expect(texts((await log.read(AT, 0)).records)).toEqual(['1', '2']);
          await put('a', '4');
          expect(texts((await log.read(AT, 0)).records)).toEqual(['1', '2', '4']);
        });

        test('truncate() of a compacted topic forgets the keys it drops', async () => {
          await log.ensureTopic('t', { cleanup: 'compact' });
          const put = (key: string, value: string) => log.append('t', [{ key, ...text(value) }]);
          await put('a', '1');
          await put('b', '');
          await put('c', '1');
          await log.truncate(AT, 2);
          await put('a', '2');
          await put('b', '2');
          expect((await log.read(AT, 0)).records.map(({ key }) => key)).toEqual(['c', 'a', 'b']);
        });
      });

    test('close() ends waiting reads, and every method refuses afterwards', async () => {
      await log.ensureTopic('t');
      const waiting = log.read(AT, 0, { waitMillis: 50_000 });
      await log.close();
      expect((await waiting).records).toEqual([]);
      await expectLogError(log.append('t', [text('a')]), 'log-closed');
      await expectLogError(log.read(AT, 0), 'log-closed');
      await expectLogError(log.bounds(AT), 'log-closed');
      await expectLogError(log.committed('g', AT), 'log-closed');
      await expectLogError(log.ensureTopic('u'), 'log-closed');
      await log.close();
    });
  });
}
