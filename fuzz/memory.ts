import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FuzzFailure } from './failure.ts';

/** Memory that is left when everything unused was collected, in bytes. */
export interface Memory {
  readonly heapBytes: number;
  /** Buffers outside the heap. */
  readonly externalBytes: number;
  /** Of the whole process. */
  readonly residentBytes: number;
}

/** Growth that is no growth: code is compiled, pools fill. Generous: a leak of a payload's size passes it soon. */
const FACTOR = 1.5;
const SLACK_BYTES = { heapBytes: 16 * 2 ** 20, externalBytes: 16 * 2 ** 20, residentBytes: 128 * 2 ** 20 };

/** Collects twice, as what the first time is only let go is collected the second time, and measures. */
export function settledMemory(): Memory {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external, residentBytes: rss };
}

/** @throws {FuzzFailure} when the later memory is more than the earlier one allows for */
export function checkFlat(early: Memory, late: Memory): void {
  for (const part of ['heapBytes', 'externalBytes', 'residentBytes'] as const) {
    if (late[part] > early[part] * FACTOR + SLACK_BYTES[part])
      throw new FuzzFailure('memory', `${part} went from ${early[part]} to ${late[part]}`);
  }
}
