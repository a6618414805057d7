/** One at a time: callers wait for their turn in the order they came. */
export class Gate {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the act when all before it have ended, well or badly. */
  run<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act, act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
