/** What taking OTLP costs: receive, validate, append durably, answer. Run alone: `node bench/receive.ts`. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, credentials } from '@grpc/grpc-js';
import { numberedRequests } from './payload/numbered-requests.ts';
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

/** Sends one body; resolves when it is acknowledged. */
type Send = (body: Uint8Array) => Promise<void>;

const SPANS_PER_REQUEST = 1000;
const CONNECTIONS = 4;
const EXPORT_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

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
    const { send, close } = protocol === 'HTTP' ? httpSender(ports.httpPort) : grpcSender(ports.grpcPort);
    const requests = Math.ceil(spans / SPANS_PER_REQUEST);
    const warm = Math.ceil(requests / 10);
    await sendAll(send, 0, warm);
    const before = await cpuOf(child);
    const startMillis = performance.now();
    await sendAll(send, warm, warm + requests);
    const seconds = (performance.now() - startMillis) / 1000;
    const after = await cpuOf(child);
    close();
    const millions = (requests * SPANS_PER_REQUEST) / 1e6;
    return {
      protocol,
      spans: requests * SPANS_PER_REQUEST,
      cpuSecondsPerMillion: (after.cpuSeconds - before.cpuSeconds) / millions,
      spansPerSecond: (requests * SPANS_PER_REQUEST) / seconds,
      residentMib: after.residentBytes / 1024 / 1024,
    };
  } finally {
    child.disconnect();
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sendAll(send: Send, from: number, to: number): Promise<void> {
  // Every body differs: the receivers take a repeated one for a retry.
  const { request: encode } = numberedRequests(SPANS_PER_REQUEST, Date.now());
  let next = from;
  const connection = async () => {
    for (let number = next++; number < to; number = next++) await send(encode(number));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

async function cpuOf(child: ChildProcess): Promise<Extract<ReceiveMessage, { type: 'cpu' }>> {
  child.send('cpu');
  const [message] = (await once(child, 'message')) as [Extract<ReceiveMessage, { type: 'cpu' }>];
  return message;
}

function httpSender(port: number): { send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const send: Send = (body) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
      const call = request({ agent, port, path: '/v1/traces', method: 'POST', headers }, (response) => {
        response.resume();
        response.once('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
        );
      });
      call.once('error', reject);
      call.end(body);
    });
  return { send, close: () => agent.destroy() };
}

function grpcSender(port: number): { send: Send; close(): void } {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  });
  const asIs = (bytes: Buffer) => bytes;
  const send: Send = (body) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(EXPORT_PATH, asIs, asIs, Buffer.from(body.buffer), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  return { send, close: () => client.close() };
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
