/** Runs the engine role until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { watchDirectory } from './definitions/watch-directory.ts';
import { Engine, type EngineOptions } from './engine.ts';
import type { MeterRunner } from './meter/meter-runner.ts';

export interface RunEngineOptions extends Omit<EngineOptions, 'now'> {
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const EVALUATE_MILLIS = 1000;
const METER_WAIT_MILLIS = 1000;
/** Reads are gathered for so long when they are small, so that a transaction carries more than one request. */
const GATHER_MILLIS = 100;
const FULL_READ = 200;

/**
 * Publishes definitions and follows their directory, meters the otlp topics, evaluates every second. Resolves after
 * `signal` aborts; rejects when the log fails, after which a new run, with a new registry, takes up where this one
 * stopped.
 */
export async function runEngine(options: RunEngineOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const engine = await Engine.open({ ...options, now: options.now ?? Date.now });
  await engine.publishDefinitions();
  const loops = [
    followDefinitions(engine, options.sloDir, signal),
    evaluateForever(engine, signal),
    ...engine.meters().map((runner) => meterForever(engine, runner, signal)),
  ];
  try {
    await Promise.all(loops);
    await engine.checkpoint();
  } finally {
    failed.abort();
    await Promise.allSettled(loops);
    await engine.close();
  }
}

async function followDefinitions(engine: Engine, sloDir: string, signal: AbortSignal): Promise<void> {
  for await (const _ of watchDirectory(sloDir, signal)) await engine.publishDefinitions();
}

async function evaluateForever(engine: Engine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const hasMore = await engine.evaluate();
    await pause(hasMore ? 0 : EVALUATE_MILLIS, signal);
  }
}

async function meterForever(engine: Engine, runner: MeterRunner, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const taken = await engine.meter(runner, METER_WAIT_MILLIS, signal);
    await pause(taken > 0 && taken < FULL_READ ? GATHER_MILLIS : 0, signal);
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal }).catch(() => undefined);
}
