import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DATABASE } from '../../schemas/names.ts';
import { createStore, type StoreOptions } from '../../store/client/clickhouse-store.ts';
import { StoreError } from '../../store/errors.ts';
import { encodeRows } from '../../store/native/encode-rows.ts';
import type { InsertBlock, Store, StoreEndpoint } from '../../store/types.ts';
import { startTestEngine, type TestEngine } from '../support/embedded.ts';
import { type Fault, type FaultProxy, isInsertInto, startFaultProxy } from '../support/fault-proxy.ts';

const WINDOW = 'SETTINGS non_replicated_deduplication_window = 1000';
const COLUMNS = [
  { name: 'Id', type: 'UInt64' },
  { name: 'Name', type: 'String' },
];
const ROWS = 2_000;

let fixture: TestEngine;
let proxy: FaultProxy;
const stores: Store[] = [];
let tokens = 0;

beforeAll(async () => {
  fixture = await startTestEngine();
  await fixture.store.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
  for (const name of ['source', 'target']) {
    await fixture.store.command(
      `CREATE TABLE ${name} (Id UInt64, Name String) ENGINE = MergeTree ORDER BY Id ${WINDOW}`,
    );
  }
  await fixture.store.command('CREATE MATERIALIZED VIEW view TO target AS SELECT Id, Name FROM source');
  proxy = await startFaultProxy({ target: fixture.endpoint.url });
});
afterEach(() => proxy.calm());
afterAll(async () => {
  for (const store of stores) await store.close();
  await proxy?.close();
  await fixture?.close();
});

/** Through the proxy. */
function connect(options: StoreOptions = {}, endpoint: Partial<StoreEndpoint> = {}): Store {
  const store = createStore({ ...fixture.endpoint, url: proxy.url, ...endpoint }, options);
  stores.push(store);
  return store;
}

/** About 100 kB under a token of its own. */
function freshBlock(): InsertBlock & { readonly token: string } {
  const token = `token-${++tokens}`;
  // Noise, so that it stays large when it is compressed.
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    Id: index,
    Name: `${token} ${randomBytes(20).toString('hex')}`,
  }));
  return { table: 'source', columns: ['Id', 'Name'], chunks: encodeRows(COLUMNS, rows), token };
}

/** Rows of the block in the table and behind its view. */
async function stored(token: string): Promise<readonly number[]> {
  const counts = [];
  for (const table of ['source', 'target']) {
    const [row] = await fixture.store.query<{ n: string }>(
      `SELECT count() AS n FROM ${table} WHERE startsWith(Name, {token:String} || ' ')`,
      { params: { token } },
    );
    counts.push(Number(row?.n));
  }
  return counts;
}

async function failure(act: Promise<unknown>): Promise<StoreError> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

interface Case {
  readonly fault: Fault;
  readonly error: Partial<Pick<StoreError, 'code' | 'outcome' | 'clickhouseCode' | 'retryAfterMillis'>>;
  /** Whether the engine stored the block all the same. */
  readonly applied: boolean;
  readonly timeoutMillis?: number;
}

const LOST = { code: 'unavailable', outcome: 'unknown' } as const;
const SILENT = { code: 'timeout', outcome: 'unknown', clickhouseCode: undefined } as const;

