import type { Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { decodeState } from '../../../ingest/writer/plan.ts';
import { Stalls } from '../../../ingest/writer/stalls.ts';
import { LogError } from '../../../log/errors.ts';
import { GROUP_WRITER } from '../../../schemas/names.ts';
import { fakeMapping } from './fake-mapping.ts';
import { AT, metric, TOPIC, until, WriterWorld } from './writer-world.ts';

const SEVEN = ['a', 'b@otel_logs;c', 'd', 'e@otel_traces@2026-01-02', 'f', 'bad', 'g'];
const ROWS_OF_SEVEN = [
  'otel_logs/b',
  'otel_traces/a',
  'otel_traces/c',
  'otel_traces/d',
  'otel_traces/e',
  'otel_traces/f',
  'otel_traces/g',
];

describe('runWriter() when nothing fails', () => {
  test('stores every row once, one block per table and day, under its own token', async () => {
    const world = await WriterWorld.create();
    await world.append(...SEVEN);
    const process = world.start();
    await world.settled();
    await process.stop();

    expect([...world.store.rows].sort()).toEqual(ROWS_OF_SEVEN);
    expect(world.store.aside).toEqual(['valet_dead_letters']);
    const identity = await world.log.identity(TOPIC);
    const token = (range: string, table: string, day: string) => `${identity}-0-${range}-${table}-${day}-1.1`;
    expect([...world.store.tokens].sort()).toEqual(
      [
        token('0-2', 'otel_traces', '2026-01-01'),
        token('0-2', 'otel_logs', '2026-01-01'),
        token('3-5', 'otel_traces', '2026-01-02'),
        token('3-5', 'otel_traces', '2026-01-01'),
        token('6-6', 'otel_traces', '2026-01-01'),
      ].sort(),
    );
    expect(
      [...world.ledger.batches.values()].map(({ first, last, records, rows }) => [
        first,
        last,
        records,
        rows,
      ]),
    ).toEqual([
      [0, 2, 3, 4],
      [3, 5, 3, 2],
      [6, 6, 1, 1],
    ]);
    expect(await metric(process.registry, 'valet_writer_rows_total')).toBe(8);
    expect(await metric(process.registry, 'valet_writer_records_total')).toBe(7);
    expect(await metric(process.registry, 'valet_writer_dead_letters_total')).toBe(1);
    expect(await metric(process.registry, 'valet_writer_lag_records')).toBe(0);
  });

  test('observes how old the events of a batch are', async () => {
    const world = await WriterWorld.create();
    const { map, version } = fakeMapping();
    const now = Date.now();
    const mapping: ReturnType<typeof fakeMapping> = {
      version,
      // The last is ahead of the clock.
      map: (...parts) => ({
        ...map(...parts),
        sampledMillis: [now - 3_600_000, now - 60_000, now + 3_600_000],
      }),
    };
    await world.append('a');
    const process = world.start(undefined, { mapping });
    await world.settled();
    await process.stop();
    const { count, sum, upTo } = await agesOf(process.registry);
    expect({ count, fresh: upTo(0.5), older: upTo(30), half: upTo(1800) }).toEqual({
      count: 3,
      fresh: 1,
      older: 1,
      half: 2,
    });
    expect(sum).toBeGreaterThanOrEqual(3660);
  });

  test('journals the plan before the INSERT, and commits an end together with the next plan when that is ready', async () => {
    const world = await WriterWorld.create();
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    world.store.onInsert = () => held;
    await world.append('a', 'b', 'c', 'd');
    const { map, version } = fakeMapping();
    let mapped = 0;
    const counting: typeof map = (...parts) => {
      mapped++;
      return map(...parts);
    };
    const process = world.start(undefined, { mapping: { version, map: counting } });
    await until(() => process.steps.at(-1) === 'insert otel_traces');
    const committed = await world.log.committed(GROUP_WRITER, AT);
    expect(committed?.offset).toBe(0);
    expect(decodeState(committed?.metadata ?? '')).toMatchObject({
      identity: await world.log.identity(TOPIC),
      plan: { last: 2, version: '1.1', policy: { mark: '' } },
    });
    await until(() => mapped === 2);
    letGo();
    await world.settled();
    await process.stop();
    expect(process.steps).toEqual([
      'commit 0 with plan',
      'journal 0',
      'insert otel_traces',
      'record batch',
      'commit 3 with plan',
      'journal 3',
      'insert otel_traces',
      'record batch',
      'commit 4',
    ]);
  });

  test('passes tenants on, and moves past heartbeats without an INSERT', async () => {
    const world = await WriterWorld.create();
    await world.heartbeat();
    const process = world.start();
    await world.settled();
    expect(process.steps).toEqual(['commit 1']);
    await world.heartbeat();
    await world.log.append(TOPIC, [{ headers: { 'valet-tenant': 'blue.' }, value: Buffer.from('a') }]);
    await world.settled();
    await process.stop();
    expect(world.store.rows).toEqual(['otel_traces/blue.a']);
    expect([...world.ledger.batches.values()].reduce((sum, { records }) => sum + records, 0)).toBe(1);
  });

  test('begins and ends partitions as the group gives and takes them', async () => {
    const world = await WriterWorld.create();
    await world.log.ensureTopic(TOPIC, { partitions: 2 });
    const process = world.start();
    await world.log.append(TOPIC, [{ value: Buffer.from('a') }], 0);
    await world.log.append(TOPIC, [{ value: Buffer.from('b') }], 1);
    await until(() => world.store.rows.length === 2);
    await process.stop();
    expect([...world.store.tokens].map((token) => token.split('-').slice(5, 8).join('-')).sort()).toEqual([
      '0-0-0',
      '1-0-0',
    ]);
  });
});

describe('runWriter() after a crash', () => {
  test.each(['it dies, however often', 'it dies, and its group is deleted then'])(
    'loses nothing and stores nothing twice, at whichever step %s',
    async (death) => {
      const isDeleted = death.includes('deleted');
      let crashes = 0;
      for (const when of ['before', 'after'] as const)
        for (let step = 0, reached = true; reached; step++) {
          const world = await WriterWorld.create();
          await world.append(...SEVEN);
          const first = world.start({ step, when });
          await world.settled(first);
          reached = first.isDead();
          await first.stop();
          if (reached) crashes++;
          if (isDeleted) world.log.forget(GROUP_WRITER, AT);
          // Dies once more, in the midst of its recovery.
          const second = world.start({ step: step % 5, when });
          await world.append('h');
          await world.settled(second);
          await second.stop();
          const third = world.start();
          await world.settled();
          await third.stop();
          expect([...world.store.rows].sort()).toEqual([...ROWS_OF_SEVEN, 'otel_traces/h']);
          expect(world.store.aside).toEqual(['valet_dead_letters']);
          expect((await world.deadLetters()).length).toBeGreaterThanOrEqual(1);
          expect(world.store.violations).toEqual([]);
          expect(world.ledger.losses).toEqual([]);
        }
      expect(crashes).toBeGreaterThan(20);
    },
  );

  test('replays the plan as it was made, not as it would be made now', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    const first = world.start({ step: 2, when: 'after' }, { policy: { mark: '!' } });
    await until(first.isDead);
    await first.stop();
    await world.append('c', 'd');
    const second = world.start(undefined, {
      policy: { mark: '?' },
      limits: { maxRecords: 100, maxWaitMillis: 5 },
    });
    await world.settled();
    await second.stop();
    expect(world.store.rows).toEqual([
      'otel_traces/a!',
      'otel_traces/b!',
      'otel_traces/c?',
      'otel_traces/d?',
    ]);
    expect(world.store.violations).toEqual([]);
  });

  test('keeps the token of a plan made by another mapping version', async () => {
    const world = await WriterWorld.create();
    await world.append('a');
    const first = world.start({ step: 2, when: 'after' });
    await until(first.isDead);
    await first.stop();
    const second = world.start(undefined, { mapping: fakeMapping('2') });
    await world.settled();
    await second.stop();
    expect(world.store.rows).toEqual(['otel_traces/a']);
    expect(world.store.attempts.map((token) => token.endsWith('-1.1'))).toEqual([true, true]);
  });

  test('sends nothing for a plan whose batch is in the ledger', async () => {
    const world = await WriterWorld.create();
    await world.append('a');
    const first = world.start({ step: 3, when: 'after' });
    await until(first.isDead);
    await first.stop();
    const second = world.start();
    await world.settled();
    await second.stop();
    expect(first.steps).toEqual(['commit 0 with plan', 'journal 0', 'insert otel_traces', 'record batch']);
    expect(second.steps).toEqual(['commit 1']);
  });
});

