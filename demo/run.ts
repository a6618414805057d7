/** Runs the demo until it is interrupted: Valet, then history into an empty directory, then live load. */
import { readdirSync } from 'node:fs';
import { type Addresses, addressesOf } from './addresses.ts';
import { startControl } from './control.ts';
import { writeHistory } from './history.ts';
import { startLive } from './live.ts';
import { type FaultName, FaultSwitches } from './shop/faults.ts';
import { seededRandom } from './shop/random.ts';
import { ShopTelemetry } from './telemetry/shop-telemetry.ts';
import { startValet } from './valet-process.ts';

export interface DemoOptions {
  /** On from the start. */
  readonly faults: readonly FaultName[];
  /** Customer requests per second, on average over a day. */
  readonly requestsPerSecond: number;
  /** Whether an empty data directory is filled with a past. */
  readonly history: boolean;
}

const SEED = 20_260_101;

/** Resolves after an orderly stop; rejects when Valet cannot start or ends by itself. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const addresses = addressesOf(process.env);
  const dataDir = process.env['VALET_DATA_DIR'] ?? './data/demo';
  const isFresh = isEmpty(dataDir);
  const faults = new FaultSwitches();
  for (const fault of options.faults) faults.set(fault, true);
  const control = await startControl(faults);
  try {
    say(`Starting Valet on ${dataDir} …`);
    const valet = await startValet(environmentOf(dataDir, control.url), addresses.apiUrl);
    say(welcome(addresses));
    try {
      await runShop({
        options,
        addresses,
        faults,
        withHistory: options.history && isFresh,
        ended: valet.ended,
      });
    } finally {
      await valet.close();
    }
  } finally {
    control.close();
  }
  say(`Stopped; the data stays in ${dataDir}.`);
}

interface ShopRun {
  readonly options: DemoOptions;
  readonly addresses: Addresses;
  readonly faults: FaultSwitches;
  readonly withHistory: boolean;
  /** Settles when Valet ends. */
  readonly ended: Promise<number>;
}

/** History, then live load, until the demo is interrupted; rejects when Valet ends before that. */
async function runShop({ options, addresses, faults, withHistory, ended }: ShopRun): Promise<void> {
  const stop = new AbortController();
  const stopped = Promise.race([
    interruption(),
    ended.then(() => {
      throw new Error('Valet ended by itself; its message is above');
    }),
  ]).finally(() => stop.abort());
  const telemetry = new ShopTelemetry(addresses);
  const { requestsPerSecond } = options;
  const load = { telemetry, random: seededRandom(SEED), requestsPerSecond };
  let stopLive: (() => void) | undefined;
  try {
    if (withHistory) {
      const past = {
        target: addresses,
        nowMillis: Date.now(),
        progress: progressLine(),
        signal: stop.signal,
      };
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

/** Settings given in the environment win over the demo's. */
function environmentOf(dataDir: string, controlUrl: string): Record<string, string> {
  return {
    VALET_SLO_DIR: './demo/slos',
    VALET_LOG_LEVEL: 'warn',
    // Five weeks of counts: the volume chart compares weeks.
    VALET_RETENTION_METRICS_DAYS: '40',
    ...onlyOurs(process.env),
    VALET_DATA_DIR: dataDir,
    VALET_DEMO_CONTROL_URL: controlUrl,
  };
}

function welcome({ apiUrl, sqlUrl, grpcUrl, httpUrl }: Addresses): string {
  return `
  Console   ${apiUrl}
  SQL       ${sqlUrl}  (curl '${sqlUrl}' -d 'SELECT count() FROM otel_traces')
  OTLP      gRPC ${grpcUrl}, HTTP ${httpUrl}
  Fault     npm run demo -- fault payment-errors on
  Stop      Ctrl-C
`;
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}

function onlyOurs(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => name.startsWith('VALET_'));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
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

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
