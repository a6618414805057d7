/** Whether a target takes what it is sent: the pauses after failures, the metrics, and one log line per change. */
import type { Logger } from 'pino';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import type { Target } from './parse-targets.ts';
import type { Failure } from './post-json.ts';

export interface TargetHealthOptions {
  readonly target: Target;
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const FIRST_PAUSE_MILLIS = 500;
/** Shorter than a repetition: a target that is back is told within one. */
const LONGEST_PAUSE_MILLIS = 15_000;

/** See above. */
export class TargetHealth {
  readonly #options: TargetHealthOptions;
  #failures = 0;
  #failingSinceMillis = 0;
  #resumeMillis = Number.NEGATIVE_INFINITY;

  constructor(options: TargetHealthOptions) {
    this.#options = options;
    options.metrics.begin(options.target.name, options.now);
  }

  /** Whether it is too early for the next try. */
  isPaused(nowMillis: number): boolean {
    // A clock set back must not put the next try off.
    return nowMillis < this.#resumeMillis && this.#resumeMillis - nowMillis <= LONGEST_PAUSE_MILLIS;
  }

  /** The target has taken a request with so many alerts. */
  taken(alerts: number): void {
    const { target, logger, metrics, now } = this.#options;
    metrics.taken(target.name, { alerts, nowMillis: now() });
    if (this.#failures > 0) {
      const seconds = (now() - this.#failingSinceMillis) / 1000;
      logger.info({ target: target.name, seconds }, 'target takes alerts again');
    }
    this.#failures = 0;
    this.#resumeMillis = Number.NEGATIVE_INFINITY;
  }

  /** A request to the target has failed. */
  failed({ reason, detail }: Failure): void {
    const { target, logger, metrics, now } = this.#options;
    metrics.failures.inc({ target: target.name, reason });
    if (this.#failures === 0) {
      this.#failingSinceMillis = now();
      logger.warn(
        { target: target.name, reason, detail },
        'target takes no alerts, it is tried again and again',
      );
    }
    this.#resumeMillis = now() + Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** this.#failures);
    this.#failures += 1;
  }
}
