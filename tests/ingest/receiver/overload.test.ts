/** Senders that cost: idle, slow, deaf and noisy ones, over real connections. Nobody else may feel them. */
import { type EventEmitter, once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { span, traces } from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { openCall, prefixed, session } from './support/raw-grpc.ts';
import { start, type TestReceivers, until } from './support/start.ts';

const MIB = 1024 * 1024;
const STEP_BYTES = 64 * 1024;
/** The receivers as they are by default. */
const ROOMY = { maxRequestBytes: 64 * MIB, maxInFlightBytes: 128 * MIB };
/** A request of about 200 kB, none like another. */
const request = (name: string) => traces(span({ name: `${name} ${'x'.repeat(200_000)}` }));

function socketTo(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Resolves when it closes, an error before that or not. */
function closed(connection: EventEmitter): Promise<void> {
  return new Promise((resolve) => connection.once('close', () => resolve()));
}

/** Announces a body over HTTP and sends its first bytes; reads what is answered. */
function slowPost(port: number, announced: number, first: Buffer) {
  const socket = socketTo(port);
  const slow = { socket, answer: '' };
  socket.on('data', (data) => {
    slow.answer += data.toString('latin1');
  });
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${announced}\r\n\r\n`,
  );
  socket.write(first);
  return slow;
}

function slowCall(port: number, announced: number, first: Buffer) {
  const stream = openCall(session(port));
  const slow = { status: undefined as unknown };
  stream.on('response', (headers) => {
    slow.status = headers['grpc-status'];
  });
  stream.write(prefixed(first, { length: announced }));
  return slow;
}

/** What the promises become, in the order in which they do. */
function outcomes<Outcome>(promises: readonly Promise<Outcome>[]): readonly Outcome[] {
  const seen: Outcome[] = [];
  for (const promise of promises) void promise.then((outcome) => seen.push(outcome));
  return seen;
}

/** Sends over several connections of both protocols at once; resolves with the answers that were no success. */
async function goodSenders(receivers: TestReceivers, requests: number): Promise<readonly unknown[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 3 });
  onTestFinished(() => agent.destroy());
  const clients = [grpcClient(receivers.grpcPort), grpcClient(receivers.grpcPort)];
  const overHttp = Array.from({ length: requests }, async (_, i) => {
    const { status } = await send(receivers.http('/v1/traces'), request(`http ${i}`), { agent });
    return status === 200 ? [] : [status];
  });
  const overGrpc = Array.from({ length: requests }, async (_, i) => {
    const client = clients[i % clients.length] as (typeof clients)[0];
    const { code } = await callExport(client, 'traces', request(`grpc ${i}`));
    return code === 0 ? [] : [code];
  });
  return (await Promise.all([...overHttp, ...overGrpc])).flat();
}

describe('The receivers', () => {
  test('leave good senders unharmed by 1,000 idle and 50 slow connections at once', async () => {
    const receivers = await start(ROOMY);
    const ports = [receivers.httpPort, receivers.grpcPort] as const;
    const idle = Array.from({ length: 1000 }, (_, i) => socketTo(ports[i % 2] as number));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    // Half of the idle ones have begun to speak.
    idle.filter((_, i) => i % 4 === 0).forEach((socket) => void socket.write('POST /v1/traces HTTP/1.1\r\n'));
    const slow = Array.from({ length: 25 }, () => {
      slowCall(receivers.grpcPort, 64 * MIB, Buffer.from('a'));
      return slowPost(receivers.httpPort, 64 * MIB, Buffer.from('a')).socket;
    });
    const theirs = 50 * STEP_BYTES;
    await until(() => receivers.inFlightBytes() === theirs);
    const trickle = setInterval(() => slow.forEach((socket) => void socket.write('b')), 5);
    onTestFinished(() => clearInterval(trickle));
    expect(await goodSenders(receivers, 30)).toEqual([]);
    await until(() => receivers.inFlightBytes() === theirs);
    expect(receivers.log.appends).toBe(60);
  });

  test('take the place of senders that stall while others need it, and tell them', async () => {
    const receivers = await start({ maxRequestBytes: MIB, maxInFlightBytes: 2 * MIB, slowMillis: 50 });
    const sent = Buffer.alloc(900_000);
    const overHttp = slowPost(receivers.httpPort, 1_000_000, sent);
    const overGrpc = slowCall(receivers.grpcPort, 1_000_000, sent);
    await until(() => receivers.inFlightBytes() >= 2 * sent.length);
    const ended = closed(overHttp.socket);
    const statuses: number[] = [];
    // Refused until the others have had their time.
    while (statuses.at(-1) !== 200) {
      const body = traces(span({ name: `${statuses.length} ${'x'.repeat(900_000)}` }));
      statuses.push((await send(receivers.http('/v1/traces'), body)).status);
    }
    expect(new Set(statuses)).toEqual(statuses.length === 1 ? new Set([200]) : new Set([429, 200]));
    const refused = () => [overHttp.answer.startsWith('HTTP/1.1 503'), overGrpc.status === '4'];
    if (!refused().every(Boolean)) {
      // One was enough room for one; the second goes for the next.
      receivers.log.mode = 'hold';
      const held = send(receivers.http('/v1/traces'), traces(span({ name: `a ${'x'.repeat(1_000_000)}` })));
      await until(() => receivers.log.held === 1);
      const next = send(receivers.http('/v1/traces'), traces(span({ name: `b ${'x'.repeat(1_000_000)}` })));
      await until(() => receivers.log.held === 2);
      receivers.log.release();
      expect([(await held).status, (await next).status]).toEqual([200, 200]);
    }
    await until(() => refused().every(Boolean));
    await ended;
    expect(overHttp.answer).toMatch(/retry-after: 1\r\n/i);
    expect(overHttp.answer).toMatch(/slower than 64 KiB a second/);
    const metrics = await receivers.registry.metrics();
    expect(metrics).toMatch(/requests_total\{signal="traces",protocol="grpc",outcome="too-slow"\} 1/);
  });

  test('give a request that does not arrive in time up, and tell its sender to come again', async () => {
    const receivers = await start({ readTimeoutMillis: 100 });
    const slow = slowPost(receivers.httpPort, 1000, Buffer.from('a'));
    await closed(slow.socket);
    expect(slow.answer).toMatch(/^HTTP\/1.1 503/);
    expect(slow.answer).toMatch(/connection: close/i);
    expect(slow.answer).toMatch(/did not arrive in time/);
    const silent = openCall(session(receivers.grpcPort));
    const [headers] = await once(silent, 'response');
    expect(headers['grpc-status']).toBe('4');
  });

  test('spend nothing on HTTP senders that never read their answers', async () => {
    const receivers = await start({ ...ROOMY, readTimeoutMillis: 1000, unreadTimeoutMillis: 1000 });
    const body = traces(span({ name: 'the same' }));
    const post = (path: string) =>
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
    // What is wrong with the second is told at length.
    const pair = [post('/v1/traces'), body, post(`/${'x'.repeat(4000)}`), body];
    const many = Buffer.concat(Array.from({ length: 100 }, () => pair).flat());
    const before = process.memoryUsage().rss;
    const deaf = Array.from({ length: 3 }, () => socketTo(receivers.httpPort).pause());
    const ended = deaf.map((socket) => {
      const writer = setInterval(() => {
        // Only what is not taken yet is ours.
        if (socket.writableLength < many.length) socket.write(many);
      }, 20);
      return closed(socket).finally(() => clearInterval(writer));
    });
    expect(await goodSenders(receivers, 10)).toEqual([]);
    await Promise.all(ended);
    await until(() => receivers.inFlightBytes() === 0);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
    expect(await goodSenders(receivers, 1)).toEqual([]);
  });

  test('spend nothing on gRPC senders that never read their answers', async () => {
    const receivers = await start({ ...ROOMY, unreadTimeoutMillis: 1000 });
    const deaf = Array.from({ length: 5 }, () => session(receivers.grpcPort, { initialWindowSize: 0 }));
    const ended = deaf.map(closed);
    const bad = traces(span(), span({ spanId: Buffer.alloc(8) }));
    for (const client of deaf) for (let call = 0; call < 100; call++) openCall(client).end(prefixed(bad));
    await until(() => receivers.log.appends > 0);
    await until(() => receivers.inFlightBytes() === 0);
    expect(await goodSenders(receivers, 10)).toEqual([]);
    await Promise.all(ended);
  });

  test('leave a tenant its share however much another one sends at once', async () => {
    const receivers = await start({
      maxRequestBytes: MIB,
      maxInFlightBytes: 4 * MIB,
      tenantHeader: 'x-scope-orgid',
    });
    receivers.log.mode = 'hold';
    const post = (tenant: string, name: string) =>
      send(receivers.http('/v1/traces'), request(name), { headers: { 'x-scope-orgid': tenant } });
    const noisy = outcomes(Array.from({ length: 40 }, (_, i) => post('noisy', `noisy ${i}`)));
    await until(() => receivers.log.held === 10 && noisy.length === 30);
    const good = ['a', 'b'].map((tenant) => post(tenant, tenant));
    await until(() => receivers.log.held === 12);
    receivers.log.release();
    expect((await Promise.all(good)).map(({ status }) => status)).toEqual([200, 200]);
    await until(() => noisy.length === 40);
    expect(noisy.map(({ status }) => status)).toEqual([...Array(30).fill(429), ...Array(10).fill(200)]);
  });

  test('leave a connection its share however many calls another one has', async () => {
    const receivers = await start({ maxRequestBytes: MIB, maxInFlightBytes: 4 * MIB });
    receivers.log.mode = 'hold';
    const noisy = grpcClient(receivers.grpcPort);
    const calls = outcomes(
      Array.from({ length: 40 }, (_, i) => callExport(noisy, 'traces', request(`noisy ${i}`))),
    );
    await until(() => receivers.log.held === 10 && calls.length === 30);
    const good = callExport(grpcClient(receivers.grpcPort), 'traces', request('good'));
    await until(() => receivers.log.held === 11);
    receivers.log.release();
    expect((await good).code).toBe(0);
    await until(() => calls.length === 40);
    expect(calls.map(({ code }) => code)).toEqual([...Array(30).fill(14), ...Array(10).fill(0)]);
  });
});
