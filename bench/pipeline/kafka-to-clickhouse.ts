/**
 * What storing costs from a real Kafka: fetch, decode, encode Native, insert acknowledged; and what it costs
 * ClickHouse, views and merges included. Run alone: `node bench/pipeline/kafka-to-clickhouse.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { type ClickhouseServer, startClickhouseServer } from '../../tests/support/clickhouse-server.ts';
import { type KafkaBroker, startKafkaBroker } from '../../tests/support/kafka-broker.ts';
import { ValetProcess } from '../../tests/support/valet-process.ts';
import { runLoad } from '../load/load.ts';
import { cpuSecondsOf, memoryMibOf } from '../process-usage.ts';
import { metricOf } from './metrics.ts';
import { serverEnvironment } from './server-environment.ts';

export interface KafkaToClickhouseResult {
  readonly signal: Signal;
  readonly records: number;
  /** Of the writer's process, user and system. */
  readonly writerCpuSecondsPerMillion: number;
  /** Of ClickHouse until its merges have ended. */
  readonly clickhouseCpuSecondsPerMillion: number;
  /** Working off a backlog, with Kafka and ClickHouse on the same cores. */
  readonly recordsPerSecond: number;
  /** Of the writer at its highest. */
  readonly residentMib: number;
  /** Of the writer after each tenth of the backlog: it does not grow. */
  readonly residentMibByTenth: readonly number[];
}

const RECORDS_PER_REQUEST = 1000;
/** Nothing is as slow as this many records a second. */
const SLOWEST_RECORDS_PER_SECOND = 5_000;
const START_MILLIS = 60_000;
/** Each look makes the writer print its metrics. */
const LOOK_MILLIS = 500;

/** Fills the topics, stops the receiver, and measures a writer that works off one signal after the other. */
export async function benchKafkaToClickhouse({
  records,
  signals = SIGNALS,
}: {
  readonly records: number;
  /** @default all */
  readonly signals?: readonly Signal[];
}): Promise<readonly KafkaToClickhouseResult[]> {
  const broker = await startKafkaBroker();
  const clickhouse = await startClickhouseServer();
  const results: KafkaToClickhouseResult[] = [];
  try {
    for (const [index, signal] of signals.entries()) {
      // A first round warms both programs up, so that what is measured is not their start.
      const writer = await ValetProcess.start({
        environment: serverEnvironment(broker, clickhouse.url),
        role: 'writer',
      });
      try {
        const warm = { signal, records: records / 5, firstNumber: index * 10_000_000 };
        await fill(broker, warm);
        await untilStored(writer, { ...warm, before: 0 });
        await untilQuiet(clickhouse);
        results.push(await measure({ broker, clickhouse, writer }, { signal, records, warm: warm.records }));
      } finally {
        await writer.remove();
      }
    }
    return results;
  } finally {
    await clickhouse.close();
    await broker.close();
  }
}

interface Parts {
  readonly broker: KafkaBroker;
  readonly clickhouse: ClickhouseServer;
  readonly writer: ValetProcess;
}

async function measure(
  { broker, clickhouse, writer }: Parts,
  { signal, records, warm }: { readonly signal: Signal; readonly records: number; readonly warm: number },
): Promise<KafkaToClickhouseResult> {
  // Held back while the backlog grows: SIGSTOP costs no CPU time.
  process.kill(writer.pid, 'SIGSTOP');
  await fill(broker, { signal, records, firstNumber: 1_000_000 });
  const before = { writer: cpuSecondsOf(writer.pid), clickhouse: cpuSecondsOf(clickhouse.pid) };
  const startMillis = performance.now();
  process.kill(writer.pid, 'SIGCONT');
  const residentMibByTenth = await untilStored(writer, { signal, before: warm, records });
  const seconds = (performance.now() - startMillis) / 1000;
  const writerSeconds = cpuSecondsOf(writer.pid) - before.writer;
  await untilQuiet(clickhouse);
  const clickhouseSeconds = cpuSecondsOf(clickhouse.pid) - before.clickhouse;
  return {
    signal,
    records,
    writerCpuSecondsPerMillion: (writerSeconds / records) * 1e6,
    clickhouseCpuSecondsPerMillion: (clickhouseSeconds / records) * 1e6,
    recordsPerSecond: records / seconds,
    residentMib: memoryMibOf(writer.pid, 'VmHWM'),
    residentMibByTenth,
  };
}

async function fill(
  broker: KafkaBroker,
  {
    signal,
    records,
    firstNumber,
  }: { readonly signal: Signal; readonly records: number; readonly firstNumber: number },
): Promise<void> {
  const receiver = await ValetProcess.start({ environment: serverEnvironment(broker), role: 'receiver' });
  const load = {
    protocol: 'HTTP',
    port: receiver.ports.http,
    connections: 4,
    recordsPerRequest: RECORDS_PER_REQUEST,
  } as const;
  await runLoad({ ...load, signal, records, firstNumber });
  await receiver.remove();
}

/** Until the writer has stored as many more as were sent; resolves with its memory after each tenth, MiB. */
async function untilStored(
  writer: ValetProcess,
  { signal, before, records }: { readonly signal: Signal; readonly before: number; readonly records: number },
): Promise<readonly number[]> {
  const label = `topic="${TOPIC_OF_SIGNAL[signal]}"`;
  const deadline = Date.now() + START_MILLIS + (records / SLOWEST_RECORDS_PER_SECOND) * 1000;
  const residentMib: number[] = [];
  while (residentMib.length < 10) {
    if (Date.now() > deadline) throw new Error(`Not stored in time: ${records} records of ${signal}`);
    await sleep(LOOK_MILLIS);
    const requests = (await metricOf(writer, 'valet_writer_records_total', label)) ?? 0;
    const tenths = ((requests * RECORDS_PER_REQUEST - before) / records) * 10;
    while (residentMib.length < Math.floor(tenths)) residentMib.push(memoryMibOf(writer.pid, 'VmRSS'));
  }
  return residentMib;
}

/** Until ClickHouse has used next to no CPU for three seconds: its merges are through. */
async function untilQuiet({ pid }: ClickhouseServer): Promise<void> {
  for (let quiet = 0, before = cpuSecondsOf(pid); quiet < 3; ) {
    await sleep(1000);
    const now = cpuSecondsOf(pid);
    quiet = now - before < 0.1 ? quiet + 1 : 0;
    before = now;
  }
}

/** The results as lines of text. */
export function kafkaToClickhouseReport(results: readonly KafkaToClickhouseResult[]): readonly string[] {
  return results.map((result) =>
    [
      result.signal.padEnd(8),
      `writer ${result.writerCpuSecondsPerMillion.toFixed(2)}`,
      `ClickHouse ${result.clickhouseCpuSecondsPerMillion.toFixed(2)} CPU s per million`,
      `${Math.round(result.recordsPerSecond).toLocaleString('en')} a second`,
      `${Math.round(result.residentMib)} MiB resident at most, by tenths ${result.residentMibByTenth.map(Math.round).join(' ')}`,
    ].join(' · '),
  );
}

if (import.meta.main) {
  const results = await benchKafkaToClickhouse({ records: 1_000_000 });
  process.stdout.write(`${kafkaToClickhouseReport(results).join('\n')}\n`);
}
