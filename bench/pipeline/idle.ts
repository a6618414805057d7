/**
 * What each role costs while nobody sends anything, its own telemetry and the SLOs of the demo on. Run alone:
 * `node bench/pipeline/idle.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startClickhouseServer } from '../../tests/support/clickhouse-server.ts';
import { startKafkaBroker } from '../../tests/support/kafka-broker.ts';
import { ValetProcess } from '../../tests/support/valet-process.ts';
import { cpuSecondsOf, memoryMibOf } from '../process-usage.ts';
import { serverEnvironment } from './server-environment.ts';

export interface IdleResult {
  /** A role, or `embedded` for a whole Valet. */
  readonly role: string;
  /** Of one core. */
  readonly percent: number;
  readonly residentMib: number;
}

const ROLES = ['receiver', 'writer', 'engine', 'query'] as const;
const SLO_DIR = new URL('../../demo/slos/', import.meta.url);
/** The default, which tests turn off. */
const SELF_TELEMETRY = { VALET_SELF_TELEMETRY_SECONDS: '60' };
/** For what a start leaves to be done. */
const SETTLE_MILLIS = 30_000;
const MEASURE_MILLIS = 60_000;

/** Starts every role by itself on a broker and a ClickHouse, and a whole Valet beside them; takes two minutes. */
export async function benchIdle(): Promise<readonly IdleResult[]> {
  const slos = Object.fromEntries(
    readdirSync(SLO_DIR).map((name) => [name, readFileSync(new URL(name, SLO_DIR), 'utf8')]),
  );
  const broker = await startKafkaBroker();
  const clickhouse = await startClickhouseServer();
  const running: { readonly role: string; readonly valet: ValetProcess }[] = [];
  try {
    const environment = { ...serverEnvironment(broker, clickhouse.url), ...SELF_TELEMETRY };
    for (const role of ROLES)
      running.push({ role, valet: await ValetProcess.start({ slos, environment, role }) });
    running.push({
      role: 'embedded',
      valet: await ValetProcess.start({ slos, environment: SELF_TELEMETRY }),
    });
    await sleep(SETTLE_MILLIS);
    const before = running.map(({ valet }) => cpuSecondsOf(valet.pid));
    await sleep(MEASURE_MILLIS);
    return running.map(({ role, valet }, index) => ({
      role,
      percent: ((cpuSecondsOf(valet.pid) - (before[index] as number)) / (MEASURE_MILLIS / 1000)) * 100,
      residentMib: memoryMibOf(valet.pid, 'VmRSS'),
    }));
  } finally {
    for (const { valet } of running) await valet.remove();
    await clickhouse.close();
    await broker.close();
  }
}

/** The results as lines of text. */
export function idleReport(results: readonly IdleResult[]): readonly string[] {
  return results.map(
    ({ role, percent, residentMib }) =>
      `${role.padEnd(9)} · ${percent.toFixed(1)} % of a core · ${Math.round(residentMib)} MiB resident`,
  );
}

if (import.meta.main) process.stdout.write(`${idleReport(await benchIdle()).join('\n')}\n`);
