/** The shop's present: customers arrive in real time until told to stop. */
import type { FaultSwitches } from './shop/faults.ts';
import { nextArrivalMillis, type Random } from './shop/random.ts';
import { Shop } from './shop/shop.ts';
import { requestRate } from './shop/traffic.ts';
import type { ShopTelemetry } from './telemetry/shop-telemetry.ts';

export interface LiveOptions {
  readonly telemetry: ShopTelemetry;
  readonly faults: FaultSwitches;
  readonly random: Random;
  readonly requestsPerSecond: number;
}

/** Starts the load; the returned function stops it. */
export function startLive(options: LiveOptions): () => void {
  const { telemetry, faults, random, requestsPerSecond } = options;
  const shop = new Shop(telemetry, telemetry.counts, random);
  let nextMillis = Date.now();
  let timer: NodeJS.Timeout;
  const tick = () => {
    // A request is reported when it is over, as a real one is: two seconds cover the slowest journey.
    while (nextMillis < Date.now() - 2000) {
      shop.serve(nextMillis, faults.levels);
      nextMillis += nextArrivalMillis(random, requestRate(nextMillis, requestsPerSecond));
    }
    timer = setTimeout(tick, 100);
  };
  tick();
  return () => clearTimeout(timer);
}
