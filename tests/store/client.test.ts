import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASE } from '../../schemas/names.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { StoreError } from '../../store/errors.ts';
import { encodeRows } from '../../store/native/encode-rows.ts';
import type { InsertBlock, Store } from '../../store/types.ts';
import { startTestEngine, type TestEngine } from '../support/embedded.ts';

const COLUMNS = [
  { name: 'Id', type: 'UInt64' },
  { name: 'Name', type: 'LowCardinality(String)' },
];

let fixture: TestEngine;
let store: Store;

beforeAll(async () => {
  fixture = await startTestEngine();
  store = fixture.store;
  await store.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
  await store.command(
    `CREATE TABLE items (Id UInt64, Name LowCardinality(String)) ENGINE = MergeTree ORDER BY Id
     SETTINGS non_replicated_deduplication_window = 1000`,
  );
});
afterAll(() => fixture?.close());

function block(table: string, ids: readonly number[], token?: string): InsertBlock {
  const rows = ids.map((id) => ({ Id: id, Name: `name ${id}` }));
  return {
    table,
    columns: ['Id', 'Name'],
    chunks: encodeRows(COLUMNS, rows),
    ...(token === undefined ? {} : { token }),
  };
}

async function failure(act: Promise<unknown>): Promise<StoreError> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

