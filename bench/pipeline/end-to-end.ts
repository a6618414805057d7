/**
 * A whole embedded Valet, SLOs of the demo on, for minutes: spans a second that are stored and evaluated as they come,
 * and how old the newest stored span is meanwhile. Run alone: `node bench/pipeline/end-to-end.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TABLES } from '../../schemas/names.ts';
import { eventually, ValetProcess } from '../../tests/support/valet-process.ts';
import { runLoad } from '../load/load.ts';
import { childrenOf, cpuSecondsOf, memoryMibOf } from '../process-usage.ts';
import { metricOf } from './metrics.ts';

export interface EndToEndOptions {
  readonly minutes: number;
  /** Spans a second; absent: as many as are acknowledged. */
  readonly rate?: number;
}

export interface EndToEndResult {
  /** Sent, acknowledged and stored. */
  readonly spans: number;
  /** Until the last one was stored. */
  readonly spansPerSecond: number;
  readonly valetCpuSecondsPerMillion: number;
  readonly clickhouseCpuSecondsPerMillion: number;
  readonly senderCpuSecondsPerMillion: number;
  /** Age of the newest stored span, looked at twice a second while sending. */
  readonly stalenessSeconds: { readonly median: number; readonly p99: number };
  readonly valetMib: number;
}

const SLO_DIR = new URL('../../demo/slos/', import.meta.url);
const POLL_MILLIS = 500;
const RECORDS_PER_REQUEST = 1000;

/** Sends over HTTP from four connections; resolves when everything is stored. */
export async function benchEndToEnd({ minutes, rate }: EndToEndOptions): Promise<EndToEndResult> {
  const slos = Object.fromEntries(
    readdirSync(SLO_DIR).map((name) => [name, readFileSync(new URL(name, SLO_DIR), 'utf8')]),
  );
  const valet = await ValetProcess.start({ slos });
  try {
    const engine = childrenOf(valet.pid)[0];
    const load = {
      protocol: 'HTTP',
      signal: 'traces',
      port: valet.ports.http,
      connections: 4,
      recordsPerRequest: RECORDS_PER_REQUEST,
      ...(rate === undefined ? {} : { recordsPerSecond: rate }),
    } as const;
    const warm = await runLoad({ ...load, firstNumber: 0, seconds: 10 });
    const before = { valet: cpuSecondsOf(valet.pid), engine: cpuSecondsOf(engine) };
    const startMillis = performance.now();
    const staleness = watchStaleness(valet);
    const tally = await runLoad({ ...load, firstNumber: warm.nextNumber, seconds: minutes * 60 });
    const ages = await staleness.stop();
    await eventually(
      'everything stored',
      async () => ((await storedSpans(valet)) >= warm.records + tally.records ? true : undefined),
      600_000,
    );
    const seconds = (performance.now() - startMillis) / 1000;
    const millions = tally.records / 1e6;
    return {
      spans: tally.records,
      spansPerSecond: tally.records / seconds,
      valetCpuSecondsPerMillion: (cpuSecondsOf(valet.pid) - before.valet) / millions,
      clickhouseCpuSecondsPerMillion: (cpuSecondsOf(engine) - before.engine) / millions,
      senderCpuSecondsPerMillion: tally.cpuSeconds / millions,
      stalenessSeconds: { median: quantile(ages, 0.5), p99: quantile(ages, 0.99) },
      valetMib: memoryMibOf(valet.pid, 'RssAnon'),
    };
  } finally {
    await valet.remove();
  }
}

function watchStaleness(valet: ValetProcess): { stop(): Promise<readonly number[]> } {
  const ages: number[] = [];
  const stopping = new AbortController();
  const watch = async () => {
    while (!stopping.signal.aborted) {
      const [row] = await valet.sql<{ newest: string }>(
        `SELECT toString(toUnixTimestamp64Milli(max(End))) AS newest FROM ${NEWEST}`,
      );
      ages.push((Date.now() - Number(row?.newest)) / 1000);
      await sleep(POLL_MILLIS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = watch();
  return {
    async stop() {
      stopping.abort();
      await done;
      return ages;
    },
  };
}

/** Spans of the last ten minutes, by when they ended. */
const NEWEST = `(SELECT Timestamp + toIntervalNanosecond(Duration) AS End FROM ${TABLES.traces} WHERE Timestamp > now() - 600)`;

async function storedSpans(valet: ValetProcess): Promise<number> {
  return (await metricOf(valet, 'valet_writer_rows_total', `table="${TABLES.traces}"`)) ?? 0;
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

/** The result as lines of text. */
export function endToEndReport(result: EndToEndResult): readonly string[] {
  const { median, p99 } = result.stalenessSeconds;
  return [
    `${result.spans.toLocaleString('en')} spans · ${Math.round(result.spansPerSecond).toLocaleString('en')} spans/s stored`,
    `CPU s per million: Valet ${result.valetCpuSecondsPerMillion.toFixed(2)} · ClickHouse ${result.clickhouseCpuSecondsPerMillion.toFixed(2)} · sender ${result.senderCpuSecondsPerMillion.toFixed(2)}`,
    `newest stored span: ${median.toFixed(2)} s old (median), ${p99.toFixed(2)} s (p99) · Valet ${Math.round(result.valetMib)} MiB of its own`,
  ];
}

if (import.meta.main) {
  const result = await benchEndToEnd({ minutes: Number(process.argv[2] ?? 5) });
  process.stdout.write(`${endToEndReport(result).join('\n')}\n`);
}
