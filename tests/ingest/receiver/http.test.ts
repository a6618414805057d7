import { Agent } from 'node:http';
import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { GOOD, span, traces } from '../../otlp/support/payloads.ts';
import { send } from './support/http.ts';
import { MAX_REQUEST_BYTES, start, until } from './support/start.ts';

const PROTOBUF = 'application/x-protobuf';

/** About so many bytes of valid request. */
const large = (bytes: number) => traces(span({ name: 'x'.repeat(bytes) }));

/** Held of an announced body whose bytes have not come. */
const FIRST_STEP_BYTES = 64 * 1024;

describe('OTLP/HTTP', () => {
  test('takes the old name of gzip, and a path with a query', async () => {
    const receivers = await start();
    const headers = { 'content-encoding': 'x-gzip' };
    expect((await send(receivers.http('/v1/traces?x=1'), gzipSync(GOOD.traces), { headers })).status).toBe(
      200,
    );
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
  });

  test('takes a gzip of several members', async () => {
    const receivers = await start();
    const [head, tail] = [GOOD.traces.subarray(0, 50), GOOD.traces.subarray(50)];
    const body = Buffer.concat([gzipSync(head), gzipSync(tail)]);
    expect(
      (await send(receivers.http('/v1/traces'), body, { headers: { 'content-encoding': 'gzip' } })).status,
    ).toBe(200);
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
  });

  test('keeps the connection over many requests, refused ones too', async () => {
    const receivers = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    agent.on('free', (socket: { localPort?: number }) => ports.add(socket.localPort));
    const bodies = [GOOD.traces, Buffer.from('not protobuf'), large(MAX_REQUEST_BYTES), large(2000)];
    const statuses: number[] = [];
    for (const body of bodies)
      statuses.push((await send(receivers.http('/v1/traces'), body, { agent })).status);
    agent.destroy();
    expect(statuses).toEqual([200, 400, 413, 200]);
    expect(ports.size).toBe(1);
  });

  test('takes a request just below the limit and answers 413 above it, with or without a length', async () => {
    const receivers = await start();
    const url = receivers.http('/v1/traces');
    expect((await send(url, large(MAX_REQUEST_BYTES - 1000))).status).toBe(200);
    for (const chunked of [false, true]) {
      const answer = await send(url, large(MAX_REQUEST_BYTES), { chunked });
      expect(answer).toMatchObject({ status: 413, headers: { 'content-type': PROTOBUF } });
      expect(answer.headers['retry-after']).toBeUndefined();
    }
    expect(await receivers.stored('traces')).toHaveLength(1);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('answers 413 to a %s bomb and stays small', async (coding, compress) => {
    const receivers = await start();
    const bomb = compress(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(MAX_REQUEST_BYTES);
    const headers = { 'content-encoding': coding };
    const exchange = async (i: number) => {
      // A different body each time, or the answer would come from the first one.
      const body = Buffer.concat([bomb, Buffer.from([i])]);
      return (await send(receivers.http('/v1/traces'), body, { headers })).status;
    };
    expect(await exchange(0)).toBe(413);
    const before = process.memoryUsage().rss;
    for (let i = 1; i < 30; i++) expect(await exchange(i)).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(await receivers.stored('traces')).toHaveLength(0);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('answers 429 with Retry-After when too much is in flight, before reading the body', async () => {
    const receivers = await start({ maxInFlightBytes: MAX_REQUEST_BYTES });
    receivers.log.mode = 'hold';
    const first = send(receivers.http('/v1/traces'), large(MAX_REQUEST_BYTES - 2000));
    await until(() => receivers.log.held === 1);
    for (const chunked of [false, true]) {
      const refused = await send(receivers.http('/v1/traces'), large(5000), { chunked });
      expect(refused).toMatchObject({
        status: 429,
        headers: { 'retry-after': '1', 'content-type': PROTOBUF },
      });
      expect(refused.body.toString('latin1')).toContain('google.rpc.RetryInfo');
    }
    const tight = { headers: { 'content-encoding': 'gzip' } };
    expect((await send(receivers.http('/v1/traces'), gzipSync(large(5000)), tight)).status).toBe(429);
    receivers.log.release();
    expect((await first).status).toBe(200);
    expect((await send(receivers.http('/v1/traces'), large(5000))).status).toBe(200);
    expect(await receivers.stored('traces')).toHaveLength(2);
  });

  test('asks for the body of an Expect: 100-continue request only when it was admitted', async () => {
    const receivers = await start();
    const exchange = (length: number, body: Buffer) =>
      new Promise<string>((resolve) => {
        const socket = connect(receivers.httpPort, '127.0.0.1');
        let seen = '';
        socket.on('data', (data) => {
          seen += data.toString('latin1');
          if (seen === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(body);
          else socket.end();
        });
        socket.on('close', () => resolve(seen));
        socket.write(
          `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`,
        );
      });
    expect(await exchange(GOOD.traces.length, GOOD.traces)).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/,
    );
    expect(await exchange(MAX_REQUEST_BYTES + 1, GOOD.traces)).toMatch(/^HTTP\/1.1 413/);
  });

  test('gives back what a sender holds that stops in the middle, or goes away', async () => {
    const receivers = await start({ readTimeoutMillis: 150 });
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\n`;
    const stalled = connect(receivers.httpPort, '127.0.0.1');
    stalled.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => stalled.on('close', () => resolve()));
    stalled.resume();
    stalled.write(`${head}Content-Length: 100000\r\n\r\nabc`);
    await until(() => receivers.inFlightBytes() === FIRST_STEP_BYTES);
    await closed;
    await until(() => receivers.inFlightBytes() === 0);
    const gone = connect(receivers.httpPort, '127.0.0.1');
    gone.write(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    await until(() => receivers.inFlightBytes() === 3);
    gone.destroy();
    await until(() => receivers.inFlightBytes() === 0);
    expect(await receivers.stored('traces')).toHaveLength(0);
  });

  test('takes a body that comes byte by byte, in chunks', async () => {
    const receivers = await start();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(receivers.httpPort, '127.0.0.1');
      socket.on('data', (data) => {
        resolve(data.toString('latin1'));
        socket.end();
      });
      const chunks = [...GOOD.traces].map((byte) =>
        Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
      );
      socket.write(
        `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      for (const chunk of chunks) socket.write(chunk);
      socket.write('0\r\n\r\n');
    });
    expect(answer).toMatch(/^HTTP\/1.1 200/);
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
  });
});
