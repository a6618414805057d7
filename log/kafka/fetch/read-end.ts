/** When a read has to end whatever it found: its signal or the handle's closing. To be released when it is over. */
export class ReadEnd {
  readonly #signals: readonly AbortSignal[];
  readonly #ended = Promise.withResolvers<undefined>();
  readonly #end = () => this.#ended.resolve(undefined);

  constructor(signals: readonly AbortSignal[]) {
    this.#signals = signals;
    for (const signal of signals) signal.addEventListener('abort', this.#end);
  }

  get isNow(): boolean {
    return this.#signals.some(({ aborted }) => aborted);
  }

  /** The result, or undefined when the end comes before it, or after the time. */
  async orEnd<Result>(result: Promise<Result>, millis?: number): Promise<Result | undefined> {
    // Whoever comes too late may fail unheard.
    result.catch(() => {});
    if (this.isNow) return undefined;
    const timeUp = Promise.withResolvers<undefined>();
    const timer = millis === undefined ? undefined : setTimeout(() => timeUp.resolve(undefined), millis);
    try {
      return await Promise.race([result, this.#ended.promise, timeUp.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  release(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#end);
  }
}
