import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Signal } from '../../schemas/names.ts';
import { type PayloadFiles, RECORDS_PER_REQUEST } from './payload-files.ts';
import { peerProgram } from './programs.ts';

const run = promisify(execFile);
/** Longer than any measurement: `-max` ends it. */
const LIMIT_SECONDS = 900;

export interface SendOptions {
  readonly protocol: 'grpc' | 'http';
  readonly port: number;
  readonly signal: Signal;
  readonly gzip: boolean;
  /** The processor the sender may use. */
  readonly core: string;
}

export interface SendTally {
  /** Acknowledged. */
  readonly records: number;
  /** Answers that were errors; otlpload goes on with another request then. */
  readonly errors: number;
  /** Answers with a partial success. */
  readonly partial: number;
}

/** Sends each file once over a connection of its own, all at once, as fast as they are answered. */
export async function sendFiles(files: PayloadFiles, options: SendOptions): Promise<SendTally> {
  const tallies = await Promise.all(files.paths.map((path) => sendFile(path, files.recordsPerFile, options)));
  const sum = (key: 'errors' | 'partial') => tallies.reduce((total, tally) => total + tally[key], 0);
  return { records: files.records, errors: sum('errors'), partial: sum('partial') };
}

async function sendFile(
  path: string,
  records: number,
  { protocol, port, signal, gzip, core }: SendOptions,
): Promise<Omit<SendTally, 'records'>> {
  const { stdout } = await run('taskset', [
    ...['-c', core, peerProgram('otlpload'), 'run', '-file', path, '-conns', '1', '-warm', '0'],
    ...['-proto', protocol, '-addr', `127.0.0.1:${port}`, '-signal', signal, `-gzip=${gzip}`],
    ...['-items', `${RECORDS_PER_REQUEST}`, '-max', `${records}`, '-seconds', `${LIMIT_SECONDS}`],
  ]);
  const tally = /errors=(\d+) partial_responses=(\d+)/.exec(stdout);
  if (tally === null) throw new Error(`otlpload said something unexpected: ${stdout}`);
  return { errors: Number(tally[1]), partial: Number(tally[2]) };
}
