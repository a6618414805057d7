import type { IncomingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { GOOD, span, traces } from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { openCall, prefixed, rawCall, session } from './support/raw-grpc.ts';
import { MAX_REQUEST_BYTES, start, until } from './support/start.ts';

const large = (bytes: number, name = 'x') => traces(span({ name: name.repeat(bytes) }));
/** Held of an announced body whose bytes have not come. */
const FIRST_STEP_BYTES = 64 * 1024;

describe('OTLP/gRPC', () => {
  test('takes gzip messages, and says which codings it knows', async () => {
    const receivers = await start();
    const body = large(50_000);
    expect((await callExport(grpcClient(receivers.grpcPort, { compress: true }), 'traces', body)).code).toBe(
      0,
    );
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(body);
    const refused = await rawCall(session(receivers.grpcPort), prefixed(gzipSync(body), { flag: 1 }), {
      'grpc-encoding': 'snappy',
    });
    expect(refused).toMatchObject({
      'grpc-status': '12',
      'grpc-accept-encoding': 'identity,gzip,deflate,zstd',
    });
  });

  test('copes with many calls in flight on several connections', async () => {
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

  test('answers RESOURCE_EXHAUSTED to a gzip bomb and stays small', async () => {
    const receivers = await start();
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const client = session(receivers.grpcPort);
    const exchange = async (i: number) => {
      const body = prefixed(Buffer.concat([bomb, Buffer.from([i])]), { flag: 1 });
      return (await rawCall(client, body, { 'grpc-encoding': 'gzip' }))['grpc-status'];
    };
    expect(await exchange(0)).toBe('8');
    const before = process.memoryUsage().rss;
    for (let i = 1; i < 30; i++) expect(await exchange(i)).toBe('8');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('answers UNAVAILABLE with RetryInfo when too much is in flight, by the announced length', async () => {
    const receivers = await start({ maxInFlightBytes: MAX_REQUEST_BYTES });
    receivers.log.mode = 'hold';
    const client = grpcClient(receivers.grpcPort);
    const first = callExport(client, 'traces', large(MAX_REQUEST_BYTES - 2000));
    await until(() => receivers.log.held === 1);
    const refused = await callExport(client, 'traces', large(5000));
    expect(refused).toMatchObject({ code: 14 });
    expect(refused.details?.toString()).toContain('type.googleapis.com/google.rpc.RetryInfo');
    // Only the prefix is sent: the refusal does not wait for the message.
    const stream = openCall(session(receivers.grpcPort));
    stream.write(prefixed(Buffer.alloc(0), { length: 100_000 }));
    const headers = await new Promise<IncomingHttpHeaders>((resolve) => stream.on('response', resolve));
    expect(headers['grpc-status']).toBe('14');
    receivers.log.release();
    expect((await first).code).toBe(0);
    expect((await callExport(client, 'traces', large(5000))).code).toBe(0);
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
    expect((await rawCall(session(receivers.grpcPort), data))['grpc-status']).toBe(code);
    expect(await receivers.stored('traces')).toHaveLength(0);
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('answers HTTP 415 to what is not gRPC', async () => {
    const receivers = await start();
    const answer = await rawCall(session(receivers.grpcPort), GOOD.traces, {
      'content-type': 'application/json',
    });
    expect(answer[':status']).toBe(415);
  });

  test('gives back what a call holds that stops in the middle, or is cancelled', async () => {
    const receivers = await start({ readTimeoutMillis: 150 });
    const client = session(receivers.grpcPort);
    const open = () => {
      const stream = openCall(client);
      stream.write(prefixed(Buffer.from('abc'), { length: 100_000 }));
      return stream;
    };
    const stalled = open();
    const expired = new Promise<IncomingHttpHeaders>((resolve) => stalled.on('response', resolve));
    await until(() => receivers.inFlightBytes() === FIRST_STEP_BYTES);
    expect((await expired)['grpc-status']).toBe('4');
    await until(() => receivers.inFlightBytes() === 0);
    const cancelled = open();
    await until(() => receivers.inFlightBytes() === FIRST_STEP_BYTES);
    cancelled.close(8);
    await until(() => receivers.inFlightBytes() === 0);
    expect(await receivers.stored('traces')).toHaveLength(0);
  });

  test('takes a message that comes byte by byte', async () => {
    const receivers = await start();
    const stream = openCall(session(receivers.grpcPort), { 'content-type': 'application/grpc+proto' });
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
