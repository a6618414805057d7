import { setFlagsFromString } from 'node:v8';

/**
 * How far the heap of each thread may grow, in percent of what was alive at the last full collection, before the next
 * one begins. V8 takes 20 to 30 for threads that make few objects; it counts the memory of buffers as well, so that a
 * thread with 25 MiB of objects would collect everything for every batch of some MiB it reads.
 */
const GROWTH_PERCENT = 200;

/** For this process and the workers it starts from here on. */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
