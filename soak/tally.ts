/** What became of a request, as its sender knows. */
export const OUTCOME = {
  /** Not sent, or never acknowledged: nothing is promised of it. */
  none: 0,
  /** Acknowledged at its first try: stored once. */
  firstTry: 1,
  /** Acknowledged after it was repeated: stored once or more. */
  repeated: 2,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

const INITIAL = 1 << 16;

/** The senders' own book: outcomes by request number, a byte each. */
export class Tally {
  #outcomes = new Uint8Array(INITIAL);
  #size = 0;

  set(number: number, outcome: Outcome): void {
    if (number >= this.#outcomes.length) {
      const grown = new Uint8Array(Math.max(number + 1, this.#outcomes.length * 2));
      grown.set(this.#outcomes);
      this.#outcomes = grown;
    }
    this.#outcomes[number] = outcome;
    this.#size = Math.max(this.#size, number + 1);
  }

  /** All numbers are below it. */
  get size(): number {
    return this.#size;
  }

  of(number: number): Outcome {
    return (this.#outcomes[number] ?? OUTCOME.none) as Outcome;
  }

  count(outcome: Outcome): number {
    let count = 0;
    for (let number = 0; number < this.#size; number++) if (this.#outcomes[number] === outcome) count++;
    return count;
  }
}
