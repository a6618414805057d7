import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signal } from '../../schemas/names.ts';
import { liveRequests } from '../payload/live-requests.ts';
import { varintBytes } from '../payload/protobuf.ts';

export const RECORDS_PER_REQUEST = 1000;

export interface PayloadFilesOptions {
  readonly signal: Signal;
  /** In all files together; rounded up to whole requests in each. */
  readonly records: number;
  readonly files: number;
  /** Number of the first request: no two requests of one number and time may be sent. */
  readonly firstNumber: number;
}

/** Payloads as `otlpload run -file` reads them. */
export interface PayloadFiles {
  readonly paths: readonly string[];
  readonly recordsPerFile: number;
  readonly records: number;
  readonly nextNumber: number;
  remove(): void;
}

/**
 * Writes requests that are all different and of now: a receiver may know a repeated body again, and refuse what is
 * old or ahead of its time.
 */
export function writePayloadFiles(options: PayloadFilesOptions): PayloadFiles {
  const { signal, records, files, firstNumber } = options;
  const folder = mkdtempSync(join(tmpdir(), 'valet-payload-'));
  const encode = liveRequests(signal, RECORDS_PER_REQUEST);
  const requestsPerFile = Math.ceil(records / RECORDS_PER_REQUEST / files);
  const recordsPerFile = requestsPerFile * RECORDS_PER_REQUEST;
  const paths = Array.from({ length: files }, (_, file) => {
    const path = join(folder, `${file}.bin`);
    const output = openSync(path, 'w');
    for (let index = 0; index < requestsPerFile; index++) {
      const request = encode(firstNumber + file * requestsPerFile + index, Date.now());
      writeSync(output, varintBytes(request.length));
      writeSync(output, request);
    }
    closeSync(output);
    return path;
  });
  return {
    paths,
    recordsPerFile,
    records: recordsPerFile * files,
    nextNumber: firstNumber + requestsPerFile * files,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