const CASES: Readonly<Record<string, Case>> = {
  'a 503 of something before ClickHouse': {
    fault: { kind: 'answer', status: 503 },
    error: { ...LOST, retryAfterMillis: 1_000 },
    applied: false,
  },
  'a 503 that says when to come back': {
    fault: { kind: 'answer', status: 503, headers: { 'Retry-After': '7' } },
    error: { ...LOST, retryAfterMillis: 7_000 },
    applied: false,
  },
  'a 429': {
    fault: { kind: 'answer', status: 429 },
    error: { code: 'busy', outcome: 'rejected', retryAfterMillis: 1_000 },
    applied: false,
  },
  'a success that is not ClickHouse’s': {
    fault: { kind: 'answer', status: 200, body: '<html>Please log in</html>' },
    error: { code: 'wrong-answer', outcome: 'unknown' },
    applied: false,
  },
  'a redirect': {
    fault: { kind: 'answer', status: 302, headers: { Location: '/login' } },
    error: { code: 'wrong-answer', outcome: 'unknown' },
    applied: false,
  },
  'a success whose header tells of an exception': {
    fault: {
      kind: 'answer',
      status: 200,
      headers: { 'X-ClickHouse-Query-Id': 'q', 'X-ClickHouse-Exception-Code': '252' },
    },
    error: { code: 'too-many-parts', outcome: 'unknown', clickhouseCode: 252 },
    applied: false,
  },
  'too many parts': {
    fault: { kind: 'exception', code: 252 },
    error: { code: 'too-many-parts', outcome: 'unknown', retryAfterMillis: 10_000 },
    applied: false,
  },
  'no memory left': {
    fault: { kind: 'exception', code: 241 },
    error: { code: 'memory', outcome: 'unknown', retryAfterMillis: 5_000 },
    applied: false,
  },
  'no memory left, after it was stored': {
    fault: { kind: 'exception', code: 241, applied: true },
    error: { code: 'memory', outcome: 'unknown' },
    applied: true,
  },
  'too many statements at once': {
    fault: { kind: 'exception', code: 202 },
    error: { code: 'busy', outcome: 'rejected', retryAfterMillis: 1_000 },
    applied: false,
  },
  'ClickHouse’s own time-out': {
    fault: { kind: 'exception', code: 159, applied: true },
    error: { code: 'timeout', outcome: 'unknown', clickhouseCode: 159, retryAfterMillis: 2_000 },
    applied: true,
  },
  'a table that is read-only, its replica cut off from Keeper': {
    fault: { kind: 'exception', code: 242 },
    error: { code: 'read-only', outcome: 'unknown', retryAfterMillis: 2_000 },
    applied: false,
  },
  'an insert that too few replicas confirmed': {
    fault: { kind: 'exception', code: 319, applied: true },
    error: { code: 'quorum', outcome: 'unknown', retryAfterMillis: 5_000 },
    applied: true,
  },
  'a disk without space': {
    fault: { kind: 'exception', code: 243 },
    error: { code: 'disk-full', outcome: 'unknown', retryAfterMillis: 30_000 },
    applied: false,
  },
  'a connection that breaks before ClickHouse has the request': {
    fault: { kind: 'reset-before' },
    error: LOST,
    applied: false,
  },
  'a connection that breaks within the request': {
    fault: { kind: 'reset-within', bytes: 1_000 },
    error: LOST,
    applied: false,
  },
  'a request of which ClickHouse gets half': {
    fault: { kind: 'cut-request', bytes: 50_000 },
    error: LOST,
    applied: false,
  },
  'a connection that breaks when it is stored': {
    fault: { kind: 'reset-after' },
    error: LOST,
    applied: true,
  },
  'an answer that is cut off': {
    fault: { kind: 'truncate-answer', bytes: 0 },
    error: LOST,
    applied: true,
  },
  'silence, nothing stored': {
    fault: { kind: 'hang-before' },
    error: SILENT,
    applied: false,
    timeoutMillis: 500,
  },
  'silence when it is stored': {
    fault: { kind: 'hang-after' },
    error: SILENT,
    applied: true,
    timeoutMillis: 500,
  },
};

