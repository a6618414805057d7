/**
 * What others send is stored, value by value, through a real broker into ClickHouse, each role a process of its own:
 * batches that the Collector's Kafka exporter wrote, as recorded, and what SDKs send to a receiver.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerConnection } from '../../bench/peers/kafka/broker-connection.ts';
import { produceBatch } from '../../bench/peers/kafka/produce-batch.ts';
import { type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';
import { rowsAt } from './clickhouse-rows.ts';
import { testJavascriptSdk } from './javascript-sdk.ts';
import { testPythonSdk } from './python-sdk.ts';
import { BULK_SPANS, RECORDINGS, type Recording, recordedBatches } from './recordings.ts';
import { PARTITIONS, type ServerMode, startServerMode } from './server-mode.ts';
import { expectStored } from './stored.ts';

const RICH = RECORDINGS.filter(({ content }) => content === 'rich');
const BULK = RECORDINGS.filter(({ content }) => content === 'bulk');
const CASES = RICH.flatMap((recording, index) =>
  recording.signals.map((signal) => ({
    topic: topicOf(signal, index),
    name: recording.name,
    recording,
    signal,
  })),
);

let mode: ServerMode;
let receiver: ValetProcess;
let writer: ValetProcess;
let connection: BrokerConnection;

beforeAll(async () => {
  mode = await startServerMode();
  const { environment } = mode;
  [receiver, writer] = await Promise.all([
    ValetProcess.start({ role: 'receiver', environment }),
    ValetProcess.start({ role: 'writer', environment }),
  ]);
  connection = await BrokerConnection.open(mode.broker.brokers[0] as string);
}, 240_000);
afterAll(async () => {
  connection?.close();
  await receiver?.remove();
  await writer?.remove();
  await mode?.close();
});

/** Spans come under either name: the Collector's, or the one other senders use. */
function topicOf(signal: Signal, index: number): string {
  return signal === 'traces' && index % 2 === 1 ? 'otlp_traces' : TOPIC_OF_SIGNAL[signal];
}

async function produce(recording: Recording, signal: Signal, topic: string): Promise<void> {
  for (const [index, { bytes }] of recordedBatches(recording, signal).entries())
    await produceBatch(connection, { topic, partition: index % PARTITIONS }, bytes);
}

describe('the writer on Kafka', () => {
  beforeAll(async () => {
    for (const { recording, signal, topic } of CASES) await produce(recording, signal, topic);
  });

  test.each(CASES)('stores $signal of $topic recorded as $name', async ({ recording, signal }) => {
    const { atNanos, headers } = recording;
    const tenant = headers['valet-tenant'] ?? '';
    await expectStored(signal, { query: rowsAt(mode.clickhouse.url), atNanos, tenant });
  });

  test('stores the same rows out of every codec', async () => {
    for (const recording of BULK) await produce(recording, 'traces', TOPIC_OF_SIGNAL.traces);
    const from = BULK[0]?.atNanos;
    const statement = `
      SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(SpanId)) AS spans, toUInt32(uniqExact(tuple(*))) AS contents
      FROM otel_traces WHERE Timestamp >= fromUnixTimestamp64Nano(${from})
        AND Timestamp < fromUnixTimestamp64Nano(${from}) + INTERVAL 9 SECOND`;
    const expected = { rows: BULK.length * BULK_SPANS, spans: BULK_SPANS, contents: BULK_SPANS };
    const found = await eventually('the bulk of every codec', async () => {
      const [row] = (await rowsAt(mode.clickhouse.url)(statement)) as readonly (typeof expected)[];
      return row && row.rows >= expected.rows ? row : undefined;
    });
    expect(found).toEqual(expected);
  });
});

describe('the receiver, the broker and the writer', () => {
  const target = () => ({ ports: receiver.ports, sql: rowsAt(mode.clickhouse.url) });
  testJavascriptSdk(target);
  testPythonSdk(target);
});
