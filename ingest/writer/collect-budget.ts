const MIB = 2 ** 20;
/** So much every batch may have, however little is left: less at a time makes too many parts. */
export const LEAST_BATCH_BYTES = 2 * MIB;
/** One batch takes at most this part of what is left, so that others find something too. */
const PART_OF_REST = 1 / 3;

/** What one batch holds of a {@link CollectBudget}. */
export interface CollectShare {
  /** Sets bytes aside for a batch that has begun; returns how many it may have, at least 2 MiB, at most `maxBytes`. */
  allow(maxBytes: number): number;
  /** Says how many it really has. */
  settle(bytes: number): void;
  /** It is mapped: its records are not held any more. Once is enough. */
  release(): void;
}

/**
 * Bytes of requests that all partitions hold between reading and mapping. A partition without records holds none; one
 * with a backlog gets what the others leave.
 */
export class CollectBudget {
  readonly #total: number;
  #held = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Bytes held or set aside now. */
  get held(): number {
    return this.#held;
  }

  share(): CollectShare {
    let own = 0;
    const hold = (bytes: number) => {
      this.#held += bytes - own;
      own = bytes;
    };
    return {
      allow: (maxBytes) => {
        const rest = (this.#total - this.#held) * PART_OF_REST;
        hold(Math.min(maxBytes, Math.max(LEAST_BATCH_BYTES, Math.floor(rest))));
        return own;
      },
      settle: hold,
      release: () => hold(0),
    };
  }
}
