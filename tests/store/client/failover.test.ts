import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DATABASE } from '../../../schemas/names.ts';
import { createStore, type StoreOptions } from '../../../store/client/clickhouse-store.ts';
import { shardOf } from '../../../store/client/shard-of.ts';
import { encodeRows } from '../../../store/native/encode-rows.ts';
import type { InsertBlock, Store } from '../../../store/types.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';

/** Two proxies before one engine are two replicas: they share the tokens, as replicas do through Keeper. */
let fixture: TestEngine;
let proxies: readonly [FaultProxy, FaultProxy];
const stores: Store[] = [];
let tokens = 0;

beforeAll(async () => {
  fixture = await startTestEngine();
  await fixture.store.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
  await fixture.store.command(
    'CREATE TABLE items (Token String) ENGINE = MergeTree ORDER BY Token SETTINGS non_replicated_deduplication_window = 1000',
  );
  const target = fixture.endpoint.url;
  proxies = [await startFaultProxy({ target }), await startFaultProxy({ target })];
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const proxy of proxies) proxy.calm();
});
afterAll(async () => {
  for (const proxy of proxies ?? []) await proxy.close();
  await fixture?.close();
});

function connect(separator: ',' | ';' = ',', options: StoreOptions = {}): Store {
  const url = proxies.map((proxy) => proxy.url).join(separator);
  const store = createStore({ ...fixture.endpoint, url }, options);
  stores.push(store);
  return store;
}

/** A block, the replica it goes to first, and the other. */
function fresh() {
  const token = `token-${++tokens}`;
  const block: InsertBlock = {
    table: 'items',
    columns: ['Token'],
    chunks: encodeRows([{ name: 'Token', type: 'String' }], [{ Token: token }]),
    token,
  };
  const [one, other] = proxies;
  const [first, second] = crc32(token) % 2 === 0 ? [one, other] : [other, one];
  return { block, token, first, second };
}

async function rows(token: string): Promise<number> {
  const [row] = await fixture.store.query<{ n: string }>(
    'SELECT count() AS n FROM items WHERE Token = {token:String}',
    { params: { token } },
  );
  return Number(row?.n);
}