describe('insert()', () => {
  for (const [name, { fault, error, applied, timeoutMillis }] of Object.entries(CASES)) {
    test(`reports ${name}, and repeated with its token stores once`, async () => {
      const block = freshBlock();
      const store = connect(timeoutMillis === undefined ? {} : { timeoutMillis });
      const before = proxy.count;
      const strike = proxy.next(fault, { when: isInsertInto('source') });
      expect(await failure(store.insert(block))).toMatchObject(error);
      await strike.struck;
      // Sent once: repeating is the caller's.
      expect([strike.hits, proxy.count - before]).toEqual([1, 1]);
      expect(await stored(block.token)).toEqual(applied ? [ROWS, ROWS] : [0, 0]);
      // On another connection: the first store's deadline may be too short for a busy machine.
      for (const _ of [1, 2]) await connect().insert(block);
      expect(await stored(block.token)).toEqual([ROWS, ROWS]);
    });
  }

  test('waits for a slow connection, whichever way it is slow', async () => {
    const store = connect();
    for (const kind of ['drip-request', 'drip-answer'] as const) {
      const block = freshBlock();
      const strike = proxy.next({ kind, bytes: 10_000, pauseMillis: 5 });
      await store.insert(block);
      expect([kind, strike.hits, await stored(block.token)]).toEqual([kind, 1, [ROWS, ROWS]]);
    }
  });

  test('gives up on a request too slow for its deadline, of which nothing is stored', async () => {
    const block = freshBlock();
    const strike = proxy.next({ kind: 'drip-request', bytes: 1_000, pauseMillis: 20 });
    expect(await failure(connect({ timeoutMillis: 300 }).insert(block))).toMatchObject(SILENT);
    await strike.struck;
    await connect().insert(block);
    expect(await stored(block.token)).toEqual([ROWS, ROWS]);
  });

  test('stores a compressed block, and nothing of half of one', async () => {
    const store = connect({}, { compression: 'zstd' });
    const block = freshBlock();
    // Compressed it is more than 40 kB.
    for (const bytes of [0, 100, 20_000]) {
      proxy.next({ kind: 'cut-request', bytes }, { when: isInsertInto('source') });
      expect(await failure(store.insert(block))).toMatchObject(LOST);
    }
    expect(await stored(block.token)).toEqual([0, 0]);
    for (const _ of [1, 2]) await store.insert(block);
    expect(await stored(block.token)).toEqual([ROWS, ROWS]);
    await store.command('SELECT 1');
    expect(await store.query('SELECT {n:UInt8} AS n', { params: { n: 7 } })).toEqual([{ n: 7 }]);
  });

  test('completes what a view behind the table failed to take, once it is mended', async () => {
    const store = connect();
    const block = freshBlock();
    await fixture.store.command(
      "ALTER TABLE view MODIFY QUERY SELECT Id + throwIf(Id = 1000, 'broken view') AS Id, Name FROM source",
    );
    for (const _ of [1, 2]) {
      expect(await failure(store.insert(block))).toMatchObject({ outcome: 'unknown', clickhouseCode: 395 });
      expect(await stored(block.token)).toEqual([ROWS, 0]);
    }
    await fixture.store.command('ALTER TABLE view MODIFY QUERY SELECT Id, Name FROM source');
    // The first answer after the repair is lost as well.
    const strike = proxy.next({ kind: 'reset-after' });
    expect(await failure(store.insert(block))).toMatchObject(LOST);
    await strike.struck;
    for (const _ of [1, 2]) await store.insert(block);
    expect(await stored(block.token)).toEqual([ROWS, ROWS]);
  });
});

describe('query()', () => {
  test('reports an answer that is cut off, and one that is not ClickHouse’s', async () => {
    const store = connect();
    const many = () => store.query('SELECT number FROM numbers(1000)');
    proxy.next({ kind: 'truncate-answer', bytes: 500 });
    expect(await failure(many())).toMatchObject({ code: 'unavailable' });
    proxy.next({ kind: 'answer', status: 200, body: '{"number":"0"}\n' });
    expect(await failure(many())).toMatchObject({ code: 'wrong-answer' });
    proxy.next({ kind: 'drip-answer', bytes: 2_000, pauseMillis: 1 });
    expect(await many()).toHaveLength(1000);
  });
});

describe('stream()', () => {
  test('fails when the connection breaks in the middle', async () => {
    const stream = await (async () => {
      proxy.next({ kind: 'truncate-answer', bytes: 500 });
      return await connect().stream('SELECT number FROM numbers(1000) FORMAT RowBinary');
    })();
    expect(await failure(stream.toArray())).toMatchObject({ code: 'unavailable' });
  });
});
