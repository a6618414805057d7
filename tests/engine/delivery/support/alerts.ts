/** Alerts as the evaluator makes them, and what is told of them, for tests. */
import type { AlertRecord, Severity } from '../../../../engine/core/types.ts';
import { alertLabels, labelsKey } from '../../../../engine/delivery/alert-labels.ts';
import type { Notification } from '../../../../engine/delivery/types.ts';

export const T0 = Date.UTC(2026, 0, 1, 12);
export const MINUTE = 60_000;

/** Minutes after T0 as RFC 3339. */
export function at(minutes: number): string {
  return new Date(T0 + minutes * MINUTE).toISOString();
}

const FACTORS: Readonly<Record<string, number>> = { '1h': 14.4, '6h': 6, '1d': 3, '3d': 1 };

export interface AlertOptions {
  readonly slo?: string;
  readonly objective?: string;
  readonly retroactive?: boolean;
}

/** An alert of a tier (`page 1h`), open from and until minutes after T0. */
export function alert(
  tier: string,
  [from, until]: readonly [number, number | null],
  { slo = 'checkout', objective = 'objective-1', retroactive = false }: AlertOptions = {},
): AlertRecord {
  const [severity = '', longWindow = ''] = tier.split(' ');
  const reading = { from: at(from - 60), countedTo: at(from), good: 4120, total: 4250, rate: 30.5882 };
  return {
    id: `${slo}:${objective}:${severity}-${longWindow}:${at(from)}`,
    slo,
    objective,
    service: 'shop',
    severity: severity as Severity,
    longWindow,
    shortWindow: '5m',
    factor: FACTORS[longWindow] ?? 0,
    startedAt: at(from),
    endedAt: until === null ? null : at(until),
    state: until === null ? 'firing' : 'resolved',
    retroactive,
    reason: '1h burns at 30.59× (130 bad of 4250)',
    details: {
      long: { ...reading, window: longWindow },
      short: { ...reading, window: '5m', rate: null },
      remainingRatio: 0.42,
      exhaustsInSeconds: 35_592.4,
      sampleTraceIds: ['0af7651916cd43dd8448eb211c80319c'],
    },
  };
}

/** What is told of an alert called so. */
export function told(name: string, change: Partial<Notification> = {}): Notification {
  const labels = { alertname: name };
  return { key: name, labels, startsAt: at(0), endsAt: null, revision: '1', ...change };
}

const firing = alert('page 1h', [0, null], { slo: 'acme/checkout' });
const labels = alertLabels(firing);
/** A page with all there is to tell of it. */
export const FIRING: Notification = {
  key: labelsKey(labels),
  labels,
  startsAt: at(-3),
  endsAt: null,
  revision: '1',
  burn: {
    alert: firing,
    inhibited: [
      alert('page 6h', [0, null], { slo: 'acme/checkout' }),
      alert('ticket 1d', [0, null], { slo: 'acme/checkout', objective: 'strict' }),
    ],
    displayName: 'Checkout',
    target: 0.999,
    runbookUrl: 'https://runbooks.example/checkout',
    incidentStartedAt: at(-5),
  },
};
