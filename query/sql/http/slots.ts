/** Too many statements run and wait already. */
export class NoSlot extends Error {}

export interface SlotsOptions {
  /** Statements that run at the same time. */
  readonly running: number;
  /** Statements that wait for one of these to end. */
  readonly waiting: number;
  /** Longest wait, milliseconds. */
  readonly waitMillis: number;
}

/** A counting semaphore with a bounded queue, first come first served. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #queue: (() => void)[] = [];
  #taken = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Resolves with the function that gives the slot back. Rejects with {@link NoSlot}, or when the signal aborts. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#options.running) this.#taken++;
    else await this.#wait(signal);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#queue.shift();
      // The slot goes over to the one that waits, so the count stays.
      if (next === undefined) this.#taken--;
      else next();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#queue.length >= this.#options.waiting)
      return Promise.reject(new NoSlot('Cannot queue the statement'));
    return new Promise((resolve, reject) => {
      const leave = (error: Error): void => {
        this.#queue.splice(this.#queue.indexOf(start), 1);
        done();
        reject(error);
      };
      const timer = setTimeout(
        () => leave(new NoSlot('Cannot wait longer for a slot')),
        this.#options.waitMillis,
      );
      const abort = (): void => leave(new Error('Cannot wait for a reader that left'));
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      };
      const start = (): void => {
        done();
        resolve();
      };
      signal.addEventListener('abort', abort);
      this.#queue.push(start);
    });
  }
}
