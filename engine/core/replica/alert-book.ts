/** Alerts, open and past. Fed by `valet_state`. */
import { compareTiers } from '../alerts/tier-order.ts';
import type { AlertRecord } from '../types.ts';

/** By SLO, then by id; no SLO without alerts. */
type BySlo = Map<string, Map<string, AlertRecord>>;

/** Alerts by id, and by SLO; see above. */
export class AlertBook {
  readonly #alerts = new Map<string, AlertRecord>();
  readonly #open: BySlo = new Map();
  readonly #bySlo: BySlo = new Map();

  /** Puts an alert in the place of an earlier state of it. */
  put(alert: AlertRecord): void {
    this.#alerts.set(alert.id, alert);
    putInto(this.#bySlo, alert);
    if (alert.endedAt === null) putInto(this.#open, alert);
    else deleteFrom(this.#open, alert);
  }

  /** Forgets an alert. */
  delete(id: string): void {
    const alert = this.#alerts.get(id);
    this.#alerts.delete(id);
    if (alert === undefined) return;
    deleteFrom(this.#open, alert);
    deleteFrom(this.#bySlo, alert);
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
    return [...(this.#open.get(slo)?.values() ?? [])];
  }

  /** Every alert that has not ended. */
  allOpen(): readonly AlertRecord[] {
    return [...this.#open.values()].flatMap((ofSlo) => [...ofSlo.values()]);
  }

  /** All alerts, in no order. */
  all(): IterableIterator<AlertRecord> {
    return this.#alerts.values();
  }
}

function putInto(bySlo: BySlo, alert: AlertRecord): void {
  const ofSlo = bySlo.get(alert.slo);
  if (ofSlo === undefined) bySlo.set(alert.slo, new Map([[alert.id, alert]]));
  else ofSlo.set(alert.id, alert);
}

function deleteFrom(bySlo: BySlo, { slo, id }: AlertRecord): void {
  const ofSlo = bySlo.get(slo);
  ofSlo?.delete(id);
  if (ofSlo?.size === 0) bySlo.delete(slo);
}

/** Orders alerts: newest start first; of equal ones the highest tier first. */
export function newestFirst(a: AlertRecord, b: AlertRecord): number {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1;
  return compareTiers(a, b) || (a.id < b.id ? -1 : 1);
}
