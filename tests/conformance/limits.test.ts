/** OTLP, section 2: sizes. Numbers are those of docs/otlp.md. */
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../configuration.ts';
import { call, grpcClient } from '../ingest/receiver/support/grpc.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { prefixed, rawCall, session } from '../ingest/receiver/support/raw-grpc.ts';
import { MAX_REQUEST_BYTES, start } from '../ingest/receiver/support/start.ts';
import { span, traces } from '../otlp/support/payloads.ts';
import { exporter, JSON_TYPE, TRANSPORTS } from './support/exchange.ts';

/** A valid request of exactly so many bytes. */
function sized(bytes: number): Buffer {
  const empty = traces(span({ name: 'x'.repeat(50_000) })).length - 50_000;
  return traces(span({ name: 'x'.repeat(bytes - empty) }));
}

describe('OTLP 9: the limit', () => {
  test('OTLP 9: is 64 MiB unless told otherwise', () => {
    expect(loadConfiguration({}).values.maxRequestMib).toBe(64);
  });

  test.each(TRANSPORTS)(
    'OTLP 9: takes a request of exactly the limit over %s, and none larger',
    async (transport) => {
      const receivers = await start();
      const send = exporter(receivers, transport);
      const edge = sized(MAX_REQUEST_BYTES - 2);
      expect(edge.length).toBeGreaterThan(MAX_REQUEST_BYTES - 10);
      expect((await send('traces', edge)).partial).toBeUndefined();
      expect((await send('traces', sized(MAX_REQUEST_BYTES + 10))).status).toBe(
        transport === 'gRPC' ? 8 : 413,
      );
      expect(receivers.log.appends).toBe(1);
    },
  );

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('OTLP 9: counts what a body of %s unpacks to', async (coding, compress) => {
    const receivers = await start();
    const bomb = compress(Buffer.alloc(16 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(MAX_REQUEST_BYTES);
    const headers = { 'content-encoding': coding };
    expect((await send(receivers.http('/v1/traces'), bomb, { headers })).status).toBe(413);
    const answer = await rawCall(session(receivers.grpcPort), prefixed(bomb, { flag: 1 }), {
      'grpc-encoding': coding,
    });
    expect(answer['grpc-status']).toBe('8');
    expect(receivers.inFlightBytes()).toBe(0);
  });

  test('OTLP 9: counts what JSON becomes as protobuf', async () => {
    const receivers = await start();
    const points = `{"bucketCounts":[${Array(60_000).fill(1).join(',')}]}`;
    const body = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[${points}]}}]}]}]}`;
    expect(body.length).toBeLessThan(MAX_REQUEST_BYTES);
    const answer = await send(receivers.http('/v1/metrics'), Buffer.from(body), { type: JSON_TYPE });
    expect(answer.status).toBe(413);
  });
});

test.each(TRANSPORTS)('OTLP 10: a request over the limit is not to be sent again: %s', async (transport) => {
  const receivers = await start();
  const outcome = await exporter(receivers, transport)('traces', sized(MAX_REQUEST_BYTES + 10));
  expect(outcome).toMatchObject({ isRetryable: false, retrySeconds: undefined });
  expect(outcome.message).toContain(String(MAX_REQUEST_BYTES));
});

test('OTLP 11: answers stay far below 4 MiB: their message is shortened', async () => {
  const receivers = await start();
  const path = `/${'x'.repeat(12_000)}`;
  const http = await send(receivers.http(path), Buffer.alloc(0), { type: JSON_TYPE });
  expect(http.status).toBe(404);
  expect(JSON.parse(http.body.toString()).message).toMatch(/there is nothing at \/x+…$/);
  expect(http.body.length).toBeLessThan(5000);
  const grpc = await call(grpcClient(receivers.grpcPort), path, Buffer.alloc(0));
  expect(grpc.code).toBe(12);
  expect(grpc.message.length).toBeLessThan(1000);
});
