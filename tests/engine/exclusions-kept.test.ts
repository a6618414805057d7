/** What exclusions took out, kept through edits, crashes, restarts, and readers that begin anywhere. */
import { afterEach, expect, test } from 'vitest';
import { EngineReplica } from '../../engine/core/replica.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import { Harness, sloYaml } from './support/harness.ts';
import { traceRequest } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
let harness: Harness;
afterEach(() => harness?.close());

const excluding = (exclusions: string) =>
  sloYaml({ target: '0.99', annotations: { 'valet/exclusions': exclusions } });

async function open(text: string, nowMillis = T0): Promise<void> {
  harness = await Harness.create({ nowMillis, files: { 'slo.yaml': text } });
}

async function edit(text: string): Promise<void> {
  await harness.write('slo.yaml', text);
  await harness.engine.publishDefinitions();
}

async function run(minutes: number, good: number, bad: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    harness.nowMillis += MINUTE;
    const endNanos = BigInt(harness.nowMillis - 1) * 1_000_000n;
    const spans = Array.from({ length: good + bad }, (_, index) => ({ endNanos, isBad: index < bad }));
    await harness.append(traceRequest(spans));
    await harness.settle();
  }
}

async function kill(): Promise<void> {
  await harness.restart();
  await harness.settle();
}

const countsOf = (status: { good: number; total: number } | undefined) =>
  status && `${status.total - status.good}/${status.total}`;
const counts = () => countsOf(harness.status());

/** Yesterday 10 minutes good, then 5 bad; today 20 minutes with one in ten bad. */
async function twoDays(text: string): Promise<void> {
  await open(text);
  await run(10, 10, 0);
  await run(5, 0, 10);
  harness.nowMillis = T0 + DAY;
  await run(20, 9, 1);
  await harness.engine.checkpoint();
}

test('an exclusion of the past holds after a crash that comes before the next checkpoint', async () => {
  await twoDays(sloYaml({ target: '0.99' }));
  await edit(excluding('2026-01-01T00:10Z/5m'));
  expect(counts()).toBe('20/300');
  await kill();
  expect(counts()).toBe('20/300');
});

test('an exclusion that was replaced takes nothing out after a crash and a restart', async () => {
  await twoDays(excluding('2026-01-01T00:10Z/5m'));
  await edit(excluding('2026-01-02T00:10Z/5m'));
  expect(counts()).toBe('65/300');
  await kill();
  await harness.engine.checkpoint();
  await kill();
  expect(counts()).toBe('65/300');
});

test('a new exclusion, of next year, leaves alone what the others take out, over a restart too', async () => {
  await open(excluding('2026-01-01T00:10Z/5m'));
  await run(10, 10, 0);
  await run(5, 0, 10);
  harness.nowMillis += 4 * DAY;
  await run(1, 10, 0);
  await harness.engine.checkpoint();
  expect(counts()).toBe('0/110');
  await edit(excluding('2026-01-01T00:10Z/5m\n2027-01-01T00:10Z/5m'));
  expect(counts()).toBe('0/110');
  await kill();
  await harness.engine.checkpoint();
  await kill();
  expect(counts()).toBe('0/110');
});

test('a block that was taken out, given back and taken out again between two checkpoints is kept', async () => {
  await open(excluding('2026-01-01T00:10Z/5m'));
  await run(10, 10, 0);
  await run(5, 0, 10);
  await harness.engine.checkpoint();
  await edit(excluding('2026-01-01T00:15Z/1m'));
  harness.nowMillis += 5_000;
  const endNanos = BigInt(harness.nowMillis - 1) * 1_000_000n;
  await harness.append(traceRequest(Array.from({ length: 10 }, () => ({ endNanos, isBad: true }))));
  await harness.settle();
  await harness.engine.checkpoint();
  await kill();
  harness.nowMillis += 60 * MINUTE;
  await harness.heartbeat();
  await harness.settle();
  expect(counts()).toBe('50/150');
});

/** A reader to which definitions come last. */
async function follow(): Promise<EngineReplica> {
  const replica = new EngineReplica({ latenessSeconds: 600 });
  const feed = async (topic: string) => {
    const of = { topic, partition: 0 };
    const { first, next: end } = await harness.log.bounds(of);
    for (let next = first; next < end; ) {
      const read = await harness.log.read(of, next, { maxBytes: 1 << 24, maxRecords: 1000 });
      for (const record of read.records) replica.apply(topic, record, 0);
      next = read.next;
    }
  };
  await feed(TOPIC_STATE);
  replica.reached(0, replica.position(0));
  await feed(TOPIC_SLI);
  await feed(TOPIC_DEFINITIONS);
  return replica;
}

test('a reader that reads the state before the definitions excludes what the evaluator does', async () => {
  await open(excluding('2026-01-01T00:10Z/3m'));
  await run(10, 10, 0);
  await run(3, 0, 10);
  await run(10, 9, 1);
  harness.nowMillis += 4 * DAY;
  await run(1, 10, 0);
  await harness.engine.checkpoint();
  const reader = await follow();
  expect(countsOf(reader.status('shop-availability', harness.nowMillis))).toBe(counts());
});

test('a reader that reads the state before the definitions keeps the counts of a year', async () => {
  await open(sloYaml({ window: '366d' }));
  await run(10, 10, 0);
  harness.nowMillis += 160 * DAY;
  await run(1, 10, 0);
  await harness.engine.checkpoint();
  const reader = await follow();
  expect(countsOf(reader.status('shop-availability', harness.nowMillis))).toBe(counts());
}, 60_000);
