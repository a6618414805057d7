/** Alerts, open and past. Fed by `valet_state`. */
import { compareTiers } from '../alerts/tier-order.ts';
import type { AlertRecord } from '../types.ts';

/** Alerts by id, and by SLO; see above. */
export class AlertBook {
  readonly #alerts = new Map<string, AlertRecord>();
  readonly #open = new Map<string, AlertRecord>();
  readonly #bySlo = new Map<string, Map<string, AlertRecord>>();

  /** Puts an alert in the place of an earlier state of it. */
  put(alert: AlertRecord): void {
    this.#alerts.set(alert.id, alert);
    if (alert.endedAt === null) this.#open.set(alert.id, alert);
    else this.#open.delete(alert.id);
    let ofSlo = this.#bySlo.get(alert.slo);
    if (ofSlo === undefined) {
      ofSlo = new Map();
      this.#bySlo.set(alert.slo, ofSlo);
    }
    ofSlo.set(alert.id, alert);
  }

  /** Forgets an alert. */
  delete(id: string): void {
    const alert = this.#alerts.get(id);
    this.#alerts.delete(id);
    this.#open.delete(id);
    if (alert !== undefined) this.#bySlo.get(alert.slo)?.delete(id);
  }

  /** Alerts of an SLO that were open at an instant. */
  openAt(slo: string, atMillis: number): readonly AlertRecord[] {
    const open: AlertRecord[] = [];
    for (const alert of this.#bySlo.get(slo)?.values() ?? []) {
      const hasBegun = Date.parse(alert.startedAt) <= atMillis;
      if (hasBegun && (alert.endedAt === null || Date.parse(alert.endedAt) > atMillis)) open.push(alert);
    }
    return open;
  }

  /** All alerts of an SLO, in no order. */
  ofSlo(slo: string): readonly AlertRecord[] {
    return [...(this.#bySlo.get(slo)?.values() ?? [])];
  }

  /** Alerts of an SLO that have not ended. */
  open(slo: string): readonly AlertRecord[] {
    return this.allOpen().filter((alert) => alert.slo === slo);
  }

  /** Every alert that has not ended. */
  allOpen(): readonly AlertRecord[] {
    return [...this.#open.values()];
  }

  /** All alerts, in no order. */
  all(): IterableIterator<AlertRecord> {
    return this.#alerts.values();
  }
}

/** Orders alerts: newest start first; of equal ones the highest tier first. */
export function newestFirst(a: AlertRecord, b: AlertRecord): number {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1;
  return compareTiers(a, b) || (a.id < b.id ? -1 : 1);
}
