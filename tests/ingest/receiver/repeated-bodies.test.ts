import { describe, expect, test } from 'vitest';
import { RecentBodies } from '../../../ingest/receiver/recent-bodies.ts';
import type { Answer } from '../../../ingest/receiver/types.ts';
import { HEADER_BODY } from '../../../schemas/names.ts';
import { GOOD, NOW_MILLIS, span, traces } from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { start, until } from './support/start.ts';

const MINUTE = 60_000;

describe('a body seen within five minutes', () => {
  test('is answered as before and stored once', async () => {
    const receivers = await start();
    const body = traces(span(), span({ spanId: Buffer.alloc(8) }));
    const first = await send(receivers.http('/v1/traces'), body);
    receivers.clock.now += 4 * MINUTE;
    const second = await send(receivers.http('/v1/traces'), body);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect((await callExport(grpcClient(receivers.grpcPort), 'traces', body)).body).toEqual(first.body);
    expect(await receivers.stored('traces')).toHaveLength(1);
    expect(await receivers.registry.metrics()).toContain(
      'valet_receiver_duplicate_requests_total{signal="traces"} 2',
    );
  });

  test('is stored again after five minutes', async () => {
    const receivers = await start();
    await send(receivers.http('/v1/logs'), GOOD.logs);
    receivers.clock.now += 5 * MINUTE + 1;
    expect((await send(receivers.http('/v1/logs'), GOOD.logs)).status).toBe(200);
    expect(await receivers.stored('logs')).toHaveLength(2);
  });

  test('waits for the append of the first one while that is under way', async () => {
    const receivers = await start();
    receivers.log.mode = 'hold';
    const calls = [1, 2, 3].map(() => send(receivers.http('/v1/traces'), GOOD.traces));
    await until(() => receivers.inFlightBytes() === 3 * GOOD.traces.length);
    await until(() => receivers.log.held === 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(receivers.log.held).toBe(1);
    receivers.log.release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await receivers.stored('traces')).toHaveLength(1);
  });

  test('is known across a restart, JSON too, and forgotten in time', async () => {
    const before = await start();
    const json = Buffer.from(
      `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"${NOW_MILLIS}000000","body":{"stringValue":"x"}}]}]}]}`,
    );
    const type = 'application/json';
    for (let i = 0; i < 40; i++) {
      before.clock.now += 30_000;
      await send(before.http('/v1/traces'), traces(span({ name: `old ${i}` })));
    }
    await send(before.http('/v1/logs'), json, { type });
    await before.close();
    const after = await start({ log: before.log, clock: before.clock });
    expect((await send(after.http('/v1/logs'), json, { type })).body.toString()).toBe('{}');
    expect(await after.stored('logs')).toHaveLength(1);
    expect((await send(after.http('/v1/traces'), traces(span({ name: 'old 39' })))).status).toBe(200);
    expect((await send(after.http('/v1/traces'), traces(span({ name: 'old 31' })))).status).toBe(200);
    expect(await after.stored('traces')).toHaveLength(40);
    await send(after.http('/v1/traces'), traces(span({ name: 'old 20' })));
    expect(await after.stored('traces')).toHaveLength(41);
  });

  test('is another one when its type or coding says it means something else', async () => {
    const receivers = await start();
    const url = receivers.http('/v1/traces');
    const none = Buffer.alloc(0);
    expect((await send(url, none)).status).toBe(200);
    expect((await send(url, none, { type: 'application/json' })).status).toBe(400);
    expect((await send(url, GOOD.traces)).status).toBe(200);
    const gzip = { headers: { 'content-encoding': 'gzip' } };
    expect((await send(url, GOOD.traces, gzip)).status).toBe(400);
  });

  test('is known by a hash of 16 bytes beside the stored record', async () => {
    const receivers = await start();
    await send(receivers.http('/v1/traces'), GOOD.traces);
    const [record] = await receivers.stored('traces');
    expect(record?.headers[HEADER_BODY]).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('RecentBodies', () => {
  const taken: Answer = { kind: 'taken', partial: { rejected: 0, message: '' } };

  test('forgets the oldest beyond its size', () => {
    const bodies = new RecentBodies({ maxEntries: 2, now: () => 0 });
    for (const key of ['a', 'b', 'c']) bodies.track(key, Promise.resolve(taken));
    expect(['a', 'b', 'c'].map((key) => bodies.find(key) !== undefined)).toEqual([false, true, true]);
    expect(bodies.size).toBe(2);
  });

  test('forgets a body that was not taken', async () => {
    const bodies = new RecentBodies({ now: () => 0 });
    const refused = Promise.resolve<Answer>({ kind: 'too-large', message: '' });
    bodies.track('a', refused);
    expect(bodies.find('a')).toBe(refused);
    await refused;
    await Promise.resolve();
    expect(bodies.find('a')).toBeUndefined();
  });
});
