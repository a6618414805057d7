import { afterEach, expect, test, vi } from 'vitest';
import { type AttemptContext, Stopped } from '../../../ingest/writer/persistent-attempt.ts';
import { decodeState, journalGroup } from '../../../ingest/writer/plan.ts';
import { PlanJournal } from '../../../ingest/writer/plan-journal.ts';
import { LogError, type LogErrorCode } from '../../../log/errors.ts';
import { GROUP_WRITER } from '../../../schemas/names.ts';
import { AT, metric, until, WriterWorld } from './writer-world.ts';

afterEach(() => vi.restoreAllMocks());

/** A world whose journal fails as told; resolves with how often it was tried. */
async function failing(code: () => LogErrorCode | undefined) {
  const world = await WriterWorld.create();
  const commit = world.log.commit.bind(world.log);
  const tries: number[] = [];
  vi.spyOn(world.log, 'commit').mockImplementation(async (commits) => {
    const [first] = commits;
    if (first?.group === journalGroup(GROUP_WRITER)) {
      tries.push(first.offset);
      const failure = code();
      if (failure) throw new LogError(failure, 'Cannot commit as told');
    }
    await commit(commits);
  });
  return { world, tries };
}

async function storeOneByOne(world: WriterWorld, letters: string) {
  const writer = world.start();
  for (const letter of letters) {
    await world.append(letter);
    await world.settled();
  }
  await writer.stop();
  return writer;
}

test.each([
  ['log-denied', 1],
  ['fenced', 1],
  ['log-failed', 3],
] as const)('PlanJournal lets plans go without it when that fails for good: %s', async (code, times) => {
  const { world, tries } = await failing(() => code);
  const writer = await storeOneByOne(world, 'abc');
  expect(world.store.rows).toEqual(['otel_traces/a', 'otel_traces/b', 'otel_traces/c']);
  expect(tries).toHaveLength(times);
  expect(await metric(writer.registry, 'valet_writer_anomalies_total')).toBe(1);
  expect(await writer.registry.getSingleMetricAsString('valet_writer_anomalies_total')).toContain(
    'journal-refused',
  );
});

test('PlanJournal takes plans again after a rest, and tells of the next failure', async () => {
  let denied = true;
  let later = 0;
  const real = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => real() + later);
  const { world, tries } = await failing(() => (denied ? 'log-denied' : undefined));
  const writer = world.start();
  const store = async (letter: string) => {
    await world.append(letter);
    await world.settled();
    later += 3_600_000;
  };
  await store('a');
  await store('b');
  expect(await metric(writer.registry, 'valet_writer_anomalies_total')).toBe(1);
  denied = false;
  await store('c');
  expect(tries.at(-1)).toBe(2);
  denied = true;
  await store('d');
  expect(await metric(writer.registry, 'valet_writer_anomalies_total')).toBe(2);
  await writer.stop();
  expect(world.store.rows).toHaveLength(4);
});

test('PlanJournal is tried again before the first INSERT, and holds that up until it is clear', async () => {
  let failures = 2;
  const { world, tries } = await failing(() => (failures-- > 0 ? 'log-failed' : undefined));
  const insertedAfter: number[] = [];
  world.store.onInsert = async () => void insertedAfter.push(tries.length);
  const writer = await storeOneByOne(world, 'a');
  expect(insertedAfter).toEqual([3]);
  expect(await metric(writer.registry, 'valet_writer_anomalies_total')).toBe(0);
  expect(await metric(writer.registry, 'valet_writer_stalled')).toBe(0);
  const journaled = await world.log.committed(journalGroup(GROUP_WRITER), AT);
  expect(decodeState(journaled?.metadata ?? '')?.plan?.last).toBe(0);
});

test('PlanJournal waits no longer when the writer is told to stop, and nothing was inserted', async () => {
  const { world, tries } = await failing(() => 'log-failed');
  await world.append('a');
  const writer = world.start(undefined, { backoff: { baseMillis: 3_600_000, maxMillis: 3_600_000 } });
  await until(() => tries.length === 1);
  await writer.stop();
  expect(world.store.attempts).toEqual([]);
});

test('PlanJournal takes nothing of a partition that was taken away since its plan was committed', async () => {
  const { log } = await WriterWorld.create();
  const journal = new PlanJournal({ log, group: GROUP_WRITER, of: AT, onGivenUp: () => {} });
  const plan = { first: 0, metadata: '{}' };
  await expect(journal.note(plan, {} as AttemptContext, () => true)).rejects.toThrow(Stopped);
  expect(await log.committed(journalGroup(GROUP_WRITER), AT)).toBeUndefined();
});
