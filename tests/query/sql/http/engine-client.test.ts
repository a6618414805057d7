import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EngineClient, EngineUnavailable } from '../../../../query/sql/http/engine-client.ts';
import { startTestEngine, type TestEngine } from '../../../support/embedded.ts';
import { type FaultProxy, startFaultProxy } from '../../../support/fault-proxy.ts';

let fixture: TestEngine;
let proxies: readonly [FaultProxy, FaultProxy];

beforeAll(async () => {
  fixture = await startTestEngine();
  const target = fixture.endpoint.url;
  proxies = [await startFaultProxy({ target }), await startFaultProxy({ target })];
});
afterEach(() => {
  for (const proxy of proxies) proxy.calm();
});
afterAll(async () => {
  for (const proxy of proxies ?? []) await proxy.close();
  await fixture?.close();
});

const connect = (separator: ',' | ';') =>
  new EngineClient({ ...fixture.endpoint, url: proxies.map(({ url }) => url).join(separator) });

describe('EngineClient with several servers', () => {
  test('asks the next one when one breaks off, and then leaves that alone', async () => {
    for (const separator of [',', ';'] as const) {
      const [first, second] = proxies;
      const before = [first.count, second.count];
      first.next({ kind: 'reset-before' });
      const client = connect(separator);
      expect(await client.rows('SELECT 7 AS n')).toEqual([{ n: 7 }]);
      expect(await client.rows('SELECT 8 AS n')).toEqual([{ n: 8 }]);
      expect([first.count - (before[0] ?? 0), second.count - (before[1] ?? 0)]).toEqual([1, 2]);
      client.close();
    }
  });

  test('asks nobody else about a statement that was refused, or that its caller gave up', async () => {
    const [first, second] = proxies;
    const client = connect(',');
    const before = second.count;
    await expect(client.rows('SELECT nothing_like_it')).rejects.toMatchObject({ code: 47 });
    const strike = first.next({ kind: 'hang-before' });
    const controller = new AbortController();
    const options = { sql: 'SELECT 1', query: new URLSearchParams(), idleMillis: 60_000 };
    const sent = client.send({ ...options, signal: controller.signal });
    await strike.struck;
    controller.abort();
    await expect(sent).rejects.toBeInstanceOf(EngineUnavailable);
    expect(second.count).toBe(before);
    client.close();
  });

  test('is unavailable when none answers', async () => {
    for (const proxy of proxies) proxy.next({ kind: 'reset-before' });
    const client = connect(',');
    await expect(client.rows('SELECT 1')).rejects.toBeInstanceOf(EngineUnavailable);
    client.close();
  });
});
