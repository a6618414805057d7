/** `npm run demo -- shop`: the shop alone, beside a Valet that somebody else runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlAddress, startControl } from './control.ts';
import type { DemoOptions } from './run.ts';
import { runShop, say } from './run-shop.ts';
import { FaultSwitches } from './shop/faults.ts';
import type { ExporterTarget } from './telemetry/exporters.ts';

export interface ElsewhereOptions extends DemoOptions {
  readonly target: ExporterTarget;
  /** Valet's SQL, asked whether there are spans already: history goes only before the first. */
  readonly sqlUrl: string;
  readonly control: ControlAddress;
}

const TABLES_LIMIT_MILLIS = 300_000;

/** Resolves after an orderly stop; rejects when Valet has no tables to be asked for within five minutes. */
export async function runElsewhere(options: ElsewhereOptions): Promise<void> {
  const { target, sqlUrl, requestsPerSecond, history } = options;
  const faults = new FaultSwitches(options.faults);
  const control = await startControl(faults, options.control);
  const ended = new AbortController();
  try {
    say(`Sending to ${target.grpcUrl} and ${target.httpUrl}; fault switches at ${control.url}`);
    await runShop({
      target,
      faults,
      requestsPerSecond,
      withHistory: history && hasNoSpans(sqlUrl, ended.signal),
      failed: new Promise<never>(() => undefined),
    });
  } finally {
    ended.abort();
    control.close();
  }
}

/** Waits for the tables: Valet makes them after its own start. */
async function hasNoSpans(sqlUrl: string, ended: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + TABLES_LIMIT_MILLIS;
  let answer = '';
  while (Date.now() < deadline && !ended.aborted) {
    try {
      const response = await fetch(sqlUrl, {
        method: 'POST',
        body: 'SELECT count() FROM otel_traces',
        signal: ended,
      });
      answer = (await response.text()).trim();
      if (response.ok) return answer === '0';
    } catch (error) {
      answer = String(error);
    }
    await sleep(1_000, undefined, { signal: ended });
  }
  throw new Error(`Valet at ${sqlUrl} could not be asked for its spans within five minutes: ${answer}`);
}
