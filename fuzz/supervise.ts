import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildInput, ChildOutput } from './child.ts';
import { PayloadSource } from './payload/payload-source.ts';
import { type Position, readProgress } from './progress.ts';
import type { FoundFailure, RunPlan, RunReport } from './run-target.ts';
import { ROUND_PAYLOADS, type Round } from './types.ts';

/** Options of {@link supervise}. */
export interface SuperviseOptions {
  /** Called about once a second with the number of the payload it has come to. */
  readonly onProgress?: (payload: number) => void;
  /** Told of each failure as soon as it is found. */
  readonly onFailure?: (failure: FoundFailure) => void;
  /** Without a step for this long a run hangs. @default 60_000 */
  readonly hangMillis?: number;
  /** What runs the plan. @default child.ts */
  readonly program?: URL;
}

/** Why a run did not come to its end. */
export interface BrokenRun {
  readonly failure: FoundFailure;
}

const WATCH_MILLIS = 1000;
/** A process may need so long to its first step. */
const START_MILLIS = 60_000;
/** A run needs a fraction of it: what needs more ends as a crash, before the machine has no memory left. */
const MAX_HEAP_MIB = 512;
/** The end of what a process says before it dies. */
const LAST_WORDS = 4000;

/**
 * Runs a plan in a process of its own. The payload over which it hangs, or dies for whatever reason, is reported like
 * one that an oracle objects to.
 */
export async function supervise(
  plan: RunPlan,
  options: SuperviseOptions = {},
): Promise<RunReport | BrokenRun> {
  const folder = mkdtempSync(join(tmpdir(), 'valet-fuzz-'));
  const progressPath = join(folder, 'progress');
  writeFileSync(progressPath, '');
  const child = fork(options.program ?? new URL('./child.ts', import.meta.url), [], {
    // On one core: what runs beside would cost more than it saves.
    execArgv: ['--single-threaded', `--max-old-space-size=${MAX_HEAP_MIB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.send({ plan, progressPath } satisfies ChildInput);
  const position = () => readProgress(progressPath) ?? { first: plan.from, payload: -1, steps: 0 };
  try {
    const end = await watched(child, position, options);
    if (typeof end === 'object') return end;
    const failure = broken(plan, position(), end);
    options.onFailure?.(failure);
    return { failure };
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

/** Resolves with the report, or with how the process ended without one. */
function watched(
  child: ChildProcess,
  position: () => Position,
  { hangMillis = 60_000, onProgress = () => {}, onFailure = () => {} }: SuperviseOptions,
): Promise<RunReport | string> {
  return new Promise((resolve) => {
    let words = '';
    let last = { steps: -1, millis: performance.now() };
    const watch = setInterval(
      () => {
        const { first, steps } = position();
        onProgress(first);
        if (steps !== last.steps) last = { steps, millis: performance.now() };
        else if (performance.now() - last.millis > (steps === 0 ? START_MILLIS : hangMillis)) finish('hang');
      },
      Math.min(WATCH_MILLIS, hangMillis / 2),
    );
    const finish = (end: RunReport | string) => {
      clearInterval(watch);
      resolve(end);
    };
    child.stderr?.on('data', (data: Buffer) => {
      words = (words + data.toString()).slice(-LAST_WORDS);
    });
    child.on('message', (output: ChildOutput) => {
      if ('report' in output) finish(output.report);
      else onFailure(output.failure);
    });
    child.once('close', (code, signal) => finish(`crash with ${signal ?? code}\n${words}`));
  });
}

function broken(plan: RunPlan, position: Position, message: string): FoundFailure {
  const oracle = message.startsWith('hang') ? 'hang' : 'crash';
  return { oracle, message, from: position.first, round: roundAt(plan, position) };
}

/** The payload a run is at, or the whole round when all of it is decoded together. */
function roundAt({ target, seed }: RunPlan, { first, payload }: Position): Round {
  const source = new PayloadSource(target, seed);
  const round = Array.from({ length: ROUND_PAYLOADS }, (_, at) => source.payload(first + at));
  return payload < 0 ? round : round.slice(payload, payload + 1);
}
