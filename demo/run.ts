/** Runs the demo until it is interrupted: Valet, then history into an empty directory, then live load. */
import { readdirSync } from 'node:fs';
import { addressesOf } from './addresses.ts';
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
  const fresh = isEmpty(dataDir);
  const faults = new FaultSwitches();
  for (const fault of options.faults) faults.set(fault, true);
  const control = await startControl(faults);
  say(`Starting Valet on ${dataDir} …`);
  const valet = await startValet(
    {
      VALET_SLO_DIR: './demo/slos',
      VALET_LOG_LEVEL: 'warn',
      // Five weeks of counts: the volume chart compares weeks.
      VALET_RETENTION_METRICS_DAYS: '40',
      ...onlyOurs(process.env),
      VALET_DATA_DIR: dataDir,
      VALET_DEMO_CONTROL_URL: control.url,
    },
    addresses.apiUrl,
  );
  say(`
  Console   ${addresses.apiUrl}
  SQL       ${addresses.sqlUrl}  (curl '${addresses.sqlUrl}' -d 'SELECT count() FROM otel_traces')
  OTLP      gRPC ${addresses.grpcUrl}, HTTP ${addresses.httpUrl}
  Fault     npm run demo -- fault payment-errors on
  Stop      Ctrl-C
`);
  const stop = new AbortController();
  let wasInterrupted = false;
  const interrupted = interruption().then(() => {
    wasInterrupted = true;
  });
  const stopping = Promise.race([interrupted, valet.ended]).then(() => stop.abort(new Error('stopped')));
  const telemetry = new ShopTelemetry(addresses);
  const random = seededRandom(SEED);
  const load = { telemetry, random, requestsPerSecond: options.requestsPerSecond };
  let stopLive: (() => void) | undefined;
  try {
    if (options.history && fresh) {
      await writeHistory({
        ...load,
        target: addresses,
        nowMillis: Date.now(),
        progress: progressLine(),
        signal: stop.signal,
      });
    }
    stopLive = startLive({ ...load, faults });
    say(`The shop is open: about ${options.requestsPerSecond} requests a second.`);
    await stopping;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    stopLive?.();
    control.close();
    await telemetry.close().catch(() => undefined);
    await valet.close();
  }
  if (!wasInterrupted) throw new Error('Valet ended by itself; its message is above');
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}

/** Settings given in the environment win over the demo's. */
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
