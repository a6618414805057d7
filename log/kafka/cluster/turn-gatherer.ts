/** An item that waits for its answer. */
export interface Asked<Item, Answer> {
  readonly item: Item;
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

/** Gathers what is asked within one turn of the event loop, so that it goes out in one request. */
export class TurnGatherer<Item, Answer> {
  readonly #answer: (asked: readonly Asked<Item, Answer>[]) => void;
  #asked: Asked<Item, Answer>[] = [];

  /** `answer` has to settle every item it is given. */
  constructor(answer: (asked: readonly Asked<Item, Answer>[]) => void) {
    this.#answer = answer;
  }

  ask(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#asked.length === 0) setImmediate(() => this.#flush());
      this.#asked.push({ item, resolve, reject });
    });
  }

  #flush(): void {
    const asked = this.#asked;
    this.#asked = [];
    this.#answer(asked);
  }
}
