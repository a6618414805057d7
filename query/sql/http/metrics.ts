import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** How a request ended. */
export type Outcome = 'ok' | 'refused' | 'failed' | 'overloaded' | 'unavailable' | 'cancelled';

/** The SQL endpoint's own figures. */
export interface SqlMetrics {
  finished(outcome: Outcome, seconds: number): void;
  refused(reason: string): void;
}

/** Registers the figures; `running` is asked when they are read. */
export function sqlMetrics(registry: Registry, running: () => number): SqlMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'valet_sql_request_seconds',
    help: 'Time from a SQL request to the end of its answer, by outcome',
    labelNames: ['outcome'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  const refusals = new Counter({
    name: 'valet_sql_refusals_total',
    help: 'SQL requests not run, by the name of the exception',
    labelNames: ['reason'],
    registers,
  });
  new Gauge({
    name: 'valet_sql_running',
    help: 'SQL statements running now',
    registers,
    collect() {
      this.set(running());
    },
  });
  return {
    finished: (outcome, duration) => seconds.observe({ outcome }, duration),
    refused: (reason) => refusals.inc({ reason }),
  };
}
