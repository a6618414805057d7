/** The writer's worker thread against a real log and a real ClickHouse. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreLedger } from '../../../ingest/writer/ledger.ts';
import type { WriterWorkerData } from '../../../ingest/writer/worker-data.ts';
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';
import type { DurableLog } from '../../../log/types.ts';
import {
  GROUP_WRITER,
  SIGNALS,
  type Signal,
  TABLES,
  TOPIC_DEAD_LETTERS,
  TOPIC_OF_SIGNAL,
} from '../../../schemas/names.ts';
import { RoleWorker } from '../../../serve/role-worker.ts';
import { migrate } from '../../../store/migrate/migrate.ts';
import { bytes, fixed64, message, number, text } from '../../otlp/support/encode.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';
import { until } from './writer-world.ts';

const DAY = 86_400;
let engine: TestEngine;
let logPath: string;
let log: DurableLog;

beforeAll(async () => {
  engine = await startTestEngine();
  const days = {
    retentionTracesDays: 14,
    retentionLogsDays: 14,
    retentionMetricsDays: 14,
    retentionResultsDays: 400,
    retentionDeadLettersDays: 30,
  };
  await migrate(engine.store, { ...days, fsync: true });
  logPath = await mkdtemp(join(tmpdir(), 'valet-writer-'));
  log = await openLmdbLog({ path: logPath });
  for (const topic of [...SIGNALS.map((signal) => TOPIC_OF_SIGNAL[signal]), TOPIC_DEAD_LETTERS])
    await log.ensureTopic(topic);
});
afterAll(async () => {
  await log.close();
  await engine.close();
  await rm(logPath, { recursive: true, force: true });
});

function startWorker(different: Partial<WriterWorkerData> = {}): RoleWorker {
  const workerData: WriterWorkerData = {
    log: { kind: 'lmdb', path: logPath },
    endpoint: engine.endpoint,
    policy: { retentionSeconds: { traces: 14 * DAY, logs: 14 * DAY, metrics: 14 * DAY } },
    logLevel: 'silent',
    limits: { maxRecords: 5, maxWaitMillis: 20 },
    backoff: { baseMillis: 5, maxMillis: 50 },
    ...different,
  };
  const entry = new URL('../../../ingest/writer/main.ts', import.meta.url);
  return new RoleWorker({ role: 'writer', entry, workerData, logger: pino({ level: 'silent' }) });
}

/** A trace request of two spans, one of them a day ago. */
function spans(id: number): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = (part: number, start: bigint) =>
    message(
      2,
      bytes(1, Buffer.alloc(16, id + 1)),
      bytes(2, Buffer.alloc(8, part + 1)),
      text(5, `span ${id}.${part}`),
      fixed64(7, start),
      fixed64(8, start + 5n),
    );
  return message(1, message(2, span(0, now), span(1, now - BigInt(DAY) * 1_000_000_000n)));
}

function logRecord(id: number): Buffer {
  const record = message(
    2,
    fixed64(1, BigInt(Date.now()) * 1_000_000n),
    number(2, 9),
    message(5, text(1, `log ${id}`)),
  );
  return message(1, message(2, record));
}

async function append(signal: Signal, value: Uint8Array): Promise<void> {
  await log.append(TOPIC_OF_SIGNAL[signal], [{ headers: { 'valet-tenant': 'blue' }, value }]);
}

async function allCommitted(): Promise<void> {
  for (const topic of [TOPIC_OF_SIGNAL.traces, TOPIC_OF_SIGNAL.logs])
    await until(async () => {
      const { next } = await log.bounds({ topic, partition: 0 });
      return (await log.committed(GROUP_WRITER, { topic, partition: 0 }))?.offset === next;
    });
}

