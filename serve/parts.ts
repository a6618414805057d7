import type { Logger } from 'pino';

/** Something to end, with its name for the log. */
interface Part {
  readonly name: string;
  readonly close: () => Promise<unknown>;
}

/** What runs, in the order of its start. */
export class Parts {
  readonly #parts: Part[] = [];

  /** Adds what has just been started. */
  add(name: string, close: () => Promise<unknown>): void {
    this.#parts.push({ name, close });
  }

  /** Ends everything in reverse order; a part that cannot be ended in order is logged. */
  async close(logger: Logger): Promise<void> {
    for (const { name, close } of this.#parts.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error, part: name }, 'could not end a part in order');
      }
    }
  }
}
