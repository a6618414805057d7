/** Bytes a request holds of the receiver's memory. */
export interface Reservation {
  /** Holds so many bytes more; false when that would exceed the limit, and nothing changes then. */
  grow(bytes: number): boolean;
  /** Gives everything back; later calls do nothing. */
  release(): void;
}

/** Counts the request bytes in flight and refuses what would exceed the limit. Never waits. */
export class Admission {
  readonly #maxBytes: number;
  #bytes = 0;

  /** `maxBytes`: most bytes all requests together may hold. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that could still be taken. */
  get available(): number {
    return this.#maxBytes - this.#bytes;
  }

  /** Holds so many bytes for a request, or nothing: undefined when they would exceed the limit. */
  reserve(bytes: number): Reservation | undefined {
    const reservation = this.#open();
    return reservation.grow(bytes) ? reservation : undefined;
  }

  #open(): Reservation {
    let held = 0;
    let open = true;
    return {
      grow: (bytes) => {
        if (!open || bytes > this.available) return false;
        held += bytes;
        this.#bytes += bytes;
        return true;
      },
      release: () => {
        this.#bytes -= held;
        held = 0;
        open = false;
      },
    };
  }
}