async function names(column: string, table: string): Promise<string[]> {
  const rows = await engine.store.query<{ name: string }>(
    `SELECT ${column} AS name FROM ${table} WHERE TenantId = 'blue' ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

test('the writer stores each row once, over a drain, a restart and a killed engine', async () => {
  const expectedSpans: string[] = [];
  const expectedLogs: string[] = [];
  for (let round = 0; round < 3; round++) {
    const worker = startWorker();
    for (let i = 0; i < 20; i++) {
      const id = round * 20 + i;
      await append('traces', spans(id));
      await append('logs', logRecord(id));
      expectedSpans.push(`span ${id}.0`, `span ${id}.1`);
      expectedLogs.push(`log ${id}`);
      if (round === 1 && i === 10 && engine.engine.pid !== undefined)
        process.kill(engine.engine.pid, 'SIGKILL');
    }
    if (round === 1) await append('traces', Buffer.from('not OTLP'));
    if (round !== 0) await allCommitted();
    if (round === 1) {
      const metrics = await worker.metrics();
      const letters = metrics.find(({ name }) => name === 'valet_writer_dead_letters_total');
      expect(letters?.values).toMatchObject([{ value: 1, labels: { reason: 'undecodable' } }]);
    }
    await worker.stop();
    expect(await worker.metrics()).toEqual([]);
  }
  expect(await names('SpanName', TABLES.traces)).toEqual([...expectedSpans].sort());
  expect(await names('Body', TABLES.logs)).toEqual([...expectedLogs].sort());

  const topic = TOPIC_OF_SIGNAL.traces;
  const identity = await log.identity(topic);
  const ledger = new StoreLedger(engine.store);
  expect((await ledger.highWater(identity, { topic, partition: 0 }))?.last).toBe(60);
  expect(await ledger.highWater('other', { topic, partition: 0 })).toBeUndefined();
  const [batches] = await engine.store.query<{ records: string; rows: string; distinct: string }>(
    `SELECT sum(Records) AS records, sum(Rows) AS rows, uniqExact(FirstOffset) = count() AS distinct
     FROM ${TABLES.batches} FINAL WHERE Topic = '${topic}'`,
  );
  expect(batches).toEqual({ records: '61', rows: '120', distinct: 1 });
});

test('the writer tells the main thread what cannot be stored, and shows its dictionaries', async () => {
  await append('traces', spans(1));
  const worker = startWorker({ endpoint: { url: 'http://127.0.0.1:9' }, stalls: { afterMillis: 0 } });
  expect(worker.problem).toBeUndefined();
  await until(() => worker.problem?.includes('cannot be stored since') === true);
  await worker.stop();
  const later = startWorker();
  await allCommitted();
  const metrics = await later.metrics();
  const entries = metrics.find(({ name }) => name === 'valet_writer_dictionary_entries')?.values;
  // Two names, and the empty one.
  expect(entries).toContainEqual({ value: 3, labels: { signal: 'traces', dictionary: 'names' } });
  expect(later.problem).toBeUndefined();
  await later.stop();
});

test('StoreLedger finds the batches and losses it recorded', async () => {
  const storedMillis = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  let now = storedMillis;
  const ledger = new StoreLedger(engine.store, () => now);
  const of = { topic: 't', partition: 3 };
  const range = { ...of, identity: 'i', first: 5, last: 2 ** 40 };
  const stored = { ...range, token: 'i-3-5', records: 7, rows: 9 };
  expect(await ledger.highWater('i', of)).toBeUndefined();
  expect(await ledger.latest('i', of)).toBeUndefined();
  expect(await ledger.isKnown(of)).toBe(false);
  const others = await ledger.batchesSince(storedMillis);
  await ledger.recordBatch(stored);
  await ledger.recordBatch({ ...stored, partition: 4, last: 2 ** 50 });
  await ledger.recordBatch({ ...stored, first: 0, last: 4 });
  expect(await ledger.isKnown(of)).toBe(true);
  expect(await ledger.isKnown({ ...of, partition: 5 })).toBe(false);
  expect(await ledger.highWater('i', of)).toEqual({ identity: 'i', last: 2 ** 40, storedMillis });
  expect(await ledger.batchesSince(storedMillis)).toBe(others + 3);
  expect(await ledger.batchesSince(storedMillis + 1)).toBe(others);

  // The log lost its end and hands offsets out again: what was stored last counts, not what was furthest.
  now += 1000;
  await ledger.recordBatch({ ...stored, identity: 'i~1', first: 3, last: 6 });
  await ledger.recordBatch({ ...stored, identity: 'in', first: 3, last: 6 });
  expect(await ledger.latest('i', of)).toEqual({ identity: 'i~1', last: 6, storedMillis: now });
  expect((await ledger.highWater('i', of))?.last).toBe(2 ** 40);

  await ledger.recordLoss({ ...range, reason: 'gap' });
  const losses = await engine.store.query(`SELECT * FROM ${TABLES.losses} WHERE Topic = 't'`);
  expect(losses).toEqual([
    {
      Topic: 't',
      TopicId: 'i',
      Partition: 3,
      FirstOffset: '5',
      LastOffset: String(2 ** 40),
      Reason: 'gap',
      At: '2026-01-02 03:04:06.678',
    },
  ]);
});
