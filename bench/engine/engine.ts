/** What an engine with very many SLOs costs, and how that grows. Run alone: `node bench/engine/engine.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchMessage, Cost, EngineFigures } from './messages.ts';

export interface BenchEngineOptions {
  /** Numbers of SLOs, five for each service. @default [250, 2500, 25_000] */
  readonly sizes?: readonly number[];
  /** Told what is being done. */
  readonly progress: (text: string) => void;
}

export interface EngineResult extends EngineFigures {
  readonly slos: number;
  readonly stateMib: number;
  /** From the kill of the engine that was measured until another process has evaluated every SLO. */
  readonly takeOverSeconds: number;
}

type Told<Type extends BenchMessage['type']> = Extract<BenchMessage, { readonly type: Type }>;

/** Measures one size after the other, each on a log of its own in the temporary directory. */
export async function benchEngine(options: BenchEngineOptions): Promise<readonly EngineResult[]> {
  const { sizes = [250, 2500, 25_000], progress } = options;
  const results: EngineResult[] = [];
  for (const slos of sizes) {
    const tell = (text: string) => progress(`${slos.toLocaleString('en')} SLOs: ${text}`);
    results.push(await measure(slos, tell));
  }
  return results;
}

async function measure(slos: number, progress: (text: string) => void): Promise<EngineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'valet-bench-'));
  const run = <Type extends BenchMessage['type']>(task: string, type: Type) =>
    runProcess([task, join(folder, 'log'), String(slos)], { type, progress });
  try {
    progress('writes thirty days of state');
    const { stateMib } = await run('seed', 'seeded');
    const { figures } = await run('measure', 'measured');
    progress('lets another process take over');
    const killedAt = performance.now();
    await run('take-over', 'taken-over');
    return { slos, stateMib, ...figures, takeOverSeconds: (performance.now() - killedAt) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves with the message the process was run for, after which it is killed in whatever it does. */
async function runProcess<Type extends BenchMessage['type']>(
  args: readonly string[],
  { type, progress }: { readonly type: Type; readonly progress: (text: string) => void },
): Promise<Told<Type>> {
  const file = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
  const child = fork(file, args, { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit');
  const answer = new Promise<Told<Type>>((resolve, reject) => {
    child.on('message', (message: BenchMessage) => {
      if (message.type === 'progress') progress(message.text);
      else if (message.type === type) resolve(message as Told<Type>);
    });
    child.once('exit', (code) => reject(new Error(`Cannot measure as the process ended with code ${code}`)));
  });
  try {
    return await answer;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** A row of the report. */
type Row = readonly [name: string, show: (result: EngineResult) => string];

const ROWS: readonly Row[] = [
  ['SLOs', ({ slos }) => whole(slos)],
  ['spans per CPU second, counting, 5 services a request', ({ meter }) => whole(meter[0]?.count)],
  ['… with decoding', ({ meter }) => whole(meter[0]?.decodeAndCount)],
  ['… with log and transaction', ({ meter }) => whole(meter[0]?.step)],
  ['spans per CPU second, counting, 200 services a request', ({ meter }) => whole(meter[1]?.count)],
  ['… with decoding', ({ meter }) => whole(meter[1]?.decodeAndCount)],
  ['… with log and transaction', ({ meter }) => whole(meter[1]?.step)],
  ['every SLI and tier once, CPU ms', ({ evaluation }) => millis(evaluation)],
  ['every status once, CPU ms', ({ statuses }) => millis(statuses)],
  ['new counts of all, evaluation, checkpoint, CPU ms', ({ round }) => millis(round)],
  ['conditions read, CPU ms', ({ readConditions }) => millis(readConditions)],
  ['index built, CPU ms', ({ rebuildIndex }) => millis(rebuildIndex)],
  ['state on the log, MiB', ({ stateMib }) => whole(stateMib)],
  ['memory of its own after the start, MiB', ({ memory }) => whole(memory.ownMib)],
  ['… in use after a collection', ({ memory }) => whole(memory.liveMib)],
  ['start, CPU s', ({ start }) => start.cpuSeconds.toFixed(1)],
  ['start, s', ({ start }) => start.seconds.toFixed(1)],
  ['take-over after kill -9, s', ({ takeOverSeconds }) => takeOverSeconds.toFixed(1)],
];

/** The results as lines of text, a column for each size. */
export function engineReport(results: readonly EngineResult[]): readonly string[] {
  const width = Math.max(...ROWS.map(([name]) => name.length));
  return ROWS.map(([name, show]) =>
    [name.padEnd(width), ...results.map((result) => show(result).padStart(11))].join(' '),
  );
}

function whole(value: number | undefined): string {
  return Math.round(value ?? Number.NaN).toLocaleString('en');
}

function millis({ cpuSeconds }: Cost): string {
  return (cpuSeconds * 1000).toFixed(1);
}

if (import.meta.main) {
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const results = await benchEngine({ progress });
  process.stdout.write(`${engineReport(results).join('\n')}\n`);
}
