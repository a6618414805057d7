/** What taking OTLP costs: receive, validate, append durably, answer. Run alone: `node bench/receive.ts`. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLoad } from './load/load.ts';
import type { ReceiveMessage } from './receive-process.ts';

export interface ReceiveOptions {
  /** Spans to measure per protocol, after a tenth of them to warm up. @default 1_000_000 */
  readonly spans?: number;
}

export interface ReceiveResult {
  readonly protocol: 'HTTP' | 'gRPC';
  readonly spans: number;
  /** Of the receivers' process, user and system. */
  readonly cpuSecondsPerMillion: number;
  /** As sent on this machine, sender and receiver sharing its cores. */
  readonly spansPerSecond: number;
  readonly residentMib: number;
}

const SPANS_PER_REQUEST = 1000;
const CONNECTIONS = 4;

/** Measures HTTP, then gRPC, each on an empty log in the temporary directory. */
export async function benchReceive({
  spans = 1_000_000,
}: ReceiveOptions = {}): Promise<readonly ReceiveResult[]> {
  return [await measure('HTTP', spans), await measure('gRPC', spans)];
}

async function measure(protocol: ReceiveResult['protocol'], spans: number): Promise<ReceiveResult> {
  const folder = mkdtempSync(join(tmpdir(), 'valet-bench-'));
  const child = fork(fileURLToPath(new URL('./receive-process.ts', import.meta.url)), [join(folder, 'log')]);
  try {
    const [ports] = (await once(child, 'message')) as [Extract<ReceiveMessage, { type: 'listening' }>];
    const load = {
      protocol,
      signal: 'traces',
      port: protocol === 'HTTP' ? ports.httpPort : ports.grpcPort,
      connections: CONNECTIONS,
      recordsPerRequest: SPANS_PER_REQUEST,
    } as const;
    const { nextNumber } = await runLoad({ ...load, firstNumber: 0, records: spans / 10 });
    const before = await cpuOf(child);
    const tally = await runLoad({ ...load, firstNumber: nextNumber, records: spans });
    const after = await cpuOf(child);
    return {
      protocol,
      spans: tally.records,
      cpuSecondsPerMillion: ((after.cpuSeconds - before.cpuSeconds) / tally.records) * 1e6,
      spansPerSecond: tally.records / tally.seconds,
      residentMib: after.residentBytes / 1024 / 1024,
    };
  } finally {
    child.disconnect();
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cpuOf(child: ChildProcess): Promise<Extract<ReceiveMessage, { type: 'cpu' }>> {
  child.send('cpu');
  const [message] = (await once(child, 'message')) as [Extract<ReceiveMessage, { type: 'cpu' }>];
  return message;
}

/** The results as lines of text. */
export function receiveReport(results: readonly ReceiveResult[]): readonly string[] {
  return results.map((result) =>
    [
      result.protocol.padEnd(8),
      `${result.cpuSecondsPerMillion.toFixed(2)} CPU s per million`,
      `${Math.round(1e6 / result.cpuSecondsPerMillion).toLocaleString('en')} spans per CPU second`,
      `${Math.round(result.spansPerSecond).toLocaleString('en')} spans/s`,
      `${Math.round(result.residentMib)} MiB resident`,
    ].join(' · '),
  );
}

if (import.meta.main) process.stdout.write(`${receiveReport(await benchReceive()).join('\n')}\n`);
