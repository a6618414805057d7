/** OTLP, section 4: failures, and whether to come again. Numbers are those of docs/otlp.md. */
import { connect } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ReceiverOptions } from '../../ingest/receiver/start-receivers.ts';
import { LogError } from '../../log/errors.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { prefixed, rawCall, session } from '../ingest/receiver/support/raw-grpc.ts';
import { ControlledLog, MAX_REQUEST_BYTES, start, until } from '../ingest/receiver/support/start.ts';
import { GOOD, span, traces } from '../otlp/support/payloads.ts';
import {
  exporter,
  httpOutcome,
  JSON_TYPE,
  type Outcome,
  PROTOBUF,
  TRANSPORTS,
  WAYS,
} from './support/exchange.ts';

const large = (bytes: number) => traces(span({ name: 'x'.repeat(bytes) }));

/** What can go wrong that is not the request's own fault, and the statuses it has: gRPC, HTTP. */
const PASSING: Record<string, readonly [Partial<ReceiverOptions>, grpc: number, http: number]> = {
  'too much in flight': [{ maxInFlightBytes: MAX_REQUEST_BYTES }, 14, 429],
  'a tenant that sends too fast': [{ tenantMaxRecordsPerSecond: 1 }, 8, 429],
  'a disk almost full': [
    { pressure: () => ({ reason: 'The disk is almost full', retrySeconds: 3 }) },
    14,
    503,
  ],
  'a log that fails': [{ log: failing(new Error('disk is gone')) }, 14, 503],
  'a log that is full': [{ log: failing(new LogError('log-full', 'no space left')) }, 14, 503],
};

/** Puts the receivers in the state, and exports a request that finds it. */
async function meet(name: string, transport: (typeof TRANSPORTS)[number]): Promise<Outcome> {
  const [options] = PASSING[name] as (typeof PASSING)[string];
  const receivers = await start(options as Parameters<typeof start>[0]);
  const export_ = exporter(receivers, transport);
  if (options.tenantMaxRecordsPerSecond) await export_('traces', traces(...Array(9).fill(span())));
  if (options.maxInFlightBytes) {
    receivers.log.mode = 'hold';
    void export_('traces', large(MAX_REQUEST_BYTES - 2000));
    await until(() => receivers.log.held === 1);
  }
  return export_('traces', large(5000));
}

function failing(error: Error): ControlledLog {
  return new (class extends ControlledLog {
    override append(): Promise<never> {
      return Promise.reject(error);
    }
  })();
}

