/** Collects firings from the states of alerts over time. */
import type { Severity } from '../../engine/core/types.ts';
import type { Firing } from './types.ts';

/** See above. Seconds must not go back. */
export class Firings {
  readonly #ended: Firing[] = [];
  readonly #open = new Map<string, Firing>();

  /** Whether the alert fires now. */
  isFiring(alert: string): boolean {
    return this.#open.has(alert);
  }

  /** Says that an alert fires; nothing when it did already. */
  begin(alert: string, severity: Severity, fromSeconds: number): void {
    if (!this.#open.has(alert)) this.#open.set(alert, { alert, severity, fromSeconds, toSeconds: null });
  }

  /** Says that an alert is over; nothing when it did not fire. */
  end(alert: string, toSeconds: number): void {
    const firing = this.#open.get(alert);
    if (firing === undefined) return;
    this.#open.delete(alert);
    this.#ended.push({ ...firing, toSeconds });
  }

  /** All, in the order of their begin. */
  all(): readonly Firing[] {
    return [...this.#ended, ...this.#open.values()].sort((a, b) => a.fromSeconds - b.fromSeconds);
  }
}
