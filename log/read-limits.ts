import type { LogRead } from './types.ts';

/** `ReadOptions.maxBytes` when absent. */
export const DEFAULT_MAX_BYTES = 8 * 2 ** 20;
/** `ReadOptions.maxRecords` when absent. */
export const DEFAULT_MAX_RECORDS = 10_000;

/** What a read that was ended early found. */
export function nothing(fromOffset: number): LogRead {
  return { from: fromOffset, records: [], next: fromOffset };
}
