/** The course of a run: history where it is wanted, then live load until the demo is interrupted. */
import { writeHistory } from './history.ts';
import { startLive } from './live.ts';
import type { FaultSwitches } from './shop/faults.ts';
import { seededRandom } from './shop/random.ts';
import type { ExporterTarget } from './telemetry/exporters.ts';
import { ShopTelemetry } from './telemetry/shop-telemetry.ts';

export interface ShopRun {
  /** Where the shop sends to. */
  readonly target: ExporterTarget;
  readonly faults: FaultSwitches;
  /** Customer requests per second, on average over a day. */
  readonly requestsPerSecond: number;
  /** Whether a past is written first; the run ends when this rejects. */
  readonly withHistory: boolean | Promise<boolean>;
  /** Rejects when the run cannot go on. */
  readonly failed: Promise<never>;
}

const SEED = 20_260_101;

/** Resolves when the demo was interrupted, everything sent; rejects as `failed` does. */
export async function runShop({
  target,
  faults,
  requestsPerSecond,
  withHistory,
  failed,
}: ShopRun): Promise<void> {
  const stop = new AbortController();
  const stopped = Promise.race([interruption(), failed]).finally(() => stop.abort());
  const telemetry = new ShopTelemetry(target);
  const load = { telemetry, random: seededRandom(SEED), requestsPerSecond };
  let stopLive: (() => void) | undefined;
  try {
    if (await Promise.race([withHistory, stopped.then(() => false)])) {
      const past = { target, nowMillis: Date.now(), progress: progressLine(), signal: stop.signal };
      await Promise.race([writeHistory({ ...load, ...past }), stopped]);
    }
    if (!stop.signal.aborted) {
      stopLive = startLive({ ...load, faults });
      say(`The shop is open: about ${requestsPerSecond} requests a second.`);
    }
    await stopped;
  } finally {
    stopLive?.();
    await telemetry.close().catch(() => undefined);
  }
}

/** A line for the user. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function progressLine(): (done: number) => void {
  let shown = -1;
  return (done) => {
    const percent = Math.floor(done * 100);
    if (percent === shown) return;
    const step = process.stdout.isTTY ? 1 : 20;
    if (percent < 100 && percent < shown + step) return;
    shown = percent;
    const end = process.stdout.isTTY && percent < 100 ? '\r' : '\n';
    process.stdout.write(`Writing a day of history ${percent} %${end}`);
  };
}
