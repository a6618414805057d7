#!/usr/bin/env node
/** `node fuzz/main.ts`: mutated payloads past the oracles, by signal and encoding. */
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import type { Encoding } from '../otlp/response/types.ts';
import { SIGNALS, type Signal } from '../schemas/names.ts';
import { readCorpus, writeCase } from './corpus.ts';
import { replay } from './replay.ts';
import { reportLines } from './report.ts';
import type { FoundFailure } from './run-target.ts';
import { supervise } from './supervise.ts';
import { ROUND_PAYLOADS, type Target } from './types.ts';

interface Options {
  readonly payloads: number;
  readonly seed: number;
  readonly from: number;
  readonly signal: readonly Signal[];
  readonly encoding: readonly Encoding[];
  readonly corpus: string;
}

const ENCODINGS = ['protobuf', 'json'] as const;
const CORPUS = fileURLToPath(new URL('./corpus', import.meta.url));

await new Command('node fuzz/main.ts')
  .description(
    'Sends mutated OTLP requests past the receiver, the decoder and the encoder and compares each step with a second, slow opinion. Payloads are the same for the same seed. What fails is written to the corpus, with the command that repeats it.',
  )
  .option('--payloads <n>', 'payloads for each signal and encoding', count, 2_000_000)
  .option('--seed <n>', 'what all payloads follow from', whole, 1)
  .option('--from <n>', 'number of the first payload', whole, 0)
  .option('--signal <name>', `one of ${SIGNALS.join(', ')}; repeatable, all by default`, oneOf(SIGNALS), [
    ...SIGNALS,
  ])
  .option('--encoding <name>', 'protobuf or json; repeatable, both by default', oneOf(ENCODINGS), [
    ...ENCODINGS,
  ])
  .option('--corpus <folder>', 'cases that are repeated first, and where what fails is written', CORPUS)
  .action(run)
  .parseAsync();

async function run(options: Options): Promise<void> {
  let failures = await repeatCorpus(options.corpus);
  for (const signal of options.signal) {
    for (const encoding of options.encoding) failures += await runOne({ signal, encoding }, options);
  }
  print(failures === 0 ? 'Nothing was found' : `${failures} failures`);
  process.exitCode = failures === 0 ? 0 : 1;
}

async function repeatCorpus(folder: string): Promise<number> {
  const files = readCorpus(folder);
  let failures = 0;
  for (const { name, content } of files) {
    const failure = await replay(content);
    if (failure === undefined) continue;
    failures++;
    print(`${name}: ${failure.message}`);
  }
  print(`corpus: ${files.length} cases, ${failures} fail`);
  return failures;
}

async function runOne(target: Target, { payloads, seed, from, corpus }: Options): Promise<number> {
  const start = performance.now();
  const label = `${target.signal} ${target.encoding}`;
  const onProgress = progressOf(label, { payloads, from });
  const report = await supervise(
    { target, seed, from, payloads },
    { onProgress, onFailure: (failure) => print(describe(target, failure, { seed, corpus })) },
  );
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const failures = 'failure' in report ? 1 : report.failures.length;
  const seconds = Math.round((performance.now() - start) / 1000);
  for (const line of reportLines(label, report)) print(line);
  print(`  ${seconds} s, ${failures} failures`);
  return failures;
}

/** Says how far a run is: on a terminal all the time, elsewhere at every tenth of it. */
function progressOf(
  label: string,
  { payloads, from }: Pick<Options, 'payloads' | 'from'>,
): (at: number) => void {
  let tenths = 0;
  return (at) => {
    const done = at - from;
    const line = `${label}: ${done.toLocaleString('en')} of ${payloads.toLocaleString('en')}`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line} `);
    else if (Math.floor((done * 10) / payloads) > tenths) process.stderr.write(`${line}\n`);
    tenths = Math.max(tenths, Math.floor((done * 10) / payloads));
  };
}

/** Keeps what failed, and says what it is and how to see it again. */
function describe(
  target: Target,
  { message, round, from }: FoundFailure,
  { seed, corpus }: { readonly seed: number; readonly corpus: string },
): string {
  const { signal, encoding } = target;
  const command = `node fuzz/main.ts --signal ${signal} --encoding ${encoding} --seed ${seed} --from ${from} --payloads ${ROUND_PAYLOADS}`;
  if (round.length === 0) return `${message}\n    after ${command}`;
  const path = writeCase(corpus, { target, found: message, made: command, round });
  return `${message}\n    ${path}\n    ${command}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Write an integer of at least 0.');
}

function count(text: string): number {
  if (whole(text) > 0) return whole(text);
  throw new InvalidArgumentError('Write an integer of at least 1.');
}

/** Collects choices; the first one replaces the default. */
function oneOf<Name extends string>(
  names: readonly Name[],
): (text: string, chosen: readonly Name[]) => readonly Name[] {
  let isFirst = true;
  return (text, chosen) => {
    const name = names.find((one) => one === text);
    if (name === undefined) throw new InvalidArgumentError(`There are: ${names.join(', ')}`);
    const before = isFirst ? [] : chosen;
    isFirst = false;
    return [...before, name];
  };
}
