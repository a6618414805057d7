/** Alerts of an SLO by what raised them: those of one kind hold each other back, different kinds do not. */
import { ALERT_KINDS, type AlertKind, type AlertRecord, type Objective } from '../types.ts';
import { rankAlerts } from './tier-order.ts';

/** What raised an alert; those written before there were several kinds are of burn rates. */
export function kindOf({ kind = 'burn' }: AlertRecord): AlertKind {
  return kind;
}

/** The alerts of one kind. */
export function ofKind(alerts: readonly AlertRecord[], wanted: AlertKind): readonly AlertRecord[] {
  return alerts.filter((alert) => kindOf(alert) === wanted);
}

/** The alert of each kind that fires, of those open. */
export function firingOf(
  open: readonly AlertRecord[],
  objectives: readonly Pick<Objective, 'name'>[],
): readonly AlertRecord[] {
  return ALERT_KINDS.flatMap((kind) => rankAlerts(ofKind(open, kind), objectives).slice(0, 1));
}

/** The first of the ranked alerts fires, the others are inhibited; an alert already so is returned as it is. */
export function inhibit(ranked: readonly AlertRecord[]): readonly AlertRecord[] {
  return ranked.map((alert, index) => {
    const state = index === 0 ? 'firing' : 'inhibited';
    return alert.state === state ? alert : { ...alert, state };
  });
}

/** The alert, ended at an instant. */
export function endAlert({ calmSince: _, ...alert }: AlertRecord, atMillis: number): AlertRecord {
  // A clock set back: no alert ends before it began.
  const endedMillis = Math.max(atMillis, Date.parse(alert.startedAt));
  return { ...alert, endedAt: new Date(endedMillis).toISOString(), state: 'resolved' };
}

/** An alert found this long after it began is history, not news. */
const RETROACTIVE_MILLIS = 120_000;

/** Whether an alert that begins at an instant is found long after it. */
export function isRetroactive(atMillis: number, nowMillis: number): boolean {
  return nowMillis - atMillis > RETROACTIVE_MILLIS;
}
