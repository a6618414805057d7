/**
 * Valet and a real Collector on one Kafka broker: what its exporter writes is stored, what Valet's receivers write its
 * receiver reads. Needs bench/peers/build.sh and Java.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Collector, startCollector } from '../../bench/peers/collector.ts';
import { CODECS } from '../../bench/peers/kafka/record-batch.ts';
import { SIGNALS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { ValetProcess } from '../support/valet-process.ts';
import { rowsAt } from './clickhouse-rows.ts';
import { post } from './post.ts';
import { richRequest } from './recordings.ts';
import { type ServerMode, startServerMode } from './server-mode.ts';
import { expectStored } from './stored.ts';

let mode: ServerMode;
let valet: ValetProcess;
/** Each case has times of its own, so that its rows are told apart; none is of now, as Valet's own metrics are. */
let atNanos = BigInt(Date.now() - 6 * 3_600_000) * 1_000_000n;

beforeAll(async () => {
  mode = await startServerMode();
  valet = await ValetProcess.start({ role: 'receiver,writer', environment: mode.environment });
}, 240_000);
afterAll(async () => {
  await valet?.remove();
  await mode?.close();
});

// First, as nothing in the topics is JSON yet: its receiver is told one encoding for all.
describe('a Collector that reads what Valet wrote to Kafka', () => {
  let embedded: ValetProcess;
  let collector: Collector;

  beforeAll(async () => {
    // Somewhere else to store what the Collector read.
    embedded = await ValetProcess.start();
    collector = await startCollector(bridge(mode.broker.brokers, embedded));
  }, 120_000);
  afterAll(async () => {
    await collector?.close();
    await embedded?.remove();
  });

  test.each(SIGNALS)('passes on %s as they were sent to Valet', async (signal) => {
    atNanos += 2_000_000_000n;
    await post(valet.ports.http, signal, richRequest(signal, atNanos));
    await expectStored(signal, { query: (statement) => embedded.sql(statement), atNanos });
    expect(collector.output).not.toMatch(/failed to unmarshal|Exporting failed/i);
  });
});

describe('the writer on Kafka', () => {
  const WAYS = ['otlp_proto', 'otlp_json'].flatMap((encoding) =>
    CODECS.map((compression) => ({ encoding, compression })),
  );

  test.each(WAYS)('stores what a Collector writes as $encoding with $compression', async (way) => {
    atNanos += 2_000_000_000n;
    const { encoding, compression } = way;
    const topics = SIGNALS.map((signal) => [signal, { topic: TOPIC_OF_SIGNAL[signal], encoding }]);
    const kafka = {
      brokers: mode.broker.brokers,
      ...Object.fromEntries(topics),
      partition_traces_by_id: true,
      producer: { required_acks: -1, compression },
      sending_queue: { enabled: false },
    };
    const collector = await startCollector({
      exporters: { kafka },
      pipelines: Object.fromEntries(SIGNALS.map((signal) => [signal, { exporters: ['kafka'] }])),
    });
    try {
      for (const signal of SIGNALS) await post(collector.httpPort, signal, richRequest(signal, atNanos));
    } finally {
      await collector.close();
    }
    const query = rowsAt(mode.clickhouse.url);
    for (const signal of SIGNALS) await expectStored(signal, { query, atNanos });
  });
});

/** From the topics to the OTLP port of another Valet. */
function bridge(brokers: readonly string[], to: ValetProcess) {
  const topics = SIGNALS.map((signal) => [
    signal,
    { topics: [TOPIC_OF_SIGNAL[signal]], encoding: 'otlp_proto' },
  ]);
  const endpoint = `127.0.0.1:${to.ports.grpc}`;
  return {
    receivers: {
      kafka: {
        brokers,
        group_id: 'valet-interop',
        initial_offset: 'earliest',
        ...Object.fromEntries(topics),
      },
    },
    exporters: { otlp: { endpoint, tls: { insecure: true } } },
    pipelines: Object.fromEntries(
      SIGNALS.map((signal) => [signal, { receivers: ['kafka'], exporters: ['otlp'] }]),
    ),
  };
}
