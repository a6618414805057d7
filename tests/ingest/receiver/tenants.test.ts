import { connect } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { HEADER_TENANT } from '../../../schemas/names.ts';
import { GOOD, span, traces } from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { openCall, prefixed, rawCall, session } from './support/raw-grpc.ts';
import { start, type TestReceivers } from './support/start.ts';

const HEADER = 'x-scope-orgid';
const of = (tenant: string) => ({ headers: { [HEADER]: tenant } });
const named = (name: string) => traces(span({ name }));
const tenantsOf = async (receivers: TestReceivers) =>
  (await receivers.stored('traces')).map(({ headers }) => headers[HEADER_TENANT]);

describe('A tenant', () => {
  test('is read from the header that is asked for, and travels with the log record', async () => {
    const receivers = await start({ tenantHeader: 'X-Scope-OrgID' });
    expect((await send(receivers.http('/v1/traces'), named('http'), of('team-1'))).status).toBe(200);
    const metadata = new Metadata();
    metadata.set(HEADER, 'team-2');
    const client = grpcClient(receivers.grpcPort);
    expect((await callExport(client, 'traces', named('grpc'), metadata)).code).toBe(0);
    expect((await send(receivers.http('/v1/traces'), named('none'))).status).toBe(200);
    expect(await tenantsOf(receivers)).toEqual(['team-1', 'team-2', undefined]);
  });

  test('is nobody without a header to look for', async () => {
    const receivers = await start();
    await send(receivers.http('/v1/traces'), GOOD.traces, of('team-1'));
    expect(await tenantsOf(receivers)).toEqual([undefined]);
  });

  test.each(['a/b', 'x'.repeat(151), 'a,b'])(
    'named %j is refused, with the header as the bad field',
    async (name) => {
      const receivers = await start({ tenantHeader: HEADER });
      const answer = await send(receivers.http('/v1/traces'), GOOD.traces, of(name));
      expect(answer.status).toBe(400);
      expect(answer.body.toString('latin1')).toContain('google.rpc.BadRequest');
      expect(answer.body.toString('latin1')).toContain(HEADER);
      const call = await rawCall(session(receivers.grpcPort), prefixed(GOOD.traces), { [HEADER]: name });
      expect(call['grpc-status']).toBe('3');
      expect(await receivers.stored('traces')).toHaveLength(0);
    },
  );

  test('can send what another one sent already', async () => {
    const receivers = await start({ tenantHeader: HEADER });
    for (const tenant of ['a', 'b', 'a']) await send(receivers.http('/v1/traces'), GOOD.traces, of(tenant));
    await send(receivers.http('/v1/traces'), GOOD.traces);
    expect(await tenantsOf(receivers)).toEqual(['a', 'b', undefined]);
  });

  test('is known by its bodies after a restart as well', async () => {
    const before = await start({ tenantHeader: HEADER });
    await send(before.http('/v1/traces'), GOOD.traces, of('a'));
    await before.close();
    const after = await start({ tenantHeader: HEADER, log: before.log, clock: before.clock });
    for (const tenant of ['a', 'b']) await send(after.http('/v1/traces'), GOOD.traces, of(tenant));
    expect(await tenantsOf(after)).toEqual(['a', 'b']);
  });

  test('cannot be read from a header that no request can have', async () => {
    await expect(start({ tenantHeader: 'x tenant' })).rejects.toThrow(RangeError);
  });
});

describe('A tenant that sends too fast', () => {
  const limited = { tenantHeader: HEADER, tenantMaxRecordsPerSecond: 2 };

  test('is told to wait, by 429 and RESOURCE_EXHAUSTED with RetryInfo, and may go on then', async () => {
    const receivers = await start(limited);
    const many = traces(...Array.from({ length: 20 }, (_, i) => span({ name: `${i}` })));
    expect((await send(receivers.http('/v1/traces'), many, of('a'))).status).toBe(200);
    const refused = await send(receivers.http('/v1/traces'), named('x'), of('a'));
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '6' } });
    expect(refused.body.toString()).toMatch(/The tenant a has used up the records a second/);
    expect(refused.body.toString()).toContain('google.rpc.RetryInfo');
    const metadata = new Metadata();
    metadata.set(HEADER, 'a');
    const client = grpcClient(receivers.grpcPort);
    const call = await callExport(client, 'traces', named('x'), metadata);
    expect(call.code).toBe(8);
    expect(call.details?.toString()).toContain('google.rpc.RetryInfo');
    expect((await send(receivers.http('/v1/traces'), named('x'), of('b'))).status).toBe(200);
    receivers.clock.now += 5500;
    expect((await callExport(client, 'traces', named('x'), metadata)).code).toBe(0);
    expect(await receivers.registry.metrics()).toContain(
      'valet_receiver_throttled_requests_total{limit="records"} 2',
    );
  });

  test('is told so before its body is read', async () => {
    const receivers = await start(limited);
    await send(receivers.http('/v1/traces'), traces(...Array(20).fill(span())), of('a'));
    const socket = connect(receivers.httpPort, '127.0.0.1');
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${HEADER}: a\r\nContent-Length: 9000\r\n\r\n`,
    );
    expect(await answer).toMatch(/^HTTP\/1.1 429/);
    socket.destroy();
    const call = openCall(session(receivers.grpcPort), { [HEADER]: 'a' });
    const headers = await new Promise<Record<string, unknown>>((resolve) => call.on('response', resolve));
    expect(headers['grpc-status']).toBe('8');
  });

  test('is measured by its bytes as protobuf, whatever was compressed, at once for requests at the same time', async () => {
    const receivers = await start({ tenantHeader: HEADER, tenantMaxBytesPerSecond: 10_000 });
    const body = (i: number) => traces(span({ name: `${i} ${'x'.repeat(30_000)}` }));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => send(receivers.http('/v1/traces'), body(i), of('a'))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(8);
    expect((await send(receivers.http('/v1/traces'), body(1), of('a'))).status).toBe(429);
  });

  test('is not charged for what has to be sent again', async () => {
    const receivers = await start({ tenantHeader: HEADER, tenantMaxBytesPerSecond: 100 });
    receivers.log.mode = 'fail';
    for (let i = 0; i < 5; i++)
      expect((await send(receivers.http('/v1/traces'), GOOD.traces, of('a'))).status).toBe(503);
    receivers.log.mode = 'take';
    expect((await send(receivers.http('/v1/traces'), GOOD.traces, of('a'))).status).toBe(200);
  });

  test('without tenants is all senders together', async () => {
    const receivers = await start({ tenantMaxRecordsPerSecond: 1 });
    await send(receivers.http('/v1/traces'), traces(...Array(5).fill(span())));
    const refused = await send(receivers.http('/v1/traces'), named('x'));
    expect(refused.body.toString()).toMatch(/All senders together/);
  });
});
