/** Waits out a log that fails: the engine goes on where it was when it is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import { LogError } from '../log/errors.ts';

/** What an engine does by itself. */
export type Activity = 'start' | 'publishing' | 'definitions' | 'evaluation' | 'metering' | 'end';

export interface PatienceOptions {
  /** What waits, for log lines and metrics. */
  readonly what: Activity;
  readonly failures: Counter<'activity'>;
  readonly logger: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MILLIS = 250;
const LONGEST_PAUSE_MILLIS = 5000;
/** A failure that lasts is told again so often. */
const TELL_MILLIS = 60_000;

/** Of one activity; its failures are told when they begin, now and then, and when they are over. */
export class Patience {
  readonly #options: PatienceOptions;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /**
   * Repeats the act while the log fails, with growing pauses; undefined when the signal ended that. Rejects with any
   * other failure, and when the log was closed.
   */
  async repeat<T>(act: () => Promise<T>): Promise<T | undefined> {
    const { failures, signal, logger, what } = this.#options;
    const begun = performance.now();
    let told = Number.NEGATIVE_INFINITY;
    for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
      try {
        const result = await act();
        if (told > 0) logger.info({ seconds: (performance.now() - begun) / 1000 }, `${what} goes on`);
        return result;
      } catch (error) {
        if (!isTemporary(error)) throw error;
        failures.inc({ activity: what });
        if (performance.now() - told >= TELL_MILLIS) {
          told = performance.now();
          logger.warn({ err: error }, `${what} waits for the log`);
        }
      }
      if (signal.aborted) return undefined;
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
    }
  }
}

function isTemporary(error: unknown): boolean {
  return error instanceof LogError && error.code !== 'log-closed';
}
