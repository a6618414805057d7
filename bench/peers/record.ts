/**
 * Makes the fixtures of `tests/interop/recorded/` anew: `node bench/peers/record.ts`. Feeds a Collector over OTLP, has
 * its Kafka exporter write to a mock broker in every way it knows, and keeps the record batches the broker got.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import {
  RECORDINGS,
  type Recording,
  recordedRequest,
  recordingFile,
  type Split,
} from '../../tests/interop/recordings.ts';
import { type Settings, startCollector } from './collector.ts';
import { BrokerConnection } from './kafka/broker-connection.ts';
import { fetchBatches } from './kafka/fetch-batches.ts';
import { type RecordBatch, readBatches } from './kafka/record-batch.ts';
import { startKafkaMock } from './kafka-mock.ts';
import { peerProgram } from './programs.ts';

const FOLDER = new URL('../../tests/interop/recorded/', import.meta.url);
/** The broker has what the exporter sent when it answers; this is only how long we look for it. */
const LIMIT_MILLIS = 20_000;

const SPLIT_SETTINGS: Readonly<Record<Split, Settings>> = {
  none: {},
  'by-trace': { partition_traces_by_id: true, partition_logs_by_trace_id: true },
  'by-resource': {
    partition_metrics_by_resource_attributes: true,
    partition_logs_by_resource_attributes: true,
  },
};

function topicOf({ name }: Recording, signal: Signal): string {
  return `${name}.${TOPIC_OF_SIGNAL[signal]}`;
}

function exporter(recording: Recording, broker: string): Settings {
  const { encoding, compression, split, headers } = recording;
  const topics = SIGNALS.map((signal) => [signal, { topic: topicOf(recording, signal), encoding }]);
  return {
    brokers: [broker],
    ...Object.fromEntries(topics),
    ...SPLIT_SETTINGS[split],
    record_headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    producer: { required_acks: -1, compression },
    // Answers the sender when Kafka has answered.
    sending_queue: { enabled: false },
  };
}

/** One Collector for each recording: the requests differ. */
async function record(recording: Recording, broker: string): Promise<void> {
  const { signals } = recording;
  const collector = await startCollector({
    exporters: { kafka: exporter(recording, broker) },
    pipelines: Object.fromEntries(signals.map((signal) => [signal, { exporters: ['kafka'] }])),
  });
  try {
    for (const signal of signals) await send(collector.httpPort, signal, recordedRequest(recording, signal));
  } finally {
    await collector.close();
  }
}

async function send(port: number, signal: Signal, body: Uint8Array): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(body),
  });
  if (!response.ok) throw new Error(`The Collector answered ${response.status}: ${await response.text()}`);
}

async function keep(recording: Recording, signal: Signal, broker: BrokerConnection): Promise<void> {
  const batches = await batchesOf(broker, topicOf(recording, signal));
  for (const { codec } of batches) {
    if (codec !== recording.compression) throw new Error(`A batch of ${recording.name} came as ${codec}`);
  }
  writeFileSync(recordingFile(recording, signal), Buffer.concat(batches.map(({ bytes }) => bytes)));
}

async function batchesOf(broker: BrokerConnection, topic: string): Promise<readonly RecordBatch[]> {
  const deadline = Date.now() + LIMIT_MILLIS;
  while (Date.now() < deadline) {
    const batches = readBatches(await fetchBatches(broker, { topic, partition: 0 }));
    if (batches.length > 0) return batches;
    await sleep(100);
  }
  throw new Error(`Nothing came to ${topic}`);
}

async function recordAll(): Promise<void> {
  const topics = RECORDINGS.flatMap((each) => each.signals.map((signal) => topicOf(each, signal)));
  const mock = await startKafkaMock({ topics });
  try {
    for (const recording of RECORDINGS) await record(recording, mock.address);
    const broker = await BrokerConnection.open(mock.address);
    for (const recording of RECORDINGS)
      for (const signal of recording.signals) await keep(recording, signal, broker);
    broker.close();
  } finally {
    await mock.close();
  }
}

/** What made the recordings, out of the program itself. */
function versions(): Readonly<Record<string, string>> {
  const modules = execFileSync('go', ['version', '-m', peerProgram('otelcol')], { encoding: 'utf8' });
  const version = (module: string) =>
    new RegExp(`\\sdep\\s+${module}\\s+(\\S+)`).exec(modules)?.[1] ?? 'unknown';
  return {
    collector: version('go.opentelemetry.io/collector/service'),
    kafkaexporter: version(
      'github.com/open-telemetry/opentelemetry-collector-contrib/exporter/kafkaexporter',
    ),
    'franz-go': version('github.com/twmb/franz-go'),
  };
}

mkdirSync(FOLDER, { recursive: true });
for (const name of readdirSync(FOLDER)) if (name.endsWith('.bin')) rmSync(new URL(name, FOLDER));
await recordAll();
writeFileSync(new URL('versions.json', FOLDER), `${JSON.stringify(versions(), null, 2)}\n`);
