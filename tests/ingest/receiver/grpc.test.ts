import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SIGNALS } from '../../../schemas/names.ts';
import { GRPC_SERVICE } from '../../../schemas/otlp.ts';
import * as by from '../../otlp/support/encode.ts';
import { GOOD, span, traces } from '../../otlp/support/payloads.ts';
import { call, callExport, grpcClient } from './support/grpc.ts';
import { MAX_REQUEST_BYTES, start, until } from './support/start.ts';

const PATH = `/${GRPC_SERVICE.traces}/Export`;
const large = (bytes: number, name = 'x') => traces(span({ name: name.repeat(bytes) }));
const prefixed = (body: Uint8Array, { flag = 0, length = body.length } = {}) => {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, body]);
};

function session(port: number): ClientHttp2Session {
  const opened = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => opened.destroy());
  return opened;
}

/** A call by hand; resolves with headers and trailers together. */
function raw(
  client: ClientHttp2Session,
  data: Buffer,
  headers: Record<string, string> = {},
): Promise<IncomingHttpHeaders> {
  return new Promise((resolve) => {
    const stream = client.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let seen: IncomingHttpHeaders = {};
    stream.on('response', (found) => {
      seen = { ...seen, ...found };
    });
    stream.on('trailers', (found) => {
      seen = { ...seen, ...found };
    });
    stream.on('error', () => undefined);
    stream.on('close', () => resolve(seen));
    stream.resume();
    stream.end(data);
  });
}

