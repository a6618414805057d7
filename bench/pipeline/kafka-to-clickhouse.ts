/**
 * What storing costs from a real Kafka: fetch, decode, encode Native, insert acknowledged; and what it costs
 * ClickHouse, views and merges included. Run alone: `node bench/pipeline/kafka-to-clickhouse.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { type ClickhouseServer, startClickhouseServer } from '../../tests/support/clickhouse-server.ts';
import { type KafkaBroker, startKafkaBroker } from '../../tests/support/kafka-broker.ts';
import { eventually, ValetProcess } from '../../tests/support/valet-process.ts';
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
  readonly residentMib: number;
}

const RECORDS_PER_REQUEST = 1000;
const LIMIT_MILLIS = 1_200_000;

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
        await untilStored(writer, warm);
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
  await untilStored(writer, { signal, records: warm + records });
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

/** Until the writer has stored as many requests as were sent. */
async function untilStored(
  writer: ValetProcess,
  { signal, records }: { readonly signal: Signal; readonly records: number },
): Promise<void> {
  const label = `topic="${TOPIC_OF_SIGNAL[signal]}"`;
  const requests = records / RECORDS_PER_REQUEST;
  await eventually(
    `${requests} requests stored`,
    async () => ((await metricOf(writer, 'valet_writer_records_total', label)) ?? 0) >= requests || undefined,
    LIMIT_MILLIS,
  );
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
      `${Math.round(result.residentMib)} MiB resident at most`,
    ].join(' · '),
  );
}

if (import.meta.main) {
  const results = await benchKafkaToClickhouse({ records: 1_000_000 });
  process.stdout.write(`${kafkaToClickhouseReport(results).join('\n')}\n`);
}
