/** Runs the engine role until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { watchDirectory } from './definitions/watch-directory.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { Patience } from './patience.ts';

export interface RunEngineOptions extends Omit<EngineOptions, 'now'> {
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const EVALUATE_MILLIS = 1000;
const WAIT_MILLIS = 5000;
/** Between two steps of the meters, unless there is much to read: a transaction then carries more than one request. */
const GATHER_MILLIS = 250;

/**
 * Publishes definitions and follows their directory, meters the otlp topics, evaluates every second. Resolves after
 * `signal` aborts. A log that fails is waited for; rejects when it is closed or the engine itself fails, after which
 * a new run, with a new registry, takes up where this one stopped.
 */
export async function runEngine(options: RunEngineOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const patience = (what: string) => new Patience({ what, logger: options.logger, signal });
  const start = patience('the engine cannot start');
  const engine = await start.repeat(() => Engine.create({ ...options, now: options.now ?? Date.now }));
  if (engine === undefined) return;
  try {
    await start.repeat(() => engine.join());
    await start.repeat(() => engine.publishDefinitions());
    const loops = [
      publishForever(engine, options.sloDir, { signal, patience: patience('definitions are not published') }),
      followDefinitions(engine, { signal, patience: patience('definitions are not followed') }),
      evaluateForever(engine, { signal, patience: patience('nothing is evaluated') }),
      meterForever(engine, { signal, patience: patience('nothing is metered') }),
    ];
    try {
      await Promise.all(loops);
    } finally {
      failed.abort();
      await Promise.allSettled(loops);
    }
    await patience('the last state is not kept').repeat(() => engine.checkpoint());
  } finally {
    await engine.close();
  }
}

interface LoopOptions {
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

async function publishForever(
  engine: Engine,
  sloDir: string,
  { signal, patience }: LoopOptions,
): Promise<void> {
  for await (const _ of watchDirectory(sloDir, signal)) {
    await patience.repeat(() => engine.publishDefinitions());
  }
}

async function followDefinitions(engine: Engine, { signal, patience }: LoopOptions): Promise<void> {
  while (!signal.aborted) await patience.repeat(() => engine.awaitDefinitions(WAIT_MILLIS, signal));
}

async function evaluateForever(engine: Engine, { signal, patience }: LoopOptions): Promise<void> {
  while (!signal.aborted) {
    const hasMore = await patience.repeat(() => engine.evaluate());
    await pause(hasMore ? 0 : EVALUATE_MILLIS, signal);
  }
}

async function meterForever(engine: Engine, { signal, patience }: LoopOptions): Promise<void> {
  while (!signal.aborted) {
    const step = await patience.repeat(() => engine.meter(WAIT_MILLIS, signal));
    await pause(step?.hasMore ? 0 : GATHER_MILLIS, signal);
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal }).catch(() => undefined);
}
