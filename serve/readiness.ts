import type { Readiness } from '../query/api/options.ts';

/** What keeps this process from its work: asked of every part whenever `/readyz` is. */
export class ReadinessChecks {
  readonly #checks = new Map<string, () => string | undefined>();

  /** Sets a part's check: undefined when all is well, else a sentence. Replaces its earlier one. */
  set(part: string, check: () => string | undefined): void {
    this.#checks.set(part, check);
  }

  /** The answer of the moment. */
  now(): Readiness {
    const reasons = [...this.#checks.values()]
      .map((check) => check())
      .filter((reason) => reason !== undefined);
    return { ok: reasons.length === 0, reasons };
  }
}
