import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SenderOptions } from './senders.ts';

/** What to send, until `records` or `seconds` are over. */
export interface Load extends SenderOptions {
  readonly recordsPerRequest: number;
  /** Number of the first request: requests of one number and time would be the same. */
  readonly firstNumber: number;
  readonly records?: number;
  readonly seconds?: number;
  /** Absent: as fast as it is acknowledged. */
  readonly recordsPerSecond?: number;
}

/** What came of it. */
export interface LoadTally {
  /** Acknowledged. */
  readonly records: number;
  readonly nextNumber: number;
  /** Answers that were not 200; their requests were sent again. */
  readonly refused: number;
  readonly seconds: number;
  /** Of the sending process. */
  readonly cpuSeconds: number;
}

/** Sends in a process of its own; resolves when everything sent is acknowledged. */
export async function runLoad(load: Load): Promise<LoadTally> {
  const child = fork(fileURLToPath(new URL('./load-process.ts', import.meta.url)));
  try {
    child.send(load);
    const [tally] = (await once(child, 'message')) as [LoadTally];
    return tally;
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}
