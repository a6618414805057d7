import { openSync, readFileSync, writeSync } from 'node:fs';
import type { RunProgress } from './run-target.ts';

/*
 * A file of three 32-bit integers, written in place by the process that runs and read by the one that watches; it is
 * still there when the former is not:
 *   0  number of the round's first payload
 *   1  which payload of the round is next; -1: all of them together
 *   2  counts up with every step
 */
const FIRST = 0;
const PAYLOAD = 1;
const STEPS = 2;
const NUMBERS = 3;

/** Where a run is. */
export interface Position {
  readonly first: number;
  readonly payload: number;
  readonly steps: number;
}

/** Progress that another process can read in the file. */
export function writeProgress(path: string): RunProgress {
  const file = openSync(path, 'w');
  const numbers = new Int32Array(NUMBERS);
  const step = (index: number, value: number) => {
    numbers[index] = value;
    numbers[STEPS] = ((numbers[STEPS] as number) + 1) | 0;
    writeSync(file, numbers, 0, numbers.byteLength, 0);
  };
  return {
    round: (first) => {
      numbers[PAYLOAD] = -1;
      step(FIRST, first);
    },
    payload: (index) => step(PAYLOAD, index),
  };
}

/** The progress as it is now; undefined before the first step. */
export function readProgress(path: string): Position | undefined {
  const bytes = readFileSync(path);
  if (bytes.length < NUMBERS * 4) return undefined;
  const [first = 0, payload = 0, steps = 0] = [FIRST, PAYLOAD, STEPS].map((index) =>
    bytes.readInt32LE(index * 4),
  );
  return { first, payload, steps };
}
