/** `npm run demo`: Valet with all its roles, and the shop beside it. */
import { readdirSync } from 'node:fs';
import { type Addresses, addressesOf } from './addresses.ts';
import { startControl } from './control.ts';
import { runShop, say } from './run-shop.ts';
import { type FaultName, FaultSwitches } from './shop/faults.ts';
import { startValet } from './valet-process.ts';

export interface DemoOptions {
  /** On from the start. */
  readonly faults: readonly FaultName[];
  /** Customer requests per second, on average over a day. */
  readonly requestsPerSecond: number;
  /** Whether an empty data directory is filled with a past. */
  readonly history: boolean;
}

/** Resolves after an orderly stop; rejects when Valet cannot start or ends by itself. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const addresses = addressesOf(process.env);
  const dataDir = process.env['VALET_DATA_DIR'] ?? './data/demo';
  const isFresh = isEmpty(dataDir);
  const faults = new FaultSwitches(options.faults);
  const control = await startControl(faults);
  try {
    say(`Starting Valet on ${dataDir} …`);
    const valet = await startValet(environmentOf(dataDir, control.url), addresses.apiUrl);
    say(welcome(addresses));
    try {
      await runShop({
        target: addresses,
        faults,
        requestsPerSecond: options.requestsPerSecond,
        withHistory: options.history && isFresh,
        failed: valet.ended.then(() => {
          throw new Error('Valet ended by itself; its message is above');
        }),
      });
    } finally {
      await valet.close();
    }
  } finally {
    control.close();
  }
  say(`Stopped; the data stays in ${dataDir}.`);
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
