/**
 * Bytes that several parties share. Whoever waits is served in the order of asking, so each gets its turn; nobody asks
 * for more while holding some, so nobody waits for himself.
 */
export class MemoryBudget {
  readonly #total: number;
  readonly #waiting: Waiter[] = [];
  #held = 0;
  #leases = 0;

  /** `total`: bytes; what asks for more than all of it gets it when nothing else is held. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /** Resolves when the bytes are free; undefined when the signal aborts first. */
  lease(bytes: number, signal: AbortSignal): Promise<MemoryLease | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(undefined);
        this.#serve();
      };
      const waiter: Waiter = {
        bytes,
        grant: (lease) => {
          signal.removeEventListener('abort', leave);
          resolve(lease);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#leases > 0 && this.#held + next.bytes > this.#total) return;
      this.#waiting.shift();
      next.grant(this.#grant(next.bytes));
    }
  }

  #grant(bytes: number): MemoryLease {
    let held = bytes;
    let isOver = false;
    this.#held += bytes;
    this.#leases++;
    return {
      resize: (wanted) => {
        if (isOver) return;
        this.#held += wanted - held;
        held = wanted;
        this.#serve();
      },
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#held -= held;
        this.#leases--;
        this.#serve();
      },
    };
  }
}

/** Bytes held of a {@link MemoryBudget}. */
export interface MemoryLease {
  /** Says how much it really is; never waits. Nothing after the release. */
  resize(bytes: number): void;
  /** Once is enough. */
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly grant: (lease: MemoryLease) => void;
}
