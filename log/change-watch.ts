/** Options of {@link ChangeWatch}. */
export interface ChangeWatchOptions {
  /** A number that changes with every append, whoever made it. */
  readonly sequence: () => number;
  /**
   * Look at the sequence this often while somebody waits, ten times as seldom when nothing has come for long; absent:
   * only {@link ChangeWatch.wake} is heard.
   */
  readonly pollMillis?: number;
}

/** The next look comes after this part of the time since the last change: looks are what an idle reader costs. */
const PART_OF_QUIET = 1 / 20;
const SELDOM = 10;

/** Lets readers wait for an append: one timer for all of them, running only while there are any. */
export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  readonly #waiters = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #seen = 0;
  #changedMillis = performance.now();

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the sequence is other than `seen`, after `millis`, when the signal aborts or at {@link close}. Read
   * the sequence before the records, so that an append between the two is not slept over.
   */
  wait(seen: number, millis: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (this.#options.sequence() !== seen) {
      this.#changedMillis = performance.now();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', done);
        this.#waiters.delete(done);
        if (this.#waiters.size === 0) this.#stopPolling();
        resolve();
      };
      const limit = setTimeout(done, millis);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiters.add(done);
      this.#startPolling(seen);
    });
  }

  /** Ends every wait: something was appended. */
  wake(): void {
    this.#changedMillis = performance.now();
    for (const done of [...this.#waiters]) done();
  }

  /** Ends every wait and the timer. */
  close(): void {
    this.wake();
  }

  #startPolling(seen: number): void {
    const { pollMillis } = this.#options;
    if (this.#timer !== undefined || pollMillis === undefined) return;
    this.#seen = seen;
    this.#pollAgain(pollMillis);
  }

  #pollAgain(pollMillis: number): void {
    const quiet = performance.now() - this.#changedMillis;
    const pause = Math.min(Math.max(pollMillis, quiet * PART_OF_QUIET), pollMillis * SELDOM);
    this.#timer = setTimeout(() => {
      const sequence = this.#options.sequence();
      if (sequence === this.#seen) {
        this.#pollAgain(pollMillis);
        return;
      }
      this.#seen = sequence;
      this.wake();
    }, pause);
  }

  #stopPolling(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