describe('insert() with two replicas', () => {
  test('spreads blocks over both', async () => {
    const store = connect();
    const before = proxies.map(({ count }) => count);
    for (let n = 0; n < 20; n++) await store.insert(fresh().block);
    for (const [index, { count }] of proxies.entries())
      expect(count - (before[index] ?? 0)).toBeGreaterThan(3);
  });

  test('goes to the other when the first cannot be reached', async () => {
    const { block, token, first } = fresh();
    await first.down();
    try {
      await connect().insert(block);
    } finally {
      await first.up();
    }
    expect(await rows(token)).toBe(1);
  });

  test('goes to the other with the same token when the first stored it and broke off', async () => {
    for (const fault of [{ kind: 'reset-after' }, { kind: 'exception', code: 242, applied: true }] as const) {
      const { block, token, first, second } = fresh();
      const strike = first.next(fault);
      const before = second.count;
      await connect().insert(block);
      expect([strike.hits, second.count - before, await rows(token)]).toEqual([1, 1, 1]);
    }
  });

  test('goes nowhere else without a token when it may have been stored', async () => {
    const { block, token } = fresh();
    for (const proxy of proxies) proxy.next({ kind: 'reset-after' });
    const { token: _, ...bare } = block;
    await expect(connect().insert(bare)).rejects.toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(await rows(token)).toBe(1);
  });

  test('goes nowhere else with what is wrong in itself, or has to wait', async () => {
    const { block, first, second } = fresh();
    const before = second.count;
    const store = connect();
    await expect(store.insert({ ...block, columns: ['Colour'] })).rejects.toMatchObject({
      code: 'unknown-name',
    });
    first.next({ kind: 'exception', code: 252 });
    await expect(store.insert(block)).rejects.toMatchObject({ code: 'too-many-parts' });
    expect(second.count).toBe(before);
  });

  test('is unknown when it was with one of them, whatever the last one says', async () => {
    const { block, first, second } = fresh();
    first.next({ kind: 'reset-after' });
    await second.down();
    try {
      await expect(connect().insert(block)).rejects.toMatchObject({
        code: 'unavailable',
        outcome: 'unknown',
        cause: { outcome: 'rejected' },
      });
    } finally {
      await second.up();
    }
  });

  test('leaves a silent one alone from then on, and takes it back when it answers', async () => {
    const { block, token, first, second } = fresh();
    const store = connect(',', { timeoutMillis: 500, asideMillis: 50 });
    const strike = first.next({ kind: 'hang-before' }, { times: Number.POSITIVE_INFINITY });
    await expect(store.insert(block)).rejects.toMatchObject({ code: 'timeout', outcome: 'unknown' });
    const before = second.count;
    await store.insert(block);
    expect([second.count - before, await rows(token)]).toEqual([1, 1]);
    // What hangs there now is the probe.
    strike.release();
    await vi.waitFor(
      async () => {
        const seen = first.count;
        await store.insert(block);
        expect(first.requests.slice(seen).map(({ token: sent }) => sent)).toContain(token);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await rows(token)).toBe(1);
  });
});

describe('insert() with two shards', () => {
  test('goes to the shard it is told, the first if none, and never to another', async () => {
    const store = connect(';');
    const seen = () => proxies.map(({ count }) => count);
    for (const [shard, index] of [
      [undefined, 0],
      [0, 0],
      [1, 1],
    ] as const) {
      const before = seen();
      await store.insert({ ...fresh().block, ...(shard === undefined ? {} : { shard }) });
      expect(seen().map((count, at) => count - (before[at] ?? 0))).toEqual(index === 0 ? [1, 0] : [0, 1]);
    }
    proxies[1].next({ kind: 'reset-before' });
    const before = seen();
    await expect(store.insert({ ...fresh().block, shard: 1 })).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen()[0]).toBe(before[0]);
    await expect(store.insert({ ...fresh().block, shard: 2 })).rejects.toThrow(RangeError);
  });
});

describe('query() with several servers', () => {
  test('asks one after the other, shards as well', async () => {
    for (const separator of [',', ';'] as const) {
      const store = connect(separator);
      const strikes = proxies.map((proxy) =>
        proxy.next({ kind: 'reset-before' }, { when: ({ sql }) => sql.includes('42') }),
      );
      await expect(store.query('SELECT 42')).rejects.toMatchObject({ code: 'unavailable' });
      expect(strikes.map(({ hits }) => hits)).toEqual([1, 1]);
      expect(await store.query('SELECT 42 AS n')).toEqual([{ n: 42 }]);
    }
  });
});

describe('command() with several servers', () => {
  test('is not repeated elsewhere when it may have been done', async () => {
    const strikes = proxies.map((proxy) => proxy.next({ kind: 'reset-after' }));
    await expect(connect().command('SELECT 1')).rejects.toMatchObject({ outcome: 'unknown' });
    expect(strikes.reduce((sum, { hits }) => sum + hits, 0)).toBe(1);
  });
});

describe('shardOf()', () => {
  test('spreads the partitions of each topic evenly, and stays as it is', () => {
    for (const topic of ['otlp_spans', 'otlp_logs', 'otlp_metrics']) {
      const shards = Array.from({ length: 12 }, (_, partition) => shardOf({ topic, partition }, 3));
      for (const shard of [0, 1, 2]) expect(shards.filter((found) => found === shard)).toHaveLength(4);
    }
    // Written down: another answer would send repeated batches where their tokens are not known.
    const known = ['otlp_spans', 'otlp_logs', 'otlp_metrics'].map((topic) =>
      shardOf({ topic, partition: 5 }, 4),
    );
    expect(known).toEqual([1, 0, 0]);
  });
});