describe('runWriter() when the store fails', () => {
  test('repeats the same block under the same token after an unknown outcome, either way', async () => {
    const world = await WriterWorld.create();
    world.store.faults = ['unknown-lost', 'unknown-lost', 'unknown-applied', 'unknown-applied'];
    await world.append('a', 'b');
    const process = world.start();
    await world.settled();
    await process.stop();
    expect(world.store.rows).toEqual(['otel_traces/a', 'otel_traces/b']);
    expect(world.store.attempts).toHaveLength(5);
    expect(new Set(world.store.attempts).size).toBe(1);
    expect(world.store.violations).toEqual([]);
    expect(await metric(process.registry, 'valet_writer_failures_total')).toBe(4);
    expect(await metric(process.registry, 'valet_writer_stalled')).toBe(0);
  });

  test('shows that it is stalled while a block is refused, and goes on when it is not any more', async () => {
    const world = await WriterWorld.create();
    world.store.faults = Array.from({ length: 1000 }, () => 'rejected');
    await world.append('a');
    const process = world.start();
    await until(async () => (await metric(process.registry, 'valet_writer_stalled')) >= 3);
    expect(world.store.rows).toEqual([]);
    world.store.faults = [];
    await world.settled();
    await process.stop();
    expect(world.store.rows).toEqual(['otel_traces/a']);
    expect(await metric(process.registry, 'valet_writer_stalled')).toBe(0);
  });

  test('tells what is stalled as long as it is', async () => {
    const world = await WriterWorld.create();
    world.store.faults = Array.from({ length: 1000 }, () => 'rejected');
    await world.append('a');
    const stalls = new Stalls({ afterMillis: 0 });
    const process = world.start(undefined, { stalls });
    await until(() => stalls.problem !== undefined);
    expect(stalls.problem).toMatch(
      /^otlp_spans\/0 cannot be stored since \S+Z: an INSERT into otel_traces failed \(.+\)$/,
    );
    world.store.faults = [];
    await world.settled();
    await until(() => stalls.problem === undefined);
    await process.stop();
  });

  test('is stalled while the log fails', async () => {
    const world = await WriterWorld.create();
    const stalls = new Stalls({ afterMillis: 0 });
    let fails = true;
    const log = new Proxy(world.log, {
      get(target, property) {
        if (property === 'committed' && fails)
          return () => Promise.reject(new LogError('log-failed', 'Cannot read'));
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const process = world.start(undefined, { log, stalls });
    await until(() => stalls.problem !== undefined);
    expect(stalls.problem).toMatch(
      /otlp_spans\/0 cannot be stored since \S+: writing failed \(log-failed\)$/,
    );
    fails = false;
    await until(() => stalls.problem === undefined);
    await process.stop();
  });

  test('shows that it is stalled while a batch cannot be mapped', async () => {
    const world = await WriterWorld.create();
    await world.append('throw');
    const process = world.start();
    await until(async () => (await metric(process.registry, 'valet_writer_stalled')) >= 3);
    await process.stop();
    const later = world.start(undefined, {
      mapping: {
        version: '2',
        map: () => ({ taken: 1, blocks: [], letters: [], doubts: [], sampledMillis: [] }),
      },
    });
    await world.settled();
    await later.stop();
  });

  test('told to stop, finishes the INSERT under way and commits it', async () => {
    const world = await WriterWorld.create();
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    world.store.onInsert = () => held;
    await world.append('a');
    const process = world.start();
    await until(() => process.steps.includes('insert otel_traces'));
    const stopped = process.stop();
    letGo();
    await stopped;
    expect(world.store.rows).toEqual(['otel_traces/a']);
    expect(await world.committed()).toBe(1);
  });

  test('told to stop between two attempts, leaves the plan for the next start', async () => {
    const world = await WriterWorld.create();
    world.store.faults = ['unknown-lost'];
    await world.append('a');
    const process = world.start(undefined, { backoff: { baseMillis: 100_000, maxMillis: 100_000 } });
    await until(() => world.store.attempts.length === 1);
    await process.stop();
    expect(await world.committed()).toBe(0);
    const next = world.start();
    await world.settled();
    await next.stop();
    expect(world.store.rows).toEqual(['otel_traces/a']);
    expect(new Set(world.store.attempts).size).toBe(1);
  });
});

describe('runWriter() when the log or its offsets are not what they were', () => {
  test('counts and records log records that were gone before they were stored', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    const first = world.start();
    await world.settled();
    await first.stop();
    await world.append('c', 'd', 'e');
    await world.log.truncate(AT, 4);
    const second = world.start();
    await world.settled();
    await second.stop();
    expect(world.store.rows).toEqual(['otel_traces/a', 'otel_traces/b', 'otel_traces/e']);
    expect(world.ledger.losses).toMatchObject([{ first: 2, last: 3, reason: 'gap', ...AT }]);
    expect(await metric(second.registry, 'valet_writer_lost_records_total')).toBe(2);
  });

  test('counts no loss at its first start on a log that begins later', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    await world.log.truncate(AT, 1);
    const process = world.start();
    await world.settled();
    await process.stop();
    expect(world.store.rows).toEqual(['otel_traces/b']);
    expect(world.ledger.losses).toEqual([]);
  });

  test('replays what is left of a planned batch under its token, and records the rest as lost', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b', 'c');
    const first = world.start({ step: 0, when: 'after' });
    await until(first.isDead);
    await first.stop();
    await world.log.truncate(AT, 1);
    const second = world.start();
    await world.settled();
    await second.stop();
    expect(world.store.rows).toEqual(['otel_traces/b', 'otel_traces/c']);
    expect(world.store.tokens[0]).toContain('-0-0-2-otel_traces-');
    expect(world.ledger.losses).toMatchObject([{ first: 0, last: 0, reason: 'cut-plan' }]);
  });

  test('resumes after the high-water mark when its offsets have vanished or lost their metadata', async () => {
    for (const harm of ['vanished', 'foreign']) {
      const world = await WriterWorld.create();
      await world.append('a', 'b', 'c', 'd');
      const first = world.start();
      await world.settled();
      await first.stop();
      if (harm === 'vanished') world.log.forget(GROUP_WRITER, AT);
      else await world.log.commit([{ group: GROUP_WRITER, ...AT, offset: 1, metadata: '' }]);
      await world.append('e');
      const second = world.start();
      await world.settled();
      await second.stop();
      expect(world.store.rows).toEqual(['a', 'b', 'c', 'd', 'e'].map((row) => `otel_traces/${row}`));
    }
  });

  test('starts a topic that was made anew from its start, under other tokens', async () => {
    const world = await WriterWorld.create();
    await world.append('a', 'b');
    const first = world.start();
    await world.settled();
    await first.stop();
    world.log.recreate(TOPIC);
    await world.append('c', 'd', 'e');
    const second = world.start();
    await world.settled();
    await second.stop();
    expect([...world.store.rows].sort()).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((row) => `otel_traces/${row}`),
    );
  });

  test('gives new records new tokens when the log lost its end, also after another restart', async () => {
    const world = await WriterWorld.create();
    const identity = await world.log.identity(TOPIC);
    await world.append('a', 'b');
    const first = world.start();
    await world.settled();
    await first.stop();
    // The store has seen up to 4; the log, restored, goes to 1 only.
    await world.ledger.recordBatch({
      ...AT,
      identity,
      first: 2,
      last: 4,
      token: 'lost',
      records: 3,
      rows: 3,
    });
    const second = world.start();
    await until(async () => (await metric(second.registry, 'valet_writer_position')) === 2);
    await world.append('c');
    await world.settled();
    await second.stop();
    const third = world.start();
    await world.append('d', 'e', 'f');
    await world.settled();
    await third.stop();
    expect([...world.store.rows].sort()).toEqual('abcdef'.split('').map((row) => `otel_traces/${row}`));
    const identities = [...world.ledger.batches.values()].map((batch) => batch.identity);
    expect(identities[0]).toBe(identity);
    expect(identities.at(-1)).toMatch(new RegExp(`^${identity}~[0-9a-f]{8}$`));
    expect(new Set(identities).size).toBe(2);
  });
});

/** What was observed of the ages of events: count, sum in seconds, and how many up to a bucket's bound. */
async function agesOf(registry: Registry) {
  const histogram = registry.getSingleMetric('valet_writer_event_age_seconds') as Histogram<'signal'>;
  const { values } = await histogram.get();
  const named = (suffix: string) => values.find(({ metricName }) => metricName?.endsWith(suffix))?.value ?? 0;
  const upTo = (le: number) => values.find(({ labels }) => (labels as { le?: number }).le === le)?.value;
  return { count: named('_count'), sum: named('_sum'), upTo };
}
