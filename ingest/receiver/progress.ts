/** A sender below this rate is slow. */
const SLOW_BYTES_PER_SECOND = 64 * 1024;

/**
 * How fast a body arrives, judged over windows: a stall after a quick start shows as much as a trickle from the
 * beginning.
 */
export class Progress {
  readonly #windowMillis: number;
  #sinceMillis: number;
  #lastMillis: number;
  #bytes = 0;
  #wasSlow = false;

  /** `windowMillis`: how long a sender is given the benefit of the doubt. */
  constructor(windowMillis: number, nowMillis: number) {
    this.#windowMillis = windowMillis;
    this.#sinceMillis = nowMillis;
    this.#lastMillis = nowMillis;
  }

  /** So many bytes came. */
  arrived(bytes: number, nowMillis: number): void {
    this.#bytes += bytes;
    this.#lastMillis = nowMillis;
    if (nowMillis - this.#sinceMillis < this.#windowMillis) return;
    this.#wasSlow = this.#isSlowUntil(nowMillis);
    this.#sinceMillis = nowMillis;
    this.#bytes = 0;
  }

  /** Whether nothing came for a window, the last whole one was slow, or the running one is that has lasted as long. */
  isSlow(nowMillis: number): boolean {
    const isStalled = nowMillis - this.#lastMillis >= this.#windowMillis;
    return isStalled || this.#wasSlow || this.#isSlowUntil(nowMillis);
  }

  #isSlowUntil(nowMillis: number): boolean {
    const elapsed = nowMillis - this.#sinceMillis;
    return elapsed >= this.#windowMillis && this.#bytes * 1000 < SLOW_BYTES_PER_SECOND * elapsed;
  }
}
