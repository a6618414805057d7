import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait between attempts. */
export interface BackoffOptions {
  /** @default 100 */
  readonly baseMillis?: number;
  /** @default 30_000 */
  readonly maxMillis?: number;
  /** A store that asks for more time than this gets this. @default 120_000 */
  readonly maxAskedMillis?: number;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/** The wait before attempt number `attempt` (from 1): doubling from the base, capped, then between half and all of it. */
export function backoffMillis(attempt: number, options: BackoffOptions = {}): number {
  const { baseMillis = 100, maxMillis = 30_000, random = Math.random } = options;
  const full = Math.min(maxMillis, baseMillis * 2 ** Math.min(attempt - 1, 30));
  return full * (0.5 + random() / 2);
}

/** Waits; false when the signal ended it. */
export async function pause(millis: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(millis, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
