/** Dead letters from the log into a real ClickHouse, through the commands, and back onto the log. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LetterShelf, type ShelvedLetter } from '../../../ingest/dead-letters/letter-shelf.ts';
import { listLetters } from '../../../ingest/dead-letters/list-letters.ts';
import { replayLetters } from '../../../ingest/dead-letters/replay-letters.ts';
import { showLetter } from '../../../ingest/dead-letters/show-letter.ts';
import { UNKNOWN_TENANT } from '../../../ingest/dead-letters/types.ts';
import { tenantOf } from '../../../ingest/receiver/tenant-name.ts';
import type { RowPolicy } from '../../../ingest/writer/blocks.ts';
import { createOtlpMapping } from '../../../ingest/writer/otlp-mapping.ts';
import { runWriter } from '../../../ingest/writer/run-writer.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type { DurableLog, OffsetCommit } from '../../../log/types.ts';
import {
  GROUP_WRITER,
  HEADER_TENANT,
  SIGNALS,
  TABLES,
  TOPIC_DEAD_LETTERS,
  TOPIC_OF_SIGNAL,
} from '../../../schemas/names.ts';
import { migrate } from '../../../store/migrate/migrate.ts';
import * as by from '../../otlp/support/encode.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';
import { until } from '../writer/writer-world.ts';

const DAY = 86_400;
const TOPIC = TOPIC_OF_SIGNAL.traces;
const policy = (days: number): RowPolicy => ({
  retentionSeconds: { traces: days * DAY, logs: days * DAY, metrics: days * DAY },
});

let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine();
  await migrate(engine.store, {
    retentionTracesDays: 100,
    retentionLogsDays: 100,
    retentionMetricsDays: 100,
    retentionResultsDays: 400,
    retentionDeadLettersDays: 30,
    fsync: false,
  });
});
afterAll(() => engine.close());

/** A log, a writer on it, and the letters they make in the engine's tables. */
class Desk {
  readonly log = new MemoryLog();
  readonly shelf = new LetterShelf(engine.store, { where: 'ClickHouse', hint: 'none' });
  readonly #stop = new AbortController();
  #done: Promise<void> | undefined;

  static async create(): Promise<Desk> {
    const desk = new Desk();
    for (const topic of [...SIGNALS.map((signal) => TOPIC_OF_SIGNAL[signal]), TOPIC_DEAD_LETTERS])
      await desk.log.ensureTopic(topic);
    for (const table of [TABLES.traces, TABLES.deadLetters, TABLES.replays])
      await engine.store.command(`TRUNCATE TABLE ${table}`);
    return desk;
  }

