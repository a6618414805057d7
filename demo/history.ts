/** Writes the shop's past through the receivers: a day of traces and logs, five weeks of one-minute counts. */
import { pastFaults } from './shop/past.ts';
import { latencyMillis, nextArrivalMillis, type Random } from './shop/random.ts';
import { Shop } from './shop/shop.ts';
import { requestRate } from './shop/traffic.ts';
import { createExporters, type ExporterTarget } from './telemetry/exporters.ts';
import { MinuteCounts } from './telemetry/minute-counts.ts';
import type { ShopTelemetry } from './telemetry/shop-telemetry.ts';

const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 86_400_000;
/** Days of counts before the day that also has traces. */
const EARLIER_DAYS = 34;
/** Spans and logs are flushed this often in the shop's time: far below the engine's lateness bound. */
const STEP_MILLIS = 5 * MINUTE_MILLIS;
/** Share of requests by route, as the shop's customers behave. */
const ROUTE_SHARES = { '/catalogue': 0.55, '/login': 0.15, '/cart': 0.1, '/checkout': 0.2 };

export interface HistoryOptions {
  readonly target: ExporterTarget;
  readonly telemetry: ShopTelemetry;
  readonly random: Random;
  readonly requestsPerSecond: number;
  /** History ends here. */
  readonly nowMillis: number;
  /** Called with the share done, 0..1. */
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
}

/** Resolves when everything was acknowledged; rejects when a receiver refuses, or on abort. */
export async function writeHistory(options: HistoryOptions): Promise<void> {
  const counts = new MinuteCounts();
  const tracesFrom = options.nowMillis - DAY_MILLIS;
  const countsFrom = tracesFrom - EARLIER_DAYS * DAY_MILLIS;
  addEarlierCounts(counts, countsFrom, tracesFrom, options);
  await writeTraces(counts, tracesFrom, options);
  const { metrics } = createExporters('http/protobuf', options.target);
  await counts.export(metrics, { fromMillis: countsFrom, toMillis: options.nowMillis }, (done) =>
    options.progress(0.9 + 0.1 * done),
  );
  await metrics.shutdown();
}

async function writeTraces(counts: MinuteCounts, fromMillis: number, options: HistoryOptions): Promise<void> {
  const { telemetry, random, nowMillis, requestsPerSecond } = options;
  const shop = new Shop(telemetry, counts, random);
  let atMillis = fromMillis;
  let flushAtMillis = fromMillis + STEP_MILLIS;
  for (;;) {
    atMillis += nextArrivalMillis(random, requestRate(atMillis, requestsPerSecond));
    if (atMillis > nowMillis) break;
    if (atMillis > flushAtMillis) {
      await telemetry.flush();
      options.signal.throwIfAborted();
      options.progress(0.9 * ((atMillis - fromMillis) / DAY_MILLIS));
      flushAtMillis += STEP_MILLIS;
    }
    shop.serve(atMillis, pastFaults(nowMillis, atMillis));
  }
  await telemetry.flush();
}

/** Counts of the weeks before the traces: the same traffic, drawn by the minute. */
function addEarlierCounts(
  counts: MinuteCounts,
  fromMillis: number,
  toMillis: number,
  options: HistoryOptions,
): void {
  for (let atMillis = fromMillis; atMillis < toMillis; atMillis += MINUTE_MILLIS) {
    const perMinute = requestRate(atMillis, options.requestsPerSecond) * 60;
    for (const [route, share] of Object.entries(ROUTE_SHARES)) {
      const requests = Math.round(latencyMillis(options.random, perMinute * share) * 0.94);
      if (requests > 0) counts.add('requests', atMillis, { 'http.route': route }, requests);
      if (route === '/checkout' && requests > 0)
        counts.add('orders', atMillis, { outcome: 'placed' }, requests);
    }
  }
}
