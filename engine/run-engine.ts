/** Runs the engine role until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { watchDirectory } from './definitions/watch-directory.ts';
import { AlertDelivery } from './delivery/alert-delivery.ts';
import type { DeliveryOptions } from './delivery/types.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { engineMetrics } from './metrics.ts';
import { type Activity, Patience } from './patience.ts';

export interface RunEngineOptions extends Omit<EngineOptions, 'now' | 'metrics' | 'delivery'> {
  /** Where alerts go; absent: nowhere. */
  readonly delivery?: DeliveryOptions;
  readonly registry: Registry;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** An engine and how to wait for its log. */
interface Running {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Repeats what the log lets fail. */
  readonly patiently: <T>(what: Activity, act: () => Promise<T>) => Promise<T | undefined>;
}

const EVALUATE_MILLIS = 1000;
/** A read that finds nothing waits so long. */
const WAIT_MILLIS = 30_000;
const MEASURE_MILLIS = 5000;
/** Between two steps of the meters, unless there is much to read: a transaction then carries more than one request. */
const GATHER_MILLIS = 250;

/**
 * Publishes definitions and follows their directory, meters the otlp topics, evaluates every second, delivers alerts.
 * Resolves after
 * `signal` aborts. A log that fails is waited for; rejects when it is closed or the engine itself fails, after which
 * a new run, with a new registry, takes up where this one stopped.
 */
export async function runEngine(options: RunEngineOptions): Promise<void> {
  const { logger, now = Date.now, registry } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const metrics = engineMetrics(registry);
  const patiently: Running['patiently'] = (what, act) =>
    new Patience({ what, failures: metrics.logFailures, logger, signal }).repeat(act);
  const delivery =
    options.delivery && new AlertDelivery({ ...options.delivery, metrics: metrics.delivery, logger, now });
  const engine = await patiently('start', () => Engine.create({ ...options, delivery, metrics, now }));
  if (engine === undefined) return;
  const running = { engine, signal, patiently };
  try {
    await patiently('start', () => engine.join());
    await patiently('publishing', () => engine.publishDefinitions());
    const loops = [
      publishForever(running, options.sloDir),
      followDefinitions(running),
      evaluateForever(running),
      meterForever(running),
      measureForever(running),
      delivery?.run(signal),
    ];
    try {
      await Promise.all(loops);
    } finally {
      failed.abort();
      await Promise.allSettled(loops);
    }
    await patiently('end', () => engine.checkpoint());
  } finally {
    await engine.close();
  }
}

async function publishForever({ engine, signal, patiently }: Running, sloDir: string): Promise<void> {
  for await (const _ of watchDirectory(sloDir, signal)) {
    await patiently('publishing', () => engine.publishDefinitions());
  }
}

async function followDefinitions({ engine, signal, patiently }: Running): Promise<void> {
  while (!signal.aborted) await patiently('definitions', () => engine.awaitDefinitions(WAIT_MILLIS, signal));
}

async function evaluateForever({ engine, signal, patiently }: Running): Promise<void> {
  while (!signal.aborted) {
    const hasMore = await patiently('evaluation', () => engine.evaluate());
    await pause(hasMore ? 0 : EVALUATE_MILLIS, signal);
  }
}

async function meterForever({ engine, signal, patiently }: Running): Promise<void> {
  while (!signal.aborted) {
    const step = await patiently('metering', () => engine.meter(WAIT_MILLIS, signal));
    await pause(step?.hasMore ? 0 : GATHER_MILLIS, signal);
  }
}

/** The lag grows also while nothing is metered. */
async function measureForever({ engine, signal, patiently }: Running): Promise<void> {
  while (!signal.aborted) {
    await patiently('metering', () => engine.measure());
    await pause(MEASURE_MILLIS, signal);
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal }).catch(() => undefined);
}
