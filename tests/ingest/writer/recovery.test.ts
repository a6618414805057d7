/** Starts that are not simply where the last writer stopped, and what is kept for them. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LETTER_HEADERS } from '../../../ingest/dead-letters/append-letters.ts';
import { letterId } from '../../../ingest/dead-letters/letter-id.ts';
import {
  decodeState,
  encodeState,
  journalGroup,
  type Plan,
  SETTINGS_DIGEST,
} from '../../../ingest/writer/plan.ts';
import { LogError } from '../../../log/errors.ts';
import type { StoredRecord } from '../../../log/types.ts';
import { GROUP_WRITER, HEADER_REPLAY_OF } from '../../../schemas/names.ts';
import { StoreError } from '../../../store/errors.ts';
import type { FakePolicy } from './fake-mapping.ts';
import { AT, metric, TOPIC, until, WriterWorld } from './writer-world.ts';

afterEach(() => vi.restoreAllMocks());

const rows = (letters: string) => [...letters].map((row) => `otel_traces/${row}`);

async function anomalies(world: ReturnType<WriterWorld['start']>): Promise<Record<string, number>> {
  const found = await world.registry.getSingleMetric('valet_writer_anomalies_total')?.get();
  return Object.fromEntries((found?.values ?? []).map(({ labels, value }) => [labels['kind'], value]));
}

function planUpTo(last: number): Plan<FakePolicy> {
  return { last, version: '1.1', settings: SETTINGS_DIGEST, policy: { mark: '' }, at: Date.now(), shards: 1 };
}

describe('runWriter() and offsets that are not its own', () => {
  test('trusts no foreign offset: neither one that skips nor one that repeats', async () => {
    for (const offset of [1, 5]) {
      const world = await WriterWorld.create();
      await world.append('a', 'b');
      const first = world.start();
      await world.settled();
      await first.stop();
      await world.append('c', 'd', 'e');
      await world.log.commit([{ group: GROUP_WRITER, ...AT, offset, metadata: 'not ours' }]);
      const second = world.start();
      await until(() => world.store.rows.length === 5);
      await world.settled();
      await second.stop();
      expect(world.store.rows).toEqual(rows('abcde'));
      expect(await anomalies(second)).toEqual({ 'offsets-foreign': 1 });
    }
  });

  test('starts from the first record when only a foreign offset is there', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 2, metadata: '' }]);
    const writer = world.start();
    await until(() => world.store.rows.length === 2);
    await world.settled();
    await writer.stop();
    expect(await anomalies(writer)).toEqual({ 'offsets-foreign': 1 });
  });

  test('counts lost offsets, and no anomaly at a first start or an ordinary one', async () => {
    const world = await WriterWorld.create();
    await world.append('a');
    const first = world.start();
    await world.settled();
    await first.stop();
    const second = world.start();
    await world.append('b');
    await world.settled();
    await second.stop();
    expect([await anomalies(first), await anomalies(second)]).toEqual([{}, {}]);
    world.log.forget(GROUP_WRITER, AT);
    const third = world.start();
    await world.settled();
    await third.stop();
    expect(await anomalies(third)).toEqual({ 'offsets-lost': 1 });
    expect(world.store.rows).toEqual(rows('ab'));
  });

  test('an older commit of its own that comes back stores nothing again', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b', 'c', 'd');
    const first = world.start();
    await world.settled();
    await first.stop();
    const metadata = encodeState({ identity: await world.log.identity(TOPIC), plan: planUpTo(1) });
    await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 0, metadata }]);
    const second = world.start();
    await world.settled();
    await second.stop();
    expect(world.store.rows).toEqual(rows('abcd'));
  });
});

describe('runWriter() whose group was deleted, or set to another offset, with a batch open', () => {
  const harms: Readonly<Record<string, (world: WriterWorld) => Promise<void>>> = {
    'offsets-lost': async ({ log }) => log.forget(GROUP_WRITER, AT),
    'offsets-foreign': ({ log }) => log.commit([{ group: GROUP_WRITER, ...AT, offset: 0, metadata: '' }]),
  };

  test.each(Object.entries(harms))('stores it once by the plan in the journal: %s', async (anomaly, harm) => {
    for (const before of [[], ['a', 'b']]) {
      const world = await WriterWorld.create();
      if (before.length > 0) {
        await world.append(...before);
        const earlier = world.start();
        await world.settled();
        await earlier.stop();
        // Heartbeats are on no record of the store: the plan follows all the same.
        await world.heartbeat();
        const idle = world.start();
        await world.settled();
        await idle.stop();
      }
      await world.append('c');
      const first = world.start({ step: 2, when: 'after' });
      await until(first.isDead);
      await first.stop();
      expect(first.steps.at(-1)).toBe('insert otel_traces');
      await harm(world);
      // Batches made anew would have other ends, and other tokens.
      await world.append('d', 'e');
      const second = world.start();
      await world.settled();
      await second.stop();
      expect(world.store.rows).toEqual(rows([...before, 'c', 'd', 'e'].join('')));
      expect(await anomalies(second)).toEqual({ [anomaly]: 1 });
    }
  });

  test('stores all again into a store that was restored from before the open batch', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    const first = world.start();
    await world.settled();
    await first.stop();
    await world.append('c');
    const second = world.start({ step: 2, when: 'after' });
    await until(second.isDead);
    await second.stop();
    const restored = Object.assign(new WriterWorld(), { log: world.log });
    restored.log.forget(GROUP_WRITER, AT);
    const third = restored.start();
    await restored.settled();
    await third.stop();
    expect(restored.store.rows).toEqual(rows('abc'));
  });

  test('stores what is left of a journaled plan under its tokens, and goes on under others', async () => {
    for (const before of ['stored', 'not stored'] as const) {
      const world = await WriterWorld.create();
      const identity = await world.log.identity(TOPIC);
      await world.append('a');
      const metadata = encodeState({ identity, plan: planUpTo(5) });
      await world.log.commit([{ group: journalGroup(GROUP_WRITER), ...AT, offset: 0, metadata }]);
      if (before === 'stored')
        await world.store.insert({
          table: 'otel_traces',
          columns: ['c'],
          chunks: [Buffer.from('a')],
          token: `${identity}-0-0-5-otel_traces-2026-01-01-1.1`,
        });
      const writer = world.start();
      await world.settled();
      await world.append('b');
      await world.settled();
      await writer.stop();
      expect(world.store.rows).toEqual(rows('ab'));
      expect(world.ledger.losses).toMatchObject([{ first: 1, last: 5, reason: 'cut-plan' }]);
      expect(await anomalies(writer)).toEqual({ 'log-shorter': 1 });
      const state = decodeState((await world.log.committed(GROUP_WRITER, AT))?.metadata ?? '');
      expect(state?.identity).toMatch(new RegExp(`^${identity}~`));
    }
  });

  test('stores what a restored store lacks of a plan, though the journal notes it as done', async () => {
    const world = await WriterWorld.create();
    await world.append('x');
    const earlier = world.start();
    await world.settled();
    await earlier.stop();
    const identity = await world.log.identity(TOPIC);
    await world.append('a@otel_logs;b');
    const metadata = encodeState({ identity, plan: planUpTo(1), done: ['otel_logs/2026-01-01'] });
    await world.log.commit([{ group: journalGroup(GROUP_WRITER), ...AT, offset: 1, metadata }]);
    const restored = Object.assign(new WriterWorld(), { log: world.log });
    for (const batch of world.ledger.batches.values()) await restored.ledger.recordBatch(batch);
    restored.log.forget(GROUP_WRITER, AT);
    const writer = restored.start();
    await restored.settled();
    await writer.stop();
    expect([...restored.store.rows].sort()).toEqual(['otel_logs/a', 'otel_traces/b']);
  });

  test('knows the plan of an identity that was renewed, before any batch of it is on record', async () => {
    const world = await WriterWorld.create();
    const identity = await world.log.identity(TOPIC);
    await world.append('a', 'b');
    // The store has seen offsets that the log has lost.
    await world.ledger.recordBatch({ ...AT, identity, token: 't', first: 0, last: 4, records: 5, rows: 5 });
    await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 5, metadata: encodeState({ identity }) }]);
    const first = world.start();
    await until(async () => (await world.committed()) === 2);
    await first.stop();
    await world.append('c');
    const second = world.start({ step: 2, when: 'after' });
    await until(second.isDead);
    await second.stop();
    expect(second.steps.at(-1)).toBe('insert otel_traces');
    world.log.forget(GROUP_WRITER, AT);
    await world.append('d', 'e', 'f');
    const third = world.start();
    await world.settled();
    await third.stop();
    expect(world.store.rows).toEqual(rows('cdef'));
  });

  test('starts without the right to read the journal', async () => {
    const world = await WriterWorld.create();
    await world.append('a');
    const committed = world.log.committed.bind(world.log);
    vi.spyOn(world.log, 'committed').mockImplementation(async (group, of) => {
      if (group === journalGroup(GROUP_WRITER)) throw new LogError('log-denied', 'Cannot read as told');
      return await committed(group, of);
    });
    const writer = world.start();
    await world.settled();
    await writer.stop();
    expect(world.store.rows).toEqual(rows('a'));
  });
});

describe('runWriter() on a topic that was made anew', () => {
  test.each(['kept', 'dropped with the topic'])('tells so when the offsets were %s', async (offsets) => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    const first = world.start();
    await world.settled();
    await first.stop();
    expect(await anomalies(first)).toEqual({});
    world.log.recreate(TOPIC);
    if (offsets !== 'kept') world.log.forget(GROUP_WRITER, AT);
    await world.append('c');
    const second = world.start();
    await world.settled();
    await second.stop();
    const third = world.start();
    await world.settled();
    await third.stop();
    expect([await anomalies(second), await anomalies(third)]).toEqual([{ 'topic-recreated': 1 }, {}]);
    expect(world.store.rows).toEqual(rows('abc'));
  });
});

test('runWriter() that runs notices by its end that the topic was made anew', async () => {
  const world = await WriterWorld.create();
  await world.append('a', 'b');
  const writer = world.start();
  await world.settled();
  world.log.recreate(TOPIC);
  await world.append('c');
  await until(() => world.store.rows.length === 3);
  await world.settled();
  await writer.stop();
  expect(await anomalies(writer)).toEqual({ 'topic-recreated': 1 });
  expect(world.store.rows).toEqual(rows('abc'));
});

describe('runWriter() on a store that has less on record than was committed', () => {
  async function stored(...requests: string[]): Promise<WriterWorld> {
    const world = await WriterWorld.create();
    for (const request of requests) {
      await world.append(request);
      const writer = world.start();
      await world.settled();
      await writer.stop();
    }
    return world;
  }

  test('tells so, and goes on where the group was', async () => {
    const world = await stored('a', 'b', 'c');
    const [oldest] = world.ledger.batches.keys();
    for (const token of [...world.ledger.batches.keys()])
      if (token !== oldest) world.ledger.batches.delete(token);
    await world.append('d');
    const writer = world.start();
    await world.settled();
    await writer.stop();
    expect(await anomalies(writer)).toEqual({ 'store-behind': 1 });
    expect(world.store.rows).toEqual(rows('abcd'));
  });

  test('tells nothing when a later look finds all of it: the replica asked first lagged', async () => {
    const world = await stored('a', 'b');
    const { ledger } = world;
    const highWater = ledger.highWater.bind(ledger);
    let looks = 0;
    vi.spyOn(ledger, 'highWater').mockImplementation(async (identity, of) => {
      const found = await highWater(identity, of);
      return ++looks < 3 && found ? { ...found, last: 0 } : found;
    });
    await world.append('c');
    const writer = world.start();
    await world.settled();
    await writer.stop();
    expect(looks).toBe(3);
    expect(await anomalies(writer)).toEqual({});
    expect(world.store.rows).toEqual(rows('abc'));
  });

  test('tells nothing when what is on no record are heartbeats, or gone from the log', async () => {
    const heartbeats = await stored('a');
    await heartbeats.heartbeat();
    const idle = heartbeats.start();
    await heartbeats.settled();
    await idle.stop();
    const gone = await stored('a', 'b');
    gone.ledger.batches.clear();
    await gone.log.truncate(AT, 2);
    for (const world of [heartbeats, gone]) {
      const writer = world.start();
      await world.append('z');
      await world.settled();
      await writer.stop();
      expect(await anomalies(writer)).toEqual({});
    }
  });
});

describe('runWriter() on a log that ends too early', () => {
  test('stores what is left of an open plan under its tokens, records the rest as lost, and goes on under others', async () => {
    for (const before of ['stored', 'not stored'] as const) {
      const world = await WriterWorld.create();
      const identity = await world.log.identity(TOPIC);
      await world.append('a', 'b');
      // Planned when the log went to 3.
      const metadata = encodeState({ identity, plan: planUpTo(3) });
      await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 0, metadata }]);
      if (before === 'stored')
        await world.store.insert({
          table: 'otel_traces',
          columns: ['c'],
          chunks: [Buffer.from('a,b')],
          token: `${identity}-0-0-3-otel_traces-2026-01-01-1.1`,
        });
      const first = world.start({ step: 2, when: 'before' });
      await until(first.isDead);
      await first.stop();
      // Other records take the places of those that are gone.
      await world.append('c', 'd', 'e');
      const second = world.start();
      await world.settled();
      await second.stop();
      expect(world.store.rows).toEqual(rows('abcde'));
      expect(world.ledger.losses[0]).toMatchObject({ first: 2, last: 3, reason: 'cut-plan', identity });
      expect(await anomalies(first)).toEqual({ 'log-shorter': 1 });
      expect(await anomalies(second)).toEqual({});
      const state = decodeState((await world.log.committed(GROUP_WRITER, AT))?.metadata ?? '');
      expect(state?.identity).toMatch(new RegExp(`^${identity}~`));
    }
  });

  test('records all of an open plan as lost when none of it is there', async () => {
    const world = await WriterWorld.create();
    const identity = await world.log.identity(TOPIC);
    await world.append('a');
    const metadata = encodeState({ identity, plan: planUpTo(7) });
    await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 5, metadata }]);
    const writer = world.start();
    await until(async () => (await metric(writer.registry, 'valet_writer_position')) === 1);
    await world.append('b');
    await world.settled();
    await writer.stop();
    expect(world.store.rows).toEqual(rows('b'));
    expect(world.ledger.losses).toMatchObject([{ first: 5, last: 7, reason: 'cut-plan' }]);
  });
});

describe('runWriter() and the deduplication window', () => {
  test('notes the blocks of a batch that takes long, and does not send them again after a restart', async () => {
    const world = await WriterWorld.create();
    await world.append('a@otel_logs;b');
    let now = 0;
    const real = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => real() + now);
    world.store.onInsert = async ({ table }) => {
      if (table === 'otel_traces') throw new StoreError('bad-data', 'Cannot insert as told');
    };
    const first = world.start();
    await until(() => world.store.attempts.length === 1);
    // The refused block is tried for hours.
    now = 3_600_000;
    await until(async () => {
      const committed = await world.log.committed(GROUP_WRITER, AT);
      return decodeState(committed?.metadata ?? '')?.done !== undefined;
    });
    await first.stop();
    world.store.onInsert = async () => {};
    // Meanwhile the table of the other block forgot its token.
    const attempts = world.store.attempts.length;
    const second = world.start();
    await world.settled();
    await second.stop();
    expect(world.store.attempts.slice(attempts)).toHaveLength(1);
    expect([...world.store.rows].sort()).toEqual(['otel_logs/a', 'otel_traces/b']);
  });

  test('tells when a plan is replayed after so much was stored that its tokens may be forgotten', async () => {
    const world = await WriterWorld.create();
    await world.append('a');
    const identity = await world.log.identity(TOPIC);
    const at = Date.now() - 60_000;
    const metadata = encodeState({ identity, plan: { ...planUpTo(0), at } });
    await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 0, metadata }]);
    world.ledger.batchesSince = async (millis) => (millis === at ? 20_000 : 0);
    const writer = world.start();
    await world.settled();
    await writer.stop();
    expect(await anomalies(writer)).toEqual({ 'late-replay': 1 });
    expect(world.store.rows).toEqual(rows('a'));
  });
});

describe('runWriter() and dead letters', () => {
  test('gives a damaged record without a likely time that of its plan', async () => {
    const world = await WriterWorld.create();
    const likely = Date.now() - 3_600_000;
    const times = [0, Date.UTC(2099, 0, 1), likely];
    await world.append('bad', 'bad', 'bad');
    const read = world.log.read.bind(world.log);
    vi.spyOn(world.log, 'read').mockImplementation(async (of, at, options) => {
      const found = await read(of, at, options);
      if (of.topic !== TOPIC) return found;
      const damaged = ({ offset, ...rest }: StoredRecord) => {
        return { ...rest, offset, appendedMillis: times[offset] ?? 0, damage: 'told so' };
      };
      return { ...found, records: found.records.map(damaged) };
    });
    const first = world.start({ step: 2, when: 'before' });
    await until(first.isDead);
    await first.stop();
    const planned = decodeState((await world.log.committed(GROUP_WRITER, AT))?.metadata ?? '')?.plan?.at;
    const second = world.start();
    await world.settled();
    await second.stop();
    const told = (await world.deadLetters()).map(({ headers }) =>
      Number(headers[LETTER_HEADERS.appendedMillis]),
    );
    expect(told).toEqual([planned, planned, likely]);
  });

  test('appends them to their topic with where they stood and why, and stores them as a block of the batch', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'bad', 'c');
    const writer = world.start();
    await world.settled();
    await writer.stop();
    const identity = await world.log.identity(TOPIC);
    const [record, ...more] = await world.deadLetters();
    expect(more).toEqual([]);
    expect(record?.key).toBe(`${TOPIC}/0/1`);
    expect(Buffer.from(record?.value ?? []).toString()).toBe('bad');
    const source = { topic: TOPIC, partition: 0, identity };
    expect(record?.headers).toEqual({
      [LETTER_HEADERS.id]: letterId(source, { offset: 1, reason: 'undecodable' }),
      [LETTER_HEADERS.topic]: TOPIC,
      [LETTER_HEADERS.topicId]: identity,
      [LETTER_HEADERS.partition]: '0',
      [LETTER_HEADERS.offset]: '1',
      [LETTER_HEADERS.appendedMillis]: expect.stringMatching(/^\d+$/),
      [LETTER_HEADERS.reason]: 'undecodable',
      [LETTER_HEADERS.detail]: 'told so',
      [LETTER_HEADERS.rows]: '0',
      [LETTER_HEADERS.size]: '3',
    });
    expect(world.store.aside).toEqual(['valet_dead_letters']);
  });

  test('notes a record that is a replay of a letter, also when it becomes a letter again', async () => {
    const world = await WriterWorld.create();
    for (const value of ['a', 'bad'])
      await world.log.append(TOPIC, [{ headers: { [HEADER_REPLAY_OF]: 'abc' }, value: Buffer.from(value) }]);
    const writer = world.start();
    await world.settled();
    await writer.stop();
    expect([...world.store.aside].sort()).toEqual(['valet_dead_letters', 'valet_replays']);
    expect(world.store.rows).toEqual(rows('a'));
  });

  test('ends a batch before the request whose rows would be too many, and begins the next with it', async () => {
    const world = await WriterWorld.create();
    await world.append('aaaa', 'bbbb', 'c', 'dddddddd', 'e');
    const writer = world.start(undefined, { limits: { maxRecords: 100, maxRowBytes: 8, maxWaitMillis: 5 } });
    await world.settled();
    await writer.stop();
    expect(world.store.rows).toEqual(
      ['aaaa', 'bbbb', 'c', 'dddddddd', 'e'].map((row) => `otel_traces/${row}`),
    );
    expect([...world.ledger.batches.values()].map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });
});
