/** So many seconds' worth may be taken at once: exporters send in bursts of five seconds by default. */
export const BURST_SECONDS = 5;

/**
 * A rate limit. What is taken may exceed what is there: the bucket is in debt then, and nothing may be taken until it
 * is paid, so that the rate holds whatever the size of a single taking.
 */
export class TokenBucket {
  readonly #ratePerSecond: number;
  #tokens: number;
  #sinceMillis: number;

  /** Full at the start. */
  constructor(ratePerSecond: number, nowMillis: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#tokens = ratePerSecond * BURST_SECONDS;
    this.#sinceMillis = nowMillis;
  }

  /** Seconds until something may be taken; 0 when that is now. */
  waitSeconds(nowMillis: number): number {
    this.#fill(nowMillis);
    return this.#tokens > 0 ? 0 : (1 - this.#tokens) / this.#ratePerSecond;
  }

  /** Takes so many, or gives them back when negative. */
  take(tokens: number): void {
    this.#tokens = Math.min(this.#tokens - tokens, this.#ratePerSecond * BURST_SECONDS);
  }

  /** Nothing was taken for so long that a new bucket would be the same. */
  isFull(nowMillis: number): boolean {
    this.#fill(nowMillis);
    return this.#tokens >= this.#ratePerSecond * BURST_SECONDS;
  }

  #fill(nowMillis: number): void {
    const seconds = (nowMillis - this.#sinceMillis) / 1000;
    this.#sinceMillis = nowMillis;
    // A clock set back fills nothing.
    if (seconds > 0) this.take(-seconds * this.#ratePerSecond);
  }
}