async function count(table: string): Promise<number> {
  const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${table}`);
  return Number(row?.n);
}

describe('insert()', () => {
  test('stores the rows of a Native block given in pieces', async () => {
    const whole = Buffer.concat(block('items', [1, 2, 3]).chunks);
    const chunks = [whole.subarray(0, 1), whole.subarray(1, 20), whole.subarray(20)];
    await store.insert({ ...block('items', []), chunks });
    expect(await store.query('SELECT Id, Name FROM items WHERE Id <= 3 ORDER BY Id')).toEqual([
      { Id: '1', Name: 'name 1' },
      { Id: '2', Name: 'name 2' },
      { Id: '3', Name: 'name 3' },
    ]);
  });

  test('stores a token once, whatever its rows are the second time', async () => {
    const before = await count('items');
    await store.insert(block('items', [10, 11], 'token-a'));
    await store.insert(block('items', [10, 11], 'token-a'));
    await store.insert(block('items', [12], 'token-a'));
    await store.insert(block('items', [13], 'token-b'));
    expect(await count('items')).toBe(before + 3);
  });

  test('keeps one block one part, beyond the engine’s own block sizes', async () => {
    await store.command('CREATE TABLE big (Id UInt64) ENGINE = MergeTree ORDER BY Id');
    await store.command('SYSTEM STOP MERGES big');
    const rows = 2_500_000;
    // By hand: columns, rows, name, type, values.
    const values = new BigUint64Array(rows).map((_, index) => BigInt(index));
    const head = Buffer.concat([varint(1), varint(rows), Buffer.from('\x02Id\x06UInt64')]);
    await store.insert({
      table: 'big',
      columns: ['Id'],
      chunks: [head, new Uint8Array(values.buffer)],
    });
    expect(
      await store.query(
        "SELECT rows FROM system.parts WHERE table = 'big' AND active AND database = 'valet'",
      ),
    ).toEqual([{ rows: String(rows) }]);
  });

  test('tells a missing table, a wrong column and broken bytes apart, all rejected', async () => {
    const missing = await failure(store.insert(block('nowhere', [1])));
    expect(missing).toMatchObject({ code: 'unknown-name', outcome: 'rejected', clickhouseCode: 60 });
    const column = await failure(store.insert({ ...block('items', [1]), columns: ['Id', 'Colour'] }));
    expect(column).toMatchObject({ code: 'unknown-name', outcome: 'rejected', clickhouseCode: 16 });
    const before = await count('items');
    const whole = Buffer.concat(block('items', [90, 91, 92]).chunks);
    const cut = await failure(
      store.insert({ ...block('items', []), chunks: [whole.subarray(0, whole.length - 4)] }),
    );
    expect(cut).toMatchObject({ code: 'bad-data', outcome: 'rejected' });
    expect(await count('items')).toBe(before);
  });

  test('reports the engine’s own reason when it refuses a large body early', async () => {
    const chunks = Array.from({ length: 64 }, () => new Uint8Array(1 << 20));
    const error = await failure(store.insert({ table: 'nowhere', columns: ['Id'], chunks }));
    expect(error).toMatchObject({ code: 'unknown-name', clickhouseCode: 60 });
  });

  test('repeated with its token repairs an insert that failed behind the table', async () => {
    await store.command(`CREATE TABLE source (Id UInt64, Name LowCardinality(String)) ENGINE = MergeTree ORDER BY Id
      SETTINGS non_replicated_deduplication_window = 1000`);
    await store.command(`CREATE TABLE target (Id UInt64) ENGINE = MergeTree ORDER BY Id
      SETTINGS non_replicated_deduplication_window = 1000`);
    await store.command(
      `CREATE MATERIALIZED VIEW broken TO target AS SELECT Id + throwIf(Id = 2, 'stop') AS Id FROM source`,
    );
    const error = await failure(store.insert(block('source', [1, 2], 'token')));
    expect(error).toMatchObject({ code: 'failed', outcome: 'unknown', clickhouseCode: 395 });
    expect([await count('source'), await count('target')]).toEqual([2, 0]);
    await store.command('ALTER TABLE broken MODIFY QUERY SELECT Id FROM source');
    await store.insert(block('source', [1, 2], 'token'));
    await store.insert(block('source', [1, 2], 'token'));
    expect([await count('source'), await count('target')]).toEqual([2, 2]);
  });
});

describe('query()', () => {
  test('gives 64-bit integers as strings and binds parameters', async () => {
    const rows = await store.query('SELECT {id:UInt64} AS id, {text:String} AS text', {
      params: { id: '18446744073709551615', text: "it's\n{x}" },
    });
    expect(rows).toEqual([{ id: '18446744073709551615', text: "it's\n{x}" }]);
  });

  test('fails with the engine’s number when rows had already been computed', async () => {
    const error = await failure(
      store.query('SELECT throwIf(number = 3000000) FROM numbers(10000000) WHERE number % 100 = 0'),
    );
    expect(error).toMatchObject({ code: 'failed', clickhouseCode: 395 });
  });

  test('maps limits, rights and syntax to their codes', async () => {
    const limits = [
      {
        sql: 'SELECT sleepEachRow(1) FROM numbers(3)',
        settings: { max_execution_time: 0.1 },
        code: 'timeout',
      },
      {
        sql: 'SELECT groupArray(number) FROM numbers(10000000)',
        settings: { max_memory_usage: 1_000_000 },
        code: 'memory',
      },
      { sql: 'SELECT 1 SETTINGS max_threads = 7', settings: { readonly: 1 }, code: 'refused' },
      { sql: 'SELECT FROM WHERE', settings: {}, code: 'bad-statement' },
      { sql: 'SELECT nothing_like_it(1)', settings: {}, code: 'bad-statement' },
    ];
    for (const { sql, settings, code } of limits) {
      const error = await store.query(sql, { settings }).catch((reason: unknown) => reason);
      expect(error, sql).toMatchObject({ code });
    }
  });

  test('ends when the caller aborts, before or during', async () => {
    const slow = 'SELECT sleepEachRow(1) FROM numbers(30)';
    expect((await failure(store.query(slow, { signal: AbortSignal.abort() }))).code).toBe('aborted');
    const controller = new AbortController();
    const running = failure(store.query(slow, { signal: controller.signal }));
    setImmediate(() => controller.abort());
    expect((await running).code).toBe('aborted');
  });

  test('ends at its deadline', async () => {
    const hasty = createStore(fixture.endpoint, { timeoutMillis: 50 });
    expect(await failure(hasty.query('SELECT sleepEachRow(1) FROM numbers(3)'))).toMatchObject({
      code: 'timeout',
      outcome: 'unknown',
    });
    await hasty.close();
  });
});

describe('stream()', () => {
  test('gives the bytes of the format', async () => {
    const stream = await store.stream('SELECT number FROM numbers(3) FORMAT RowBinary');
    expect([...(await buffer(stream))]).toEqual([0, 1, 2].flatMap((n) => [n, 0, 0, 0, 0, 0, 0, 0]));
  });

  test('fails with the engine’s number when it fails after the first bytes', async () => {
    const stream = await store.stream('SELECT throwIf(number = 9000000) FROM numbers(10000000) FORMAT TSV');
    let bytes = 0;
    const error = await failure(
      (async () => {
        for await (const chunk of stream) bytes += (chunk as Buffer).length;
      })(),
    );
    expect(error).toMatchObject({ clickhouseCode: 395 });
    expect(bytes).toBeGreaterThan(0);
  });

  test('fails at once when the statement does', async () => {
    expect((await failure(store.stream('SELECT * FROM nowhere FORMAT TSV'))).code).toBe('unknown-name');
  });

  test('can be left in the middle', async () => {
    const stream = await store.stream('SELECT number FROM numbers(100000000) FORMAT TSV');
    for await (const _ of stream) break;
    expect(stream.destroyed).toBe(true);
    expect(await store.ping()).toBe(true);
  });
});

describe('a store without a ClickHouse', () => {
  let server: Server | undefined;
  afterAll(() => {
    server?.close();
  });

  test('reports nobody listening as unavailable and rejected', async () => {
    const idle = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => idle.once('listening', resolve));
    const { port } = idle.address() as AddressInfo;
    await new Promise((resolve) => idle.close(resolve));
    const nobody = createStore({ url: `http://127.0.0.1:${port}` });
    expect(await failure(nobody.insert(block('items', [1])))).toMatchObject({
      code: 'unavailable',
      outcome: 'rejected',
    });
    expect(await nobody.ping()).toBe(false);
    await nobody.close();
  });

  test('reports a connection that breaks as unknown, and sends the insert only once', async () => {
    let requests = 0;
    server = createServer((request) => {
      requests++;
      request.resume().once('end', () => request.socket.destroy());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const broken = createStore({ url: `http://127.0.0.1:${port}` });
    expect(await failure(broken.insert(block('items', [1], 'token')))).toMatchObject({
      code: 'unavailable',
      outcome: 'unknown',
    });
    expect(requests).toBe(1);
    await broken.close();
  });

  test('reports a wrong secret as refused', async () => {
    const stranger = createStore({ url: fixture.endpoint.url, headers: { 'X-Valet-Key': 'guess' } });
    expect(await failure(stranger.query('SELECT 1'))).toMatchObject({ code: 'refused', outcome: 'rejected' });
    await stranger.close();
  });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
