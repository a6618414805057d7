/** What decoding OTLP and encoding Native blocks cost, in CPU time. Run alone: `node bench/decode-encode.ts`. */
import { availableParallelism } from 'node:os';
import { encodeBlocks } from '../ingest/writer/blocks.ts';
import { createDecoder } from '../otlp/columns/decode.ts';
import type { EncodedRequest } from '../otlp/columns/types.ts';
import { SIGNALS, type Signal } from '../schemas/names.ts';
import { ChunkPool } from '../store/native/chunk-pool.ts';
import { BASE_NANOS } from './payload/common.ts';
import { generatePayload } from './payload/generate.ts';

/** What to measure. */
export interface DecodeEncodeOptions {
  /** Records to measure per signal, after as many to warm up. @default 1_000_000 */
  readonly records?: number;
  /** Requests of 1,000 records in a batch. @default 20 */
  readonly requestsPerBatch?: number;
}

/** CPU time (user and system, all threads of the process) of one signal. */
export interface DecodeEncodeResult {
  readonly signal: Signal;
  readonly records: number;
  /** Protobuf bytes per record. */
  readonly bytesPerRecord: number;
  /** Native bytes per record. */
  readonly nativeBytesPerRecord: number;
  readonly decodeCpuSecondsPerMillion: number;
  readonly encodeCpuSecondsPerMillion: number;
  /** Records decoded and encoded in one CPU second. */
  readonly recordsPerCpuSecond: number;
}

const RECORDS_PER_REQUEST = 1000;
const RETENTION_SECONDS = 14 * 86_400;
const POLICY = {
  retentionSeconds: { traces: RETENTION_SECONDS, logs: RETENTION_SECONDS, metrics: RETENTION_SECONDS },
};

/** Measures each signal in turn, in this process; nothing else should run in it. */
export function benchDecodeEncode(options: DecodeEncodeOptions = {}): readonly DecodeEncodeResult[] {
  return SIGNALS.map((signal) => benchSignal(signal, options));
}

function benchSignal(signal: Signal, options: DecodeEncodeOptions): DecodeEncodeResult {
  const { records = 1_000_000, requestsPerBatch = 20 } = options;
  const requests = generatePayload(signal, { requests: requestsPerBatch }).map(asRequest);
  const rounds = Math.max(1, Math.round(records / (requestsPerBatch * RECORDS_PER_REQUEST)));
  const run = runner(signal, requests);
  run(rounds);
  const { decodeMicros, encodeMicros, nativeBytes } = run(rounds);
  const measured = rounds * requestsPerBatch * RECORDS_PER_REQUEST;
  const bytes = requests.reduce((sum, request) => sum + request.bytes.length, 0) * rounds;
  return {
    signal,
    records: measured,
    bytesPerRecord: bytes / measured,
    nativeBytesPerRecord: nativeBytes / measured,
    decodeCpuSecondsPerMillion: decodeMicros / measured,
    encodeCpuSecondsPerMillion: encodeMicros / measured,
    recordsPerCpuSecond: measured / ((decodeMicros + encodeMicros) / 1e6),
  };
}

interface Cost {
  readonly decodeMicros: number;
  readonly encodeMicros: number;
  readonly nativeBytes: number;
}

function runner(signal: Signal, requests: readonly EncodedRequest[]): (rounds: number) => Cost {
  const decoder = createDecoder(signal);
  const pool = new ChunkPool();
  return (rounds) => {
    let decodeMicros = 0;
    let encodeMicros = 0;
    let nativeBytes = 0;
    for (let round = 0; round < rounds; round++) {
      const start = process.cpuUsage();
      const batch = decoder.decode(requests);
      const decoded = process.cpuUsage(start);
      const { blocks } = encodeBlocks(batch, POLICY, pool);
      const encoded = process.cpuUsage(start);
      decodeMicros += decoded.user + decoded.system;
      encodeMicros += encoded.user + encoded.system - decoded.user - decoded.system;
      for (const { chunks } of blocks) {
        nativeBytes += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        pool.give(chunks);
      }
    }
    return { decodeMicros, encodeMicros, nativeBytes };
  };
}

function asRequest(bytes: Uint8Array, offset: number): EncodedRequest {
  return { bytes, offset, appendedMillis: Number(BASE_NANOS / 1_000_000n), tenant: '' };
}

/** The results as lines of text. */
export function decodeEncodeReport(results: readonly DecodeEncodeResult[]): readonly string[] {
  return results.map((result) =>
    [
      result.signal.padEnd(8),
      `decode ${result.decodeCpuSecondsPerMillion.toFixed(2)}`,
      `encode ${result.encodeCpuSecondsPerMillion.toFixed(2)} CPU s per million`,
      `${Math.round(result.recordsPerCpuSecond).toLocaleString('en')} records per CPU second`,
      `${Math.round(result.bytesPerRecord)} B in, ${Math.round(result.nativeBytesPerRecord)} B out`,
    ].join(' · '),
  );
}

if (import.meta.main) {
  const report = decodeEncodeReport(benchDecodeEncode());
  process.stdout.write(`${availableParallelism()} cores\n${report.join('\n')}\n`);
}