describe('OTLP 16, 17, 19: what passes is told with a delay', () => {
  const cases = Object.entries(PASSING).map(([name, [, grpc, http]]) => ({ name, grpc, http }));

  test.each(cases)('OTLP 16: $name is a code clients retry on', async ({ name, grpc }) => {
    expect(await meet(name, 'gRPC')).toMatchObject({ status: grpc, isRetryable: true });
  });

  test.each(cases)('OTLP 17: $name has a RetryInfo in grpc-status-details-bin', async ({ name }) => {
    const outcome = await meet(name, 'gRPC');
    expect(outcome.details).toContain('type.googleapis.com/google.rpc.RetryInfo');
    expect(outcome.retrySeconds).toBeGreaterThan(0);
    expect(outcome.message).not.toBe('');
  });

  test.each(cases)(
    'OTLP 19: $name is 429 or 503 with Retry-After, and the delay in the body',
    async ({ name, http }) => {
      const outcome = await meet(name, 'HTTP');
      expect(outcome).toMatchObject({ status: http, isRetryable: true });
      expect(outcome.retrySeconds).toBeGreaterThan(0);
      expect(outcome.details).toContain('type.googleapis.com/google.rpc.RetryInfo');
    },
  );

  test('OTLP 16: a call that does not arrive in time is DEADLINE_EXCEEDED', async () => {
    const receivers = await start({ readTimeoutMillis: 50 });
    const headers = rawCall(
      session(receivers.grpcPort),
      prefixed(Buffer.from('a'), { length: 9 }).subarray(0, 6),
    );
    expect((await headers)['grpc-status']).toBe('13');
    const client = session(receivers.grpcPort);
    const stream = client.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
      'content-type': 'application/grpc',
    });
    stream.on('error', () => undefined);
    const answer = new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    expect((await answer)['grpc-status']).toBe('4');
  });

  test('OTLP 19: a request that does not arrive in time is 503, since 408 would not be retried', async () => {
    const receivers = await start({ readTimeoutMillis: 50 });
    const socket = connect(receivers.httpPort, '127.0.0.1');
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\nContent-Length: 9\r\n\r\na`,
    );
    expect(await answer).toMatch(/^HTTP\/1.1 503.*retry-after: 1\r\n/is);
    socket.destroy();
  });

  test.each(TRANSPORTS)('OTLP 19: the same request is taken when it comes again: %s', async (transport) => {
    const receivers = await start();
    const export_ = exporter(receivers, transport);
    receivers.log.mode = 'fail';
    expect((await export_('metrics', GOOD.metrics)).isRetryable).toBe(true);
    receivers.log.mode = 'take';
    expect((await export_('metrics', GOOD.metrics)).isRetryable).toBe(false);
    expect(await receivers.stored('metrics')).toHaveLength(1);
  });
});

describe('OTLP 18, 20, 21: undecodable data', () => {
  test.each(WAYS)(
    'OTLP 18, 20: is INVALID_ARGUMENT or 400 with a BadRequest that names the field: %s, %s',
    async (transport, signal) => {
      const receivers = await start();
      const outcome = await exporter(receivers, transport)(signal, GOOD[signal].subarray(0, -3));
      expect(outcome).toMatchObject({ status: transport === 'gRPC' ? 3 : 400, isRetryable: false });
      expect(outcome.message).toMatch(/^Cannot decode the request: length reaches past the end in resource_/);
      expect(outcome.details).toContain('type.googleapis.com/google.rpc.BadRequest');
      expect(outcome.details).toContain('resource_');
      expect(receivers.log.appends).toBe(0);
    },
  );

  test('OTLP 18: a gRPC message that is not what its coding says is INVALID_ARGUMENT', async () => {
    const receivers = await start();
    const headers = { 'grpc-encoding': 'gzip' };
    const answer = await rawCall(session(receivers.grpcPort), prefixed(GOOD.traces, { flag: 1 }), headers);
    expect(answer['grpc-status']).toBe('3');
  });

  test('OTLP 20: every HTTP error has a Status in the encoding of its request', async () => {
    const receivers = await start();
    const url = receivers.http('/v1/traces');
    const requests: [Buffer, string, Parameters<typeof send>[2]][] = [
      [large(MAX_REQUEST_BYTES), url, {}],
      [Buffer.from([1]), url, {}],
      [GOOD.traces, receivers.http('/v1/other'), {}],
      [Buffer.alloc(0), url, { method: 'PUT' }],
      [GOOD.traces, url, { headers: { 'content-encoding': 'br' } }],
    ];
    for (const [body, at, options] of requests) {
      const protobuf = await send(at, body, { ...options, type: PROTOBUF });
      expect(protobuf.headers['content-type']).toBe(PROTOBUF);
      const json = await send(at, body, { ...options, type: JSON_TYPE });
      expect(json).toMatchObject({ status: protobuf.status, headers: { 'content-type': JSON_TYPE } });
      const { message, code } = JSON.parse(json.body.toString()) as { message: string; code: number };
      expect(code).toBeGreaterThan(0);
      expect(message).not.toBe('');
      if (at !== url || body.length !== 1) expect(httpOutcome(protobuf).message).toBe(message);
    }
  });

  const UNDECODABLE: Record<string, readonly [string, Buffer, Record<string, string>]> = {
    'garbage as protobuf': [PROTOBUF, Buffer.from('not protobuf'), {}],
    'garbage as JSON': [JSON_TYPE, Buffer.from('not json'), {}],
    'no JSON at all': [JSON_TYPE, Buffer.alloc(0), {}],
    'protobuf called JSON': [JSON_TYPE, GOOD.traces, {}],
    'JSON called protobuf': [PROTOBUF, Buffer.from('{"resourceSpans":[]}'), {}],
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
    'OTLP 21: %s is 400, and nothing of it is stored',
    async (_, [type, body, headers]) => {
      const receivers = await start();
      const answer = await send(receivers.http('/v1/traces'), body, { type, headers });
      expect(answer.status).toBe(400);
      expect(answer.body.toString('latin1')).toContain('google.rpc.BadRequest');
      expect(receivers.log.appends).toBe(0);
    },
  );

  test('OTLP 21: a request is 400 wherever it is truncated', async () => {
    const receivers = await start();
    const statuses = new Set<number>();
    for (let length = 1; length < GOOD.logs.length; length++)
      statuses.add((await send(receivers.http('/v1/logs'), GOOD.logs.subarray(0, length))).status);
    expect(statuses).toEqual(new Set([400]));
  });
});

test.each(WAYS)(
  'OTLP 22: OK means durable: no answer before the append is: %s, %s',
  async (transport, signal) => {
    const receivers = await start();
    receivers.log.mode = 'hold';
    let answered = false;
    const answer = exporter(receivers, transport)(signal, GOOD[signal]).finally(() => {
      answered = true;
    });
    await until(() => receivers.log.held === 1);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(answered).toBe(false);
    receivers.log.release();
    expect((await answer).isRetryable).toBe(false);
    expect(await receivers.stored(signal)).toHaveLength(1);
  },
);
