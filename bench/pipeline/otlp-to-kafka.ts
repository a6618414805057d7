/** What taking OTLP costs on a real Kafka: receive, validate, append with acks=all, answer. Run alone: `node bench/pipeline/otlp-to-kafka.ts`. */
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import { startKafkaBroker } from '../../tests/support/kafka-broker.ts';
import { ValetProcess } from '../../tests/support/valet-process.ts';
import { runLoad } from '../load/load.ts';
import type { SenderProtocol } from '../load/senders.ts';
import { cpuSecondsOf, memoryMibOf } from '../process-usage.ts';
import { serverEnvironment } from './server-environment.ts';

export interface OtlpToKafkaResult {
  readonly protocol: SenderProtocol;
  readonly signal: Signal;
  readonly records: number;
  /** Of the receiver's process, user and system. */
  readonly cpuSecondsPerMillion: number;
  /** As sent on this machine, sender, receiver and broker sharing its cores. */
  readonly recordsPerSecond: number;
  readonly residentMib: number;
}

const RECORDS_PER_REQUEST = 1000;
const CONNECTIONS = 4;

/** Measures spans over HTTP and gRPC, then log records and metric points over HTTP. */
export async function benchOtlpToKafka({
  records,
  signals = SIGNALS,
}: {
  readonly records: number;
  /** @default all */
  readonly signals?: readonly Signal[];
}): Promise<readonly OtlpToKafkaResult[]> {
  const broker = await startKafkaBroker();
  try {
    const receiver = await ValetProcess.start({ environment: serverEnvironment(broker), role: 'receiver' });
    try {
      const results: OtlpToKafkaResult[] = [];
      for (const signal of signals)
        for (const protocol of signal === 'traces' ? (['gRPC', 'HTTP'] as const) : (['HTTP'] as const))
          results.push(await measure(receiver, { protocol, signal, records }));
      return results;
    } finally {
      await receiver.remove();
    }
  } finally {
    await broker.close();
  }
}

async function measure(
  receiver: ValetProcess,
  { protocol, signal, records }: Pick<OtlpToKafkaResult, 'protocol' | 'signal' | 'records'>,
): Promise<OtlpToKafkaResult> {
  const port = protocol === 'HTTP' ? receiver.ports.http : receiver.ports.grpc;
  const load = { protocol, signal, port, connections: CONNECTIONS, recordsPerRequest: RECORDS_PER_REQUEST };
  const { nextNumber } = await runLoad({ ...load, firstNumber: 0, records: records / 5 });
  const before = cpuSecondsOf(receiver.pid);
  const tally = await runLoad({ ...load, firstNumber: nextNumber, records });
  if (tally.refused > 0) throw new Error(`The receiver refused ${tally.refused} requests`);
  return {
    protocol,
    signal,
    records: tally.records,
    cpuSecondsPerMillion: ((cpuSecondsOf(receiver.pid) - before) / tally.records) * 1e6,
    recordsPerSecond: tally.records / tally.seconds,
    residentMib: memoryMibOf(receiver.pid, 'VmRSS'),
  };
}

/** The results as lines of text. */
export function otlpToKafkaReport(results: readonly OtlpToKafkaResult[]): readonly string[] {
  return results.map((result) =>
    [
      `${result.signal} over ${result.protocol}`.padEnd(17),
      `${result.cpuSecondsPerMillion.toFixed(2)} CPU s per million`,
      `${Math.round(result.recordsPerSecond).toLocaleString('en')} a second`,
      `${Math.round(result.residentMib)} MiB resident`,
    ].join(' · '),
  );
}

if (import.meta.main) {
  const results = await benchOtlpToKafka({ records: 1_000_000 });
  process.stdout.write(`${otlpToKafkaReport(results).join('\n')}\n`);
}
