/** OTLP, section 2: sizes. Numbers are those of docs/otlp.md. */
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../configuration.ts';
import { call, grpcClient } from '../ingest/receiver/support/grpc.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { prefixed, rawCall, session } from '../ingest/receiver/support/raw-grpc.ts';
import { ControlledLog, MAX_REQUEST_BYTES, start } from '../ingest/receiver/support/start.ts';
import * as by from '../otlp/support/encode.ts';
import {
  attribute,
  NOW_MILLIS,
  NOW_NANOS,
  SPAN_ID,
  span,
  stringValue,
  TRACE_ID,
  traces,
} from '../otlp/support/payloads.ts';
import { exporter, exportJson, JSON_TYPE, TRANSPORTS } from './support/exchange.ts';

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

describe('OTLP 11: answers', () => {
  /** An answer's message is cut here. */
  const MAX_CHARACTERS = 4096;
  const VALUE_BYTES = 1024;
  const DAY_NANOS = 86_400_000_000_000n;
  /** Arrays in each other, as many as a value in a span may have: the longest path there is. */
  const ARRAYS = 29;
  const DEEPEST = `.attributes[0].value${'.array_value.values[0]'.repeat(ARRAYS)}.string_value`;
  const policy = { maxAttributes: 20, maxValueBytes: VALUE_BYTES, overLongValues: 'reject' } as const;

  test('OTLP 11: the message of an error is shortened, so that they stay far below 4 MiB', async () => {
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

  /** Spans without what is wrong with all of them, so that each has a reason of its own. */
  function worst(copies: number): Buffer {
    const bare = (...fields: Buffer[]) =>
      by.concat(by.fixed64(7, NOW_NANOS), by.bytes(2, SPAN_ID), ...fields);
    const deep = (depth: number): Buffer =>
      depth === 0 ? stringValue('x'.repeat(VALUE_BYTES + 1)) : by.message(5, by.bytes(1, deep(depth - 1)));
    const many = Array.from({ length: 21 }, (_, i) => attribute(9, `k${i}`, by.number(2, 1)));
    const reasons = [
      span({ traceId: Buffer.alloc(16) }),
      span({ spanId: Buffer.alloc(8) }),
      span({ parentSpanId: Buffer.alloc(7) }),
      span({ start: NOW_NANOS - 15n * DAY_NANOS }),
      span({ end: NOW_NANOS + 2n * DAY_NANOS }),
      span({ extra: by.concat(...many) }),
      bare(by.bytes(1, TRACE_ID), attribute(9, 'deep', deep(ARRAYS))),
      span({ name: 'x'.repeat(9000) }),
    ];
    return traces(...Array.from({ length: copies }, () => reasons).flat());
  }

  test.each(TRANSPORTS)(
    'OTLP 11: partial_success stays as small with every reason, the longest paths and many records: %s',
    async (transport) => {
      const log = new ControlledLog({ now: () => NOW_MILLIS, maxRecordBytes: 8192 });
      const receivers = await start({ ...policy, log });
      const export_ = exporter(receivers, transport);
      for (const copies of [1, 20]) {
        const { partial, body } = await export_('traces', worst(copies));
        expect(partial?.rejected).toBe(8 * copies);
        const reasons = partial?.message.match(/ \(\d+, first at [^)]+\)/g) ?? [];
        expect(reasons).toHaveLength(8);
        expect(reasons.every((reason) => reason.startsWith(` (${copies}, `))).toBe(true);
        expect(partial?.message).toContain(DEEPEST);
        // Nothing of it had to go.
        expect(partial?.message).not.toContain('…');
        expect(body.length).toBeLessThan(MAX_CHARACTERS);
      }
    },
  );

  test('OTLP 11: so it does in JSON', async () => {
    const receivers = await start(policy);
    const deep = `${'{"arrayValue":{"values":['.repeat(ARRAYS)}{"stringValue":"${'x'.repeat(VALUE_BYTES + 1)}"}${']}}'.repeat(ARRAYS)}`;
    const ids = `"traceId":"${TRACE_ID.toString('hex')}","spanId":"${SPAN_ID.toString('hex')}"`;
    const one = `{${ids},"startTimeUnixNano":"${NOW_NANOS}","attributes":[{"key":"deep","value":${deep}}]}`;
    const spans = Array.from({ length: 50 }, () => one).join();
    const answer = await exportJson(
      receivers,
      'traces',
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`,
    );
    expect(answer).toMatchObject({ status: 200, rejected: 50 });
    expect(answer.message).toContain(DEEPEST);
    expect(answer.body.length).toBeLessThan(MAX_CHARACTERS);
  });
});
