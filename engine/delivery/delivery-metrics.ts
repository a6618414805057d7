/** What the delivery says of itself, by target. */
import { Counter, Gauge, type Registry } from 'prom-client';

/** See below. */
export interface DeliveryMetrics {
  readonly failures: Counter<'target' | 'reason'>;
  readonly waiting: Gauge<'target'>;
  /** A target there is from now on; the time since it took something is told by this clock. */
  begin(target: string, now: () => number): void;
  /** A request with so many alerts was taken. */
  taken(target: string, request: { readonly alerts: number; readonly nowMillis: number }): void;
}

/** Creates and registers them. */
export function deliveryMetrics(registry: Registry): DeliveryMetrics {
  const registers = [registry];
  const clocks = new Map<string, { readonly now: () => number; takenMillis: number }>();
  const sent = new Counter({
    name: 'valet_engine_delivered_alerts_total',
    help: 'Alerts taken by a target, repetitions included',
    labelNames: ['target'],
    registers,
  });
  const failures = new Counter({
    name: 'valet_engine_delivery_failures_total',
    help: 'Requests a target did not take',
    labelNames: ['target', 'reason'],
    registers,
  });
  const waiting = new Gauge({
    name: 'valet_engine_alerts_waiting',
    help: 'Alerts a target has not taken as they are now',
    labelNames: ['target'],
    registers,
  });
  new Gauge({
    name: 'valet_engine_delivery_age_seconds',
    help: 'Time since a target took a request; since the start when it took none',
    labelNames: ['target'],
    registers,
    collect() {
      for (const [target, { now, takenMillis }] of clocks) {
        this.set({ target }, Math.max(0, now() - takenMillis) / 1000);
      }
    },
  });
  return {
    failures,
    waiting,
    begin(target, now) {
      clocks.set(target, { now, takenMillis: now() });
      sent.inc({ target }, 0);
      waiting.set({ target }, 0);
    },
    taken(target, { alerts, nowMillis }) {
      sent.inc({ target }, alerts);
      const clock = clocks.get(target);
      if (clock !== undefined) clock.takenMillis = nowMillis;
    },
  };
}