describe('OTLP/gRPC', () => {
  test.each(SIGNALS)('lines 2, 12: takes %s and answers OK with an empty message', async (signal) => {
    const receivers = await start();
    const answer = await callExport(grpcClient(receivers.grpcPort), signal, GOOD[signal]);
    expect(answer).toMatchObject({ code: 0, body: Buffer.alloc(0) });
    expect((await receivers.stored(signal)).map(({ value }) => Buffer.from(value))).toEqual([GOOD[signal]]);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('line 2: answers UNIMPLEMENTED to other services and methods', async () => {
    const receivers = await start();
    const client = grpcClient(receivers.grpcPort);
    expect(
      (
        await call(
          client,
          '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
          GOOD.traces,
        )
      ).code,
    ).toBe(12);
    expect((await call(client, `/${GRPC_SERVICE.traces}/Import`, GOOD.traces)).code).toBe(12);
  });

  test('line 4: takes gzip messages, and says which codings it knows', async () => {
    const receivers = await start();
    const body = large(50_000);
    expect((await callExport(grpcClient(receivers.grpcPort, { compress: true }), 'traces', body)).code).toBe(
      0,
    );
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(body);
    const refused = await raw(session(receivers.grpcPort), prefixed(gzipSync(body), { flag: 1 }), {
      'grpc-encoding': 'snappy',
    });
    expect(refused).toMatchObject({ 'grpc-status': '12', 'grpc-accept-encoding': 'identity,gzip,deflate' });
  });

  test('line 7: copes with many calls in flight on several connections', async () => {
    const receivers = await start();
    receivers.log.mode = 'hold';
    const clients = [grpcClient(receivers.grpcPort), grpcClient(receivers.grpcPort)];
    const calls = Array.from({ length: 60 }, (_, i) =>
      callExport(clients[i % 2] as (typeof clients)[0], 'traces', large(100, `${i} `)),
    );
    await until(() => receivers.log.held === 60);
    receivers.log.release();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(Array(60).fill(0));
    expect(await receivers.stored('traces')).toHaveLength(60);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('lines 9, 10: answers RESOURCE_EXHAUSTED without RetryInfo to a message above the limit', async () => {
    const receivers = await start();
    const client = grpcClient(receivers.grpcPort);
    expect((await callExport(client, 'traces', large(MAX_REQUEST_BYTES - 1000))).code).toBe(0);
    const answer = await callExport(client, 'traces', large(MAX_REQUEST_BYTES));
    expect(answer).toMatchObject({ code: 8, details: undefined });
    expect(answer.message).toContain(String(MAX_REQUEST_BYTES));
    expect((await callExport(client, 'traces', GOOD.traces)).code).toBe(0);
    expect(await receivers.stored('traces')).toHaveLength(2);
  });

  test('line 9: answers RESOURCE_EXHAUSTED to a gzip bomb and stays small', async () => {
    const receivers = await start();
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const client = session(receivers.grpcPort);
    const exchange = async (i: number) => {
      const body = prefixed(Buffer.concat([bomb, Buffer.from([i])]), { flag: 1 });
      return (await raw(client, body, { 'grpc-encoding': 'gzip' }))['grpc-status'];
    };
    expect(await exchange(0)).toBe('8');
    const before = process.memoryUsage().rss;
    for (let i = 1; i < 30; i++) expect(await exchange(i)).toBe('8');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('line 13: counts rejected records in partial_success', async () => {
    const receivers = await start();
    const answer = await callExport(
      grpcClient(receivers.grpcPort),
      'traces',
      traces(span(), span({ spanId: Buffer.alloc(8) })),
    );
    expect(answer.code).toBe(0);
    expect(answer.body.subarray(2, 4)).toEqual(by.number(1, 1));
    expect(answer.body.toString()).toContain('spans[1].span_id');
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(traces(span()));
  });

  test('line 18: answers INVALID_ARGUMENT with a BadRequest to bad data', async () => {
    const receivers = await start();
    const answer = await callExport(grpcClient(receivers.grpcPort), 'traces', GOOD.traces.subarray(0, -3));
    expect(answer.code).toBe(3);
    expect(answer.message).toContain('resource_spans[0]');
    expect(answer.details?.toString()).toContain('type.googleapis.com/google.rpc.BadRequest');
    expect(await receivers.stored('traces')).toHaveLength(0);
  });

  test('line 18: answers INVALID_ARGUMENT to a broken gzip', async () => {
    const receivers = await start();
    const answer = await raw(session(receivers.grpcPort), prefixed(GOOD.traces, { flag: 1 }), {
      'grpc-encoding': 'gzip',
    });
    expect(answer['grpc-status']).toBe('3');
  });

  test('lines 16, 17: answers UNAVAILABLE with RetryInfo when too much is in flight, by the announced length', async () => {
    const receivers = await start({ maxInFlightBytes: MAX_REQUEST_BYTES });
    receivers.log.mode = 'hold';
    const client = grpcClient(receivers.grpcPort);
    const first = callExport(client, 'traces', large(MAX_REQUEST_BYTES - 2000));
    await until(() => receivers.log.held === 1);
    const refused = await callExport(client, 'traces', large(5000));
    expect(refused).toMatchObject({ code: 14 });
    expect(refused.details?.toString()).toContain('type.googleapis.com/google.rpc.RetryInfo');
    // Only the prefix is sent: the refusal does not wait for the message.
    const stream = session(receivers.grpcPort).request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
    });
    stream.on('error', () => undefined);
    stream.write(prefixed(Buffer.alloc(0), { length: 100_000 }));
    const headers = await new Promise<IncomingHttpHeaders>((resolve) => stream.on('response', resolve));
    expect(headers['grpc-status']).toBe('14');
    receivers.log.release();
    expect((await first).code).toBe(0);
    expect((await callExport(client, 'traces', large(5000))).code).toBe(0);
  });

  test('lines 16, 17: answers UNAVAILABLE with RetryInfo when the log fails, and takes the same body later', async () => {
    const receivers = await start();
    const client = grpcClient(receivers.grpcPort);
    receivers.log.mode = 'fail';
    const refused = await callExport(client, 'metrics', GOOD.metrics);
    expect(refused.code).toBe(14);
    expect(refused.details?.toString()).toContain('google.rpc.RetryInfo');
    receivers.log.mode = 'take';
    expect((await callExport(client, 'metrics', GOOD.metrics)).code).toBe(0);
    expect(await receivers.stored('metrics')).toHaveLength(1);
  });

  test('line 22: answers only when the append is durable', async () => {
    const receivers = await start();
    receivers.log.mode = 'hold';
    let answered = false;
    const answer = callExport(grpcClient(receivers.grpcPort), 'logs', GOOD.logs).then((reply) => {
      answered = true;
      return reply;
    });
    await until(() => receivers.log.held === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    receivers.log.release();
    expect((await answer).code).toBe(0);
  });

  const BROKEN: Record<string, [Buffer, string]> = {
    'no message': [Buffer.alloc(0), '13'],
    'half a prefix': [Buffer.from([0, 0]), '13'],
    'less than announced': [prefixed(GOOD.traces, { length: GOOD.traces.length + 1 }), '13'],
    'two messages': [Buffer.concat([prefixed(GOOD.traces), prefixed(GOOD.traces)]), '12'],
    'a flag of 7': [prefixed(GOOD.traces, { flag: 7 }), '13'],
    'a length of 4 GiB': [prefixed(GOOD.traces, { length: 0xffffffff }), '8'],
  };
  test.each(Object.entries(BROKEN))('refuses %s and stores nothing', async (_, [data, code]) => {
    const receivers = await start();
    expect((await raw(session(receivers.grpcPort), data))['grpc-status']).toBe(code);
    expect(await receivers.stored('traces')).toHaveLength(0);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('answers HTTP 415 to what is not gRPC', async () => {
    const receivers = await start();
    const answer = await raw(session(receivers.grpcPort), GOOD.traces, {
      'content-type': 'application/json',
    });
    expect(answer[':status']).toBe(415);
  });

  test('gives back what a call holds that stops in the middle, or is cancelled', async () => {
    const receivers = await start({ readTimeoutMillis: 150 });
    const client = session(receivers.grpcPort);
    const open = () => {
      const stream = client.request({ ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc' });
      stream.on('error', () => undefined);
      stream.write(prefixed(Buffer.from('abc'), { length: 100_000 }));
      return stream;
    };
    const stalled = open();
    const expired = new Promise<IncomingHttpHeaders>((resolve) => stalled.on('response', resolve));
    await until(() => receivers.inFlightBytes() === 100_000);
    expect((await expired)['grpc-status']).toBe('4');
    await until(() => receivers.inFlightBytes() === 0);
    const cancelled = open();
    await until(() => receivers.inFlightBytes() === 100_000);
    cancelled.close(8);
    await until(() => receivers.inFlightBytes() === 0);
    expect(await receivers.stored('traces')).toHaveLength(0);
  });

  test('takes a message that comes byte by byte', async () => {
    const receivers = await start();
    const stream = session(receivers.grpcPort).request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc+proto',
    });
    const trailers = new Promise<IncomingHttpHeaders>((resolve) => stream.on('trailers', resolve));
    stream.resume();
    for (const byte of prefixed(GOOD.traces)) stream.write(Buffer.from([byte]));
    stream.end();
    expect((await trailers)['grpc-status']).toBe('0');
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
  });

  test('survives what is not HTTP/2 at all', async () => {
    const receivers = await start();
    await fetch(`http://127.0.0.1:${receivers.grpcPort}/`).catch(() => undefined);
    expect((await callExport(grpcClient(receivers.grpcPort), 'traces', GOOD.traces)).code).toBe(0);
  });
});
