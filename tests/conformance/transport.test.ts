/** OTLP, section 1: what is served where, and how it is spoken. Numbers are those of docs/otlp.md. */
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../configuration.ts';
import { SIGNALS } from '../../schemas/names.ts';
import { GRPC_SERVICE, HTTP_PATH } from '../../schemas/otlp.ts';
import { call, grpcClient } from '../ingest/receiver/support/grpc.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { prefixed, rawCall, session } from '../ingest/receiver/support/raw-grpc.ts';
import { start } from '../ingest/receiver/support/start.ts';
import { GOOD, NOW_MILLIS } from '../otlp/support/payloads.ts';
import { exporter, JSON_TYPE, PROTOBUF, WAYS } from './support/exchange.ts';
import { storedRecords } from './support/stored.ts';

const JSON_LOGS = Buffer.from(
  `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"${NOW_MILLIS}000000","severityText":"INFO"}]}]}]}`,
);

describe('OTLP 1: ports', () => {
  test('OTLP 1: gRPC is on 4317 and HTTP on 4318 unless told otherwise', () => {
    const { otlpGrpcPort, otlpHttpPort } = loadConfiguration({}).values;
    expect([otlpGrpcPort, otlpHttpPort]).toEqual([4317, 4318]);
  });

  test('OTLP 1: both encodings are taken on the one HTTP port, told apart by their type', async () => {
    const receivers = await start();
    const url = receivers.http('/v1/logs');
    expect((await send(url, GOOD.logs, { type: PROTOBUF })).status).toBe(200);
    expect((await send(url, JSON_LOGS, { type: JSON_TYPE })).status).toBe(200);
    expect(await storedRecords(receivers, 'logs')).toHaveLength(2);
  });
});

describe('OTLP 2: gRPC', () => {
  test.each(SIGNALS)(
    'OTLP 2: Export of the service for %s is unary, and stores what was sent',
    async (signal) => {
      const receivers = await start();
      const path = `/${GRPC_SERVICE[signal]}/Export`;
      const answer = await call(grpcClient(receivers.grpcPort), path, GOOD[signal]);
      expect(answer).toMatchObject({ code: 0, body: Buffer.alloc(0) });
      expect((await receivers.stored(signal)).map(({ value }) => Buffer.from(value))).toEqual([GOOD[signal]]);
    },
  );

  test('OTLP 2: the profiles service, which is not taken, and other methods are UNIMPLEMENTED', async () => {
    const receivers = await start();
    const client = grpcClient(receivers.grpcPort);
    const profiles = 'opentelemetry.proto.collector.profiles.v1development.ProfilesService';
    for (const path of [`/${profiles}/Export`, `/${GRPC_SERVICE.traces}/Import`])
      expect((await call(client, path, GOOD.traces)).code).toBe(12);
  });
});

describe('OTLP 3: HTTP', () => {
  test.each(SIGNALS)('OTLP 3: POST to the path for %s stores what was sent', async (signal) => {
    const receivers = await start();
    expect(HTTP_PATH[signal]).toBe(`/v1/${signal}`);
    expect((await send(receivers.http(HTTP_PATH[signal]), GOOD[signal])).status).toBe(200);
    expect((await receivers.stored(signal)).map(({ value }) => Buffer.from(value))).toEqual([GOOD[signal]]);
  });

  test('OTLP 3: the path for profiles, which are not taken, and other paths are 404', async () => {
    const receivers = await start();
    for (const path of ['/v1development/profiles', '/v1/profiles', '/v1/traces/'])
      expect((await send(receivers.http(path), GOOD.traces)).status).toBe(404);
  });
});

describe('OTLP 4: compression', () => {
  test.each([
    ['identity', (body: Buffer) => body],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zlib', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('OTLP 4: HTTP takes the content encoding %s', async (coding, compress) => {
    const receivers = await start();
    const headers = { 'content-encoding': coding };
    expect((await send(receivers.http('/v1/traces'), compress(GOOD.traces), { headers })).status).toBe(200);
    const json = await send(receivers.http('/v1/logs'), compress(JSON_LOGS), { headers, type: JSON_TYPE });
    expect(json.status).toBe(200);
    expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)(
    'OTLP 4: gRPC takes messages compressed with %s, and plain ones beside them',
    async (coding, compress) => {
      const receivers = await start();
      const client = session(receivers.grpcPort);
      const headers = { 'grpc-encoding': coding };
      const compressed = await rawCall(client, prefixed(compress(GOOD.traces), { flag: 1 }), headers);
      expect(compressed['grpc-status']).toBe('0');
      const plain = await rawCall(client, prefixed(GOOD.traces), headers);
      expect(plain['grpc-status']).toBe('0');
      expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(GOOD.traces);
    },
  );
});

describe('OTLP 5: content types', () => {
  test.each([PROTOBUF, JSON_TYPE])(
    'OTLP 5: a request as %s is answered as that, errors too',
    async (type) => {
      const receivers = await start();
      const bodies = [type === PROTOBUF ? GOOD.logs : JSON_LOGS, Buffer.from([1])];
      for (const [index, body] of bodies.entries()) {
        const answer = await send(receivers.http('/v1/logs'), body, { type });
        expect(answer).toMatchObject({ status: [200, 400][index], headers: { 'content-type': type } });
      }
    },
  );

  test.each(['application/json; charset=utf-8', 'Application/JSON', ' application/json ;x=y'])(
    'OTLP 5: the type %j is taken with its parameters',
    async (type) => {
      const receivers = await start();
      expect((await send(receivers.http('/v1/logs'), JSON_LOGS, { type })).status).toBe(200);
    },
  );

  test('OTLP 5: other types and codings are 415, other methods 405, with what is possible', async () => {
    const receivers = await start();
    const url = receivers.http('/v1/traces');
    const type = await send(url, GOOD.traces, { type: 'text/plain' });
    expect(type.status).toBe(415);
    expect(JSON.parse(type.body.toString()).message).toMatch(/application\/x-protobuf or application\/json/);
    const coding = await send(url, GOOD.traces, { headers: { 'content-encoding': 'br' } });
    expect(coding).toMatchObject({ status: 415, headers: { 'accept-encoding': 'gzip, deflate, zstd' } });
    const method = await send(url, Buffer.alloc(0), { method: 'GET', type: JSON_TYPE });
    expect(method).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(await receivers.stored('traces')).toHaveLength(0);
  });
});

test.each(WAYS)(
  'OTLP 6: answers are never compressed, whatever is accepted: %s, %s',
  async (transport, signal) => {
    const receivers = await start();
    expect((await exporter(receivers, transport)(signal, GOOD[signal])).body.length).toBe(0);
    const headers = { 'accept-encoding': 'gzip' };
    const answer = await send(receivers.http('/v1/traces'), Buffer.from([1]), { headers });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.body.toString()).toContain('Cannot decode');
  },
);
