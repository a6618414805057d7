/** A body's memory is given back once it is in the log: what is there must be what was sent. */
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Appended, NewRecord } from '../../../log/types.ts';
import { TOPIC_OF_SIGNAL } from '../../../schemas/names.ts';
import { leavesOf } from '../../otlp/support/leaves.ts';
import {
  attribute,
  NOW_NANOS,
  SPAN_ID,
  span,
  stringValue,
  TRACE_ID,
  traces,
} from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { openCall, prefixed, session } from './support/raw-grpc.ts';
import { ControlledLog, start, until } from './support/start.ts';

const MIB = 2 ** 20;
const SIZES = [0, 100, 8_000, 16_000, 40_000, 65_400, 65_536, 70_000, 131_072, 300_000, 1_000_000];

/** Requests of many sizes, no two alike. */
function bodies(kind: string): readonly Buffer[] {
  return [...SIZES, ...SIZES, ...SIZES].map((size, index) => {
    const filling = `${kind} ${index} `.padEnd(size, `${index} is not the others; `);
    return traces(span({ extra: attribute(9, 'filling', stringValue(filling)) }));
  });
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('Receivers log what was sent, however many bodies come at once over shared connections', async () => {
  const receivers = await start({
    maxRequestBytes: 4 * MIB,
    maxInFlightBytes: 256 * MIB,
    maxValueBytes: 2 * MIB,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 3 });
  onTestFinished(() => agent.destroy());
  const url = receivers.http('/v1/traces');
  const clients = [grpcClient(receivers.grpcPort), grpcClient(receivers.grpcPort, { compress: true })];

  const answers = await Promise.all([
    ...bodies('plain').map((body) => send(url, body, { agent })),
    ...bodies('chunked').map((body) => send(url, body, { agent, chunked: true })),
    ...bodies('gzip').map((body) =>
      send(url, gzipSync(body), { agent, headers: { 'content-encoding': 'gzip' } }),
    ),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(200));
  const calls = clients.flatMap((client, index) =>
    bodies(`grpc ${index}`).map((body) => callExport(client, 'traces', body)),
  );
  expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(Array(calls.length).fill(0));

  const sent = ['plain', 'chunked', 'gzip', 'grpc 0', 'grpc 1'].flatMap(bodies).map(hashOf);
  const of = { topic: TOPIC_OF_SIGNAL.traces, partition: 0 };
  const { records } = await receivers.log.read(of, 0, { maxBytes: 256 * MIB });
  const stored = records.map(({ value }) => hashOf(value));
  expect(stored.sort()).toEqual(sent.sort());
});

const LIMIT_BYTES = 32_768;

/**
 * A log that looks at what it is given only when it is let go, as one that collects requests for a larger write does:
 * until an append ends, in whatever way, its bytes have to be what they were.
 */
class DeferredLog extends ControlledLog {
  readonly #pending: { readonly records: readonly NewRecord[]; readonly hashes: readonly string[] }[] = [];
  #isBroken = false;

  /** Values that are not what they were, or are gone. */
  damaged(): number {
    return this.#pending
      .flatMap(({ records, hashes }) => records.map(({ value }, index) => hashOf(value) !== hashes[index]))
      .filter(Boolean).length;
  }

  /** Appends end with an error, those under way and those to come, until it is mended. */
  break(): void {
    this.#isBroken = true;
    this.release();
  }

  mend(): void {
    this.#isBroken = false;
  }

  override async append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended> {
    const pending = { records, hashes: records.map(({ value }) => hashOf(value)) };
    this.#pending.push(pending);
    try {
      const appended = await super.append(topic, records, partition);
      expect(this.damaged()).toBe(0);
      if (this.#isBroken) throw new Error('disk is gone');
      return appended;
    } finally {
      this.#pending.splice(this.#pending.indexOf(pending), 1);
    }
  }
}

async function startDeferred() {
  const log = new DeferredLog({ now: () => Number(NOW_NANOS / 1_000_000n), maxRecordBytes: LIMIT_BYTES });
  const receivers = await start({
    log,
    maxRequestBytes: 4 * MIB,
    maxInFlightBytes: 256 * MIB,
    maxValueBytes: 1024,
    readTimeoutMillis: 600_000,
  });
  log.mode = 'hold';
  return { log, receivers };
}

/** Requests that are logged as they came, changed, and in pieces. */
function variety(kind: string): readonly Buffer[] {
  return [100, 1000, 5000, 20_000].flatMap((size, index) => {
    const filling = attribute(9, 'filling', stringValue(`${kind} ${index} `.padEnd(size, 'x')));
    const spans = Array.from({ length: 50 }, (_, i) =>
      span({ name: `${kind} ${index} ${i}`, extra: filling }),
    );
    return [traces(span({ name: `${kind} ${index}`, extra: filling })), traces(...spans)];
  });
}

function json(name: string): Buffer {
  const ids = `"traceId":"${TRACE_ID.toString('hex')}","spanId":"${SPAN_ID.toString('hex')}"`;
  const one = `{${ids},"name":"${name}","startTimeUnixNano":"${NOW_NANOS}"}`;
  return Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${Array(500).fill(one)}]}]}]}`);
}

test('Receivers leave what is being appended alone, whoever of its senders stays, leaves or comes again', async () => {
  const { log, receivers } = await startDeferred();
  const url = receivers.http('/v1/traces');
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  onTestFinished(() => agent.destroy());
  const client = grpcClient(receivers.grpcPort);
  const gzip = { headers: { 'content-encoding': 'gzip' } };
  const staying = () => [
    ...variety('http').map((body) => send(url, body, { agent })),
    ...variety('gzip').map((body) => send(url, gzipSync(body), { agent, ...gzip })),
    ...variety('chunked').map((body) => send(url, body, { agent, chunked: true })),
    send(url, json('json'), { agent, type: 'application/json' }),
    ...variety('grpc').map((body) => callExport(client, 'traces', body)),
  ];
  const answers = staying();
  await until(() => log.held === answers.length);

  const leaving = session(receivers.grpcPort);
  const streams = variety('gone grpc').map((body) => openCall(leaving).end(prefixed(body)));
  const calls = variety('gone http').map((body) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
    const call = request(url, { method: 'POST', headers });
    call.on('error', () => undefined);
    return call.end(body);
  });
  const appending = answers.length + streams.length + calls.length;
  await until(() => log.held === appending);
  leaving.destroy();
  for (const call of calls) call.destroy();
  // The same bodies again: they wait for the first ones' answers, and their memory is not the first ones'.
  const repeated = staying();
  // More comes and goes meanwhile, over the same connections.
  for (let round = 0; round < 20; round++) await send(url, Buffer.alloc(70_000, 0xff), { agent });
  expect(log.held).toBe(appending);
  expect(log.damaged()).toBe(0);

  log.release();
  const outcomes = await Promise.all([...answers, ...repeated]);
  for (const outcome of outcomes)
    expect('code' in outcome ? outcome.code : outcome.status).toBe('code' in outcome ? 0 : 200);
  await until(() => receivers.inFlightBytes() === 0);
  const names = (await allOf(receivers)).map(({ record }) => record['name']);
  const sent = ['http', 'gzip', 'chunked', 'grpc', 'gone grpc', 'gone http']
    .flatMap(variety)
    .flatMap((body) => leavesOf('traces', body))
    .map(({ record }) => record['name']);
  expect(names.sort()).toEqual([...sent, ...Array(500).fill('json')].sort());
});

test('Receivers leave it alone until a failing append is over too, and take the same bodies afterwards', async () => {
  const { log, receivers } = await startDeferred();
  const url = receivers.http('/v1/traces');
  const client = grpcClient(receivers.grpcPort);
  const all = () => [
    ...variety('http').map(async (body) => (await send(url, body)).status),
    ...variety('grpc').map(async (body) => (await callExport(client, 'traces', body)).code),
  ];
  const answers = all();
  await until(() => log.held === answers.length);
  log.break();
  const half = answers.length / 2;
  expect(await Promise.all(answers)).toEqual([...Array(half).fill(503), ...Array(half).fill(14)]);
  log.mend();
  expect(await Promise.all(all())).toEqual([...Array(half).fill(200), ...Array(half).fill(0)]);
  expect(receivers.inFlightBytes()).toBe(0);
});

async function allOf({ log }: { readonly log: ControlledLog }) {
  const of = { topic: TOPIC_OF_SIGNAL.traces, partition: 0 };
  const { records } = await log.read(of, 0, { maxBytes: 256 * MIB });
  return records.flatMap(({ value }) => leavesOf('traces', value));
}
