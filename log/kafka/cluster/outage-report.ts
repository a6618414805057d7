import type { Logger } from 'pino';

/** Logs a broker's outage once when it begins and once when it is over, not at every repetition. */
export class OutageReport {
  readonly #logger: Logger;
  readonly #since = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  failed(broker: string, reason: string): void {
    if (this.#since.has(broker)) return;
    this.#since.set(broker, performance.now());
    this.#logger.warn({ broker, reason }, 'Kafka broker does not answer');
  }

  answered(broker: string): void {
    const since = this.#since.get(broker);
    if (since === undefined) return;
    this.#since.delete(broker);
    const seconds = Math.round((performance.now() - since) / 100) / 10;
    this.#logger.info({ broker, seconds }, 'Kafka broker answers again');
  }
}