  write(days = 14, log: DurableLog = this.log): void {
    const stop = new AbortController();
    this.#stop.signal.addEventListener('abort', () => stop.abort());
    this.#done = runWriter({
      log,
      store: engine.store,
      mapping: createOtlpMapping(),
      policy: policy(days),
      registry: new Registry(),
      logger: pino({ level: 'silent' }),
      signal: stop.signal,
      signals: ['traces'],
      limits: { maxWaitMillis: 5 },
      backoff: { baseMillis: 5, maxMillis: 20 },
    });
    onTestFinished(() => this.stop());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async append(value: Uint8Array, tenant = ''): Promise<void> {
    await this.log.append(TOPIC, [{ headers: tenant === '' ? {} : { [HEADER_TENANT]: tenant }, value }]);
  }

  async settled(): Promise<void> {
    const { next } = await this.log.bounds({ topic: TOPIC, partition: 0 });
    await until(
      async () => (await this.log.committed(GROUP_WRITER, { topic: TOPIC, partition: 0 }))?.offset === next,
    );
  }

  async names(): Promise<readonly string[]> {
    const rows = await engine.store.query<{ name: string }>(
      `SELECT SpanName AS name FROM ${TABLES.traces} ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  }

  /** Replays, and gives back what was said. */
  async replay(letters: readonly ShelvedLetter[], options: { again?: boolean; yes?: boolean } = {}) {
    const said: string[] = [];
    const { again = false, yes = true } = options;
    const clean = await replayLetters(this.shelf, letters, {
      again,
      yes,
      waitMillis: 60_000,
      say: (line) => said.push(line),
      // The log outlives the command.
      openLog: async () => Object.assign(Object.create(this.log), borrowed(this.log)) as DurableLog,
    });
    return { clean, said: said.join('\n') };
  }
}

function borrowed(log: DurableLog): Partial<DurableLog> {
  return { append: (...parts) => log.append(...parts), close: async () => {} };
}

function spans(...named: readonly (readonly [name: string, daysAgo: number])[]): Buffer {
  const now = BigInt(Date.now());
  const span = (name: string, daysAgo: number) => {
    const at = (now - BigInt(daysAgo * DAY * 1000)) * 1_000_000n;
    return by.message(
      2,
      by.bytes(1, Buffer.alloc(16, 7)),
      by.bytes(2, Buffer.alloc(8, 7)),
      by.text(5, name),
      by.fixed64(7, at),
      by.fixed64(8, at),
    );
  };
  return by.message(1, by.message(2, ...named.map(([name, daysAgo]) => span(name, daysAgo))));
}

describe('dead letters', () => {
  test('are listed with why and where, filtered and counted', async () => {
    const desk = await Desk.create();
    desk.write();
    await desk.append(Buffer.from('garbage'));
    await desk.append(spans(['now', 0], ['old', 20], ['ahead', -2]), 'blue');
    await desk.settled();
    expect(await desk.names()).toEqual(['now']);
    const all = await desk.shelf.list({}, 10);
    expect(all.map(({ reason, offset, rows, tenant }) => [reason, offset, rows, tenant])).toEqual([
      ['too-far-ahead', 1, 1, 'blue'],
      ['too-old', 1, 1, 'blue'],
      ['undecodable', 0, 0, ''],
    ]);
    expect(await desk.shelf.count({ tenant: 'blue' })).toBe(2);
    expect(await desk.shelf.list({ topic: 'otlp_logs' }, 10)).toEqual([]);
    expect(await desk.shelf.list({ sinceMillis: Date.now() + 60_000 }, 10)).toEqual([]);
    expect(
      (await desk.shelf.list({ reason: 'undecodable', open: true }, 10)).map(({ offset }) => offset),
    ).toEqual([0]);
    const text = await listLetters(desk.shelf, {}, { limit: 2, json: false });
    expect(text).toContain('ID                APPENDED');
    expect(text).toContain('otlp_spans/0/1  too-old');
    expect(text).toContain('[blue] 1 row older than the retention of 14 d');
    expect(text).toContain('2 of 3; --limit shows more');
    const json = (await listLetters(desk.shelf, {}, { limit: 9, json: true }))
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(json[2]).toMatchObject({ reason: 'undecodable', replayedAt: null, size: 7 });
    expect(await listLetters(desk.shelf, { topic: 'otlp_logs' }, { limit: 9, json: false })).toBe(
      'No dead letters.',
    );
  });

  test('are found by how their id begins, and shown with what can be read of them', async () => {
    const desk = await Desk.create();
    desk.write();
    await desk.append(Buffer.from('garbage'));
    await desk.settled();
    const [letter] = (await desk.shelf.list({}, 1)) as [ShelvedLetter];
    expect(await desk.shelf.find(letter.id.slice(0, 5))).toEqual(letter);
    await expect(desk.shelf.find('nothing')).rejects.toMatchObject({ code: 'no-such-letter' });
    await desk.append(Buffer.from('more'));
    await desk.settled();
    await expect(desk.shelf.find('')).rejects.toMatchObject({ code: 'ambiguous-letter' });
    const bytes = await desk.shelf.bytes(letter);
    expect(bytes.toString()).toBe('garbage');
    const shown = showLetter(letter, bytes, { json: false, all: false });
    expect(shown).toContain('reason    undecodable');
    expect(shown).toContain('!! wire type 7 does not exist, at byte 1');
    expect(shown).toContain('00000000  67 61 72 62 61 67 65 ');
    expect(JSON.parse(showLetter(letter, bytes, { json: true, all: false }))).toMatchObject({
      id: letter.id,
      bytes: Buffer.from('garbage').toString('base64'),
    });
  });

  test('are stored once when replayed after a fix, with just the rows that were refused; a second replay is refused', async () => {
    const desk = await Desk.create();
    desk.write(14);
    await desk.append(spans(['now', 0], ['old', 20], ['older', 30]), 'blue');
    await desk.settled();
    await desk.stop();
    const fixed = new Desk();
    Object.assign(fixed, { log: desk.log });
    fixed.write(90);
    const letters = await fixed.shelf.list({}, 10);
    const dry = await fixed.replay(letters, { yes: false });
    expect(dry.said).toContain('Would append 1 letter again. Nothing was done; --yes does it.');
    expect(await fixed.names()).toEqual(['now']);

    const { clean, said } = await fixed.replay(letters);
    expect([clean, said.split('\n').slice(1)]).toEqual([true, ['Appended 1 letter.', 'Stored 1 letter.']]);
    expect(await fixed.names()).toEqual(['now', 'old', 'older']);
    const [tenants] = await engine.store.query<{ tenants: string[] }>(
      `SELECT groupUniqArray(TenantId) AS tenants FROM ${TABLES.traces}`,
    );
    expect(tenants?.tenants).toEqual(['blue']);

    const again = await fixed.shelf.list({}, 10);
    expect(again.map(({ replayedMillis }) => replayedMillis !== undefined)).toEqual([true]);
    expect(await fixed.shelf.list({ open: true }, 10)).toEqual([]);
    await expect(fixed.replay(again)).rejects.toMatchObject({ code: 'already-replayed' });
    await fixed.replay(again, { again: true });
    expect(await fixed.names()).toEqual(['now', 'old', 'old', 'older', 'older']);
  });

  test('become letters again when nothing was fixed', async () => {
    const desk = await Desk.create();
    desk.write();
    await desk.append(Buffer.from('garbage'));
    await desk.settled();
    const { clean, said } = await desk.replay(await desk.shelf.list({}, 10));
    expect(clean).toBe(false);
    expect(said).toMatch(/A dead letter again: [0-9a-f]{16} {2}undecodable/);
    expect(await desk.shelf.count({})).toBe(2);
  });

  test('are made of what the log cannot read, for nobody among the tenants, and hold up nothing', async () => {
    const desk = await Desk.create();
    const damaged = Buffer.from('{what a disk made of it}');
    for (const value of [spans(['before', 0]), damaged, spans(['after', 0])])
      await desk.append(value, 'blue');
    desk.log.damage({ topic: TOPIC, partition: 0 }, 1);
    desk.write();
    await desk.settled();
    expect(await desk.names()).toEqual(['after', 'before']);
    const [letter, ...others] = await desk.shelf.list({}, 10);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      topic: TOPIC,
      partition: 0,
      offset: 1,
      reason: 'damaged',
      detail: 'Cannot read it as it was damaged',
      tenant: UNKNOWN_TENANT,
    });
    expect(() => tenantOf({ tenant: UNKNOWN_TENANT }, 'tenant')).toThrow();
    const bytes = await desk.shelf.bytes(letter as ShelvedLetter);
    expect(bytes.equals(damaged)).toBe(true);
    const shown = showLetter(letter as ShelvedLetter, bytes, { json: false, all: false });
    expect(shown).toContain('24 B, a batch of the log');
    const { clean, said } = await desk.replay([letter as ShelvedLetter]);
    expect(clean).toBe(true);
    expect(said).toMatch(/^[0-9a-f]{16} {2}is left out.*\nNo dead letters to replay\.$/);
    expect((await desk.log.bounds({ topic: TOPIC, partition: 0 })).next).toBe(3);
  });

  test('are in the table once and on the topic at least once when the writer dies before its commit', async () => {
    const desk = await Desk.create();
    await desk.append(Buffer.from('garbage'));
    await desk.append(spans(['now', 0]));
    let ends = 0;
    const dying = new Proxy(desk.log, {
      get(target, property) {
        if (property === 'commit')
          return async (commits: readonly OffsetCommit[]) => {
            // The plan is committed; its end never is.
            if (commits.some(({ offset }) => offset > 0) && ++ends)
              throw new Error('Cannot commit as it just died');
            await target.commit(commits);
          };
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    desk.write(14, dying);
    await until(() => ends > 0);
    await desk.stop();
    // What the ledger knows would spare the second attempt.
    await engine.store.command(`TRUNCATE TABLE ${TABLES.batches}`);
    const next = new Desk();
    Object.assign(next, { log: desk.log });
    next.write();
    await next.settled();
    expect(await next.shelf.count({})).toBe(1);
    expect(await next.names()).toEqual(['now']);
    const { records } = await desk.log.read({ topic: TOPIC_DEAD_LETTERS, partition: 0 }, 0);
    expect(records.length).toBeGreaterThanOrEqual(2);
    expect(new Set(records.map(({ key }) => key)).size).toBe(1);
  });
});
