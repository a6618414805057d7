import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DATABASE } from '../../schemas/names.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import type { Store } from '../../store/types.ts';
import { startTestEngine, type TestEngine } from '../support/embedded.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

let fixture: TestEngine;
let proxy: FaultProxy;
let store: Store;

beforeAll(async () => {
  fixture = await startTestEngine();
  await fixture.store.command(`CREATE DATABASE ${DATABASE} ENGINE = Atomic`, { database: 'system' });
  proxy = await startFaultProxy({ target: fixture.endpoint.url });
  store = createStore({ ...fixture.endpoint, url: proxy.url }, { timeoutMillis: 2_000 });
});
afterEach(() => proxy.calm());
afterAll(async () => {
  await store?.close();
  await proxy?.close();
  await fixture?.close();
});

const one = () => store.query('SELECT 1 AS one');

describe('startFaultProxy()', () => {
  test('passes requests and answers unchanged, large ones too', async () => {
    const text = 'x'.repeat(100_000);
    expect(await store.query(`SELECT repeat('${text}', 30) AS long`)).toEqual([{ long: text.repeat(30) }]);
  });

  test('hits the requests it was told to, as often as told, in the order told', async () => {
    const before = proxy.count;
    const strike = proxy.next({ kind: 'reset-before' }, { when: ({ sql }) => sql.includes('one'), times: 2 });
    const later = proxy.next({ kind: 'answer', status: 503 });
    await expect(store.query('SELECT 2 AS two')).rejects.toMatchObject({
      message: expect.stringContaining('503'),
    });
    await expect(one()).rejects.toMatchObject({ code: 'unavailable' });
    expect((await strike.struck).sql).toContain('SELECT 1');
    await expect(one()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await one()).toEqual([{ one: 1 }]);
    expect([strike.hits, later.hits, proxy.count - before]).toEqual([2, 1, 4]);
    expect(proxy.requests.slice(before).map(({ fault }) => fault)).toEqual([
      'answer',
      'reset-before',
      'reset-before',
      undefined,
    ]);
  });

  test('lets a request that hangs go on when released', async () => {
    for (const kind of ['hang-before', 'hang-after'] as const) {
      const strike = proxy.next({ kind });
      const answer = one();
      await strike.struck;
      strike.release();
      expect(await answer, kind).toEqual([{ one: 1 }]);
    }
  });

  test('goes down and comes back on its port', async () => {
    await proxy.down();
    await expect(one()).rejects.toMatchObject({ code: 'unavailable', outcome: 'rejected' });
    await proxy.up();
    expect(await one()).toEqual([{ one: 1 }]);
  });
});
