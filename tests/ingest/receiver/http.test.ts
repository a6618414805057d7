import { Agent } from 'node:http';
import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SIGNALS } from '../../../schemas/names.ts';
import { HTTP_PATH } from '../../../schemas/otlp.ts';
import * as by from '../../otlp/support/encode.ts';
import { GOOD, logRecord, logs, NOW_MILLIS, span, traces } from '../../otlp/support/payloads.ts';
import { send } from './support/http.ts';
import { MAX_REQUEST_BYTES, start, until } from './support/start.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const NANOS = `${NOW_MILLIS}000000`;
const JSON_SPAN = `{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","name":"n","startTimeUnixNano":${NANOS}}`;
const JSON_TRACES = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${JSON_SPAN}]}]}]}`);
const parse = (body: Buffer) => JSON.parse(body.toString());

/** About so many bytes of valid request. */
const large = (bytes: number) => traces(span({ name: 'x'.repeat(bytes) }));

describe('OTLP/HTTP', () => {
  test.each(SIGNALS)(
    'lines 3, 5, 12: takes %s at its path and answers with an empty protobuf',
    async (signal) => {
      const receivers = await start();
      const answer = await send(receivers.http(HTTP_PATH[signal]), GOOD[signal]);
      expect(answer).toMatchObject({ status: 200, headers: { 'content-type': PROTOBUF } });
      expect(answer.body.length).toBe(0);
      expect((await receivers.stored(signal)).map(({ value }) => Buffer.from(value))).toEqual([GOOD[signal]]);
      expect(receivers.inFlightBytes()).toBe(0);
    },
  );

  test('lines 1, 5, 12: takes JSON on the same port and answers in JSON', async () => {
    const receivers = await start();
    const answer = await send(receivers.http('/v1/traces'), JSON_TRACES, { type: JSON_TYPE });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': JSON_TYPE } });
    expect(parse(answer.body)).toEqual({});
    const [record] = await receivers.stored('traces');
    expect(Buffer.from(record?.value ?? [])).toEqual(
      by.message(
        1,
        by.message(
          2,
          by.message(
            2,
            by.bytes(1, Buffer.from('5b8efff798038103d269b633813fc60c', 'hex')),
            by.bytes(2, Buffer.from('eee19b7ec3c1b174', 'hex')),
            by.text(5, 'n'),
            by.fixed64(7, BigInt(NANOS)),
          ),
        ),
      ),
    );
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON', ' application/json ;x=y'])(
    'line 5: takes the content type %j',
    async (type) => {
      const receivers = await start();
      expect((await send(receivers.http('/v1/traces'), JSON_TRACES, { type })).status).toBe(200);
    },
  );

  test('line 5: refuses other types, methods and paths with a Status', async () => {
    const receivers = await start();
    const url = receivers.http('/v1/traces');
    const type = await send(url, GOOD.traces, { type: 'text/plain' });
    expect(type.status).toBe(415);
    expect(parse(type.body)).toMatchObject({ code: 3, message: expect.stringContaining(PROTOBUF) });
    const method = await send(url, Buffer.alloc(0), { method: 'GET', type: JSON_TYPE });
    expect(method).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(parse(method.body).message).toMatch(/POST/);
    expect((await send(receivers.http('/v1/other'), GOOD.traces)).status).toBe(404);
    expect((await send(receivers.http('/v1/traces?x=1'), GOOD.traces)).status).toBe(200);
    const coding = await send(url, GOOD.traces, { headers: { 'content-encoding': 'br' } });
    expect(coding).toMatchObject({ status: 415, headers: { 'accept-encoding': 'gzip, deflate, zstd' } });
    expect(await receivers.stored('traces')).toHaveLength(1);
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['identity', (body: Buffer) => body],
  ] as const)('line 4: takes the content encoding %s', async (coding, compress) => {
    const receivers = await start();
    const headers = { 'content-encoding': coding };
    const url = receivers.http('/v1/traces');
    expect((await send(url, compress(GOOD.traces), { headers })).status).toBe(200);
    expect((await send(url, compress(JSON_TRACES), { headers, type: JSON_TYPE })).status).toBe(200);
    const stored = await receivers.stored('traces');
    expect(stored).toHaveLength(2);
    expect(Buffer.from(stored[0]?.value ?? [])).toEqual(GOOD.traces);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('line 4: takes a gzip of several members', async () => {
    const receivers = await start();
    const [head, tail] = [GOOD.traces.subarray(0, 50), GOOD.traces.subarray(50)];
    const body = Buffer.concat([gzipSync(head), gzipSync(tail)]);
    expect(
      (await send(receivers.http('/v1/traces'), body, { headers: { 'content-encoding': 'gzip' } })).status,
    ).toBe(200);
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
  });

  test('line 7: keeps the connection over many requests, refused ones too', async () => {
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

  test('lines 9, 10: takes a request just below the limit and answers 413 above it, with or without a length', async () => {
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
  ] as const)('line 9: answers 413 to a %s bomb and stays small', async (coding, compress) => {
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

  test('line 9: answers 413 to JSON that becomes too large as protobuf', async () => {
    const receivers = await start();
    const points = `{"bucketCounts":[${Array(60_000).fill(1).join(',')}]}`;
    const body = Buffer.from(
      `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[${points}]}}]}]}]}`,
    );
    expect((await send(receivers.http('/v1/metrics'), body, { type: JSON_TYPE })).status).toBe(413);
  });

  test('line 12: an empty request is a success and appends nothing', async () => {
    const receivers = await start();
    const empty = [Buffer.alloc(0), by.message(1, by.message(2))];
    for (const body of empty) {
      const answer = await send(receivers.http('/v1/logs'), body);
      expect(answer).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    }
    const json = await send(receivers.http('/v1/logs'), Buffer.from('{}'), { type: JSON_TYPE });
    expect(json).toMatchObject({ status: 200, body: Buffer.from('{}') });
    expect(await receivers.stored('logs')).toHaveLength(0);
  });

  test('line 13: stores the accepted spans and says how many were rejected and why', async () => {
    const receivers = await start();
    const [first, bad, last] = [
      span({ name: 'first' }),
      span({ traceId: Buffer.alloc(16) }),
      span({ name: 'last' }),
    ];
    const answer = await send(receivers.http('/v1/traces'), traces(first, bad, last));
    const path = 'resource_spans[0].scope_spans[0].spans[1].trace_id';
    const message = `1 of 3 spans rejected: trace_id is not 16 bytes or all zero (1, first at ${path})`;
    expect(answer).toMatchObject({ status: 200, body: by.message(1, by.number(1, 1), by.text(2, message)) });
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(traces(first, last));
    const metrics = await receivers.registry.metrics();
    expect(metrics).toContain(
      'valet_receiver_rejected_records_total{signal="traces",reason="invalid-trace-id"} 1',
    );
    expect(metrics).toContain('valet_receiver_records_total{signal="traces",protocol="http/protobuf"} 3');
  });

  test('line 13: appends nothing when every record is rejected', async () => {
    const receivers = await start();
    const old = logs(logRecord(by.fixed64(1, 1)));
    const answer = await send(receivers.http('/v1/logs'), old);
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(0);
    expect(await receivers.stored('logs')).toHaveLength(0);
  });

  const UNDECODABLE: Record<string, [string, Buffer, Record<string, string>]> = {
    'garbage as protobuf': [PROTOBUF, Buffer.from('not protobuf'), {}],
    'garbage as JSON': [JSON_TYPE, Buffer.from('not json'), {}],
    'no JSON at all': [JSON_TYPE, Buffer.alloc(0), {}],
    'protobuf called JSON': [JSON_TYPE, GOOD.traces, {}],
    'JSON called protobuf': [PROTOBUF, JSON_TRACES, {}],
    'a truncated request': [PROTOBUF, GOOD.traces.subarray(0, -1), {}],
    'garbage called gzip': [PROTOBUF, GOOD.traces, { 'content-encoding': 'gzip' }],
    'a truncated gzip': [PROTOBUF, gzipSync(GOOD.traces).subarray(0, -9), { 'content-encoding': 'gzip' }],
    'a truncated zstd': [
      PROTOBUF,
      zstdCompressSync(GOOD.traces).subarray(0, -9),
      { 'content-encoding': 'zstd' },
    ],
    'gzip without saying so': [PROTOBUF, gzipSync(GOOD.traces), {}],
  };
  test.each(Object.entries(UNDECODABLE))(
    'lines 20, 21: answers 400 to %s, with a BadRequest, and appends nothing',
    async (_, [type, body, headers]) => {
      const receivers = await start();
      const answer = await send(receivers.http('/v1/traces'), body, { type, headers });
      expect(answer).toMatchObject({ status: 400, headers: { 'content-type': type } });
      expect(answer.body.toString('latin1')).toContain('type.googleapis.com/google.rpc.BadRequest');
      if (type === JSON_TYPE)
        expect(parse(answer.body)).toMatchObject({ code: 3, details: [{ fieldViolations: [{}] }] });
      expect(await receivers.stored('traces')).toHaveLength(0);
      expect(receivers.inFlightBytes()).toBe(0);
    },
  );

  test('line 21: answers 400 to a request truncated at any byte', async () => {
    const receivers = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const lengths = Array.from({ length: GOOD.traces.length - 1 }, (_, i) => i + 1);
    const statuses = await Promise.all(
      lengths.map(
        async (length) =>
          (await send(receivers.http('/v1/traces'), GOOD.traces.subarray(0, length), { agent })).status,
      ),
    );
    agent.destroy();
    expect(new Set(statuses)).toEqual(new Set([400]));
    expect(await receivers.stored('traces')).toHaveLength(0);
  });

  test('line 22: answers only when the append is durable', async () => {
    const receivers = await start();
    receivers.log.mode = 'hold';
    let answered = false;
    const answer = send(receivers.http('/v1/traces'), GOOD.traces).then((reply) => {
      answered = true;
      return reply;
    });
    await until(() => receivers.log.held === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    expect(receivers.inFlightBytes()).toBe(GOOD.traces.length);
    receivers.log.release();
    expect((await answer).status).toBe(200);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('line 19: answers 429 with Retry-After when too much is in flight, before reading the body', async () => {
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

  test('line 19: answers 503 with Retry-After when the log fails, and takes the same body later', async () => {
    const receivers = await start();
    receivers.log.mode = 'fail';
    const answer = await send(receivers.http('/v1/traces'), JSON_TRACES, { type: JSON_TYPE });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(parse(answer.body)).toMatchObject({ code: 14, details: [{ retryDelay: '5s' }] });
    receivers.log.mode = 'take';
    expect((await send(receivers.http('/v1/traces'), JSON_TRACES, { type: JSON_TYPE })).status).toBe(200);
    expect(await receivers.stored('traces')).toHaveLength(1);
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
    await until(() => receivers.inFlightBytes() === 100_000);
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
