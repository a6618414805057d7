/** A body's memory is given back once it is in the log: what is there must be what was sent. */
import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { TOPIC_OF_SIGNAL } from '../../../schemas/names.ts';
import { attribute, span, stringValue, traces } from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { start } from './support/start.ts';

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
