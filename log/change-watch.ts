/** Options of {@link ChangeWatch}. */
export interface ChangeWatchOptions {
  /** A number that changes with every append, whoever made it. */
  readonly sequence: () => number;
  /** Look at the sequence this often while somebody waits; absent: only {@link ChangeWatch.wake} is heard. */
  readonly pollMillis?: number;
}

/** Lets readers wait for an append: one timer for all of them, running only while there are any. */
export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  readonly #waiters = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #seen = 0;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the sequence is other than `seen`, after `millis`, when the signal aborts or at {@link close}. Read
   * the sequence before the records, so that an append between the two is not slept over.
   */
  wait(seen: number, millis: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || this.#options.sequence() !== seen) return Promise.resolve();
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
    for (const done of [...this.#waiters]) done();
  }

  /** Ends every wait and the timer. */
  close(): void {
    this.wake();
  }

  #startPolling(seen: number): void {
    if (this.#timer !== undefined || this.#options.pollMillis === undefined) return;
    this.#seen = seen;
    this.#timer = setInterval(() => this.#poll(), this.#options.pollMillis);
  }

  #poll(): void {
    const sequence = this.#options.sequence();
    if (sequence === this.#seen) return;
    this.#seen = sequence;
    this.wake();
  }

  #stopPolling(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
