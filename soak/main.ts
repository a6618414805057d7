/**
 * Hours in minutes: real processes under load, one of them killed every 20 to 30 s, and at the end the tables held
 * against what senders know was acknowledged.
 *
 *     npm run soak -- --minutes 20 --mode server --rate 20000 --seed 7
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { TABLES } from '../schemas/names.ts';
import { killAtRandom } from './chaos.ts';
import { compare } from './compare.ts';
import { startEmbeddedPipeline } from './embedded-pipeline.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { Pipeline } from './pipeline.ts';
import { isReached, type Rate, rateLine } from './rate.ts';
import { SPANS_PER_REQUEST, sendRequests } from './senders.ts';
import { startServerPipeline } from './server-pipeline.ts';
import { settle } from './settle.ts';
import { OUTCOME, Tally } from './tally.ts';

interface SoakOptions {
  readonly minutes: number;
  readonly mode: 'embedded' | 'server';
  readonly rate: number;
  readonly seed: number;
}

/** After the last kill, for what is still under way. */
const GIVE_UP_MILLIS = 120_000;
const SETTLE_MILLIS = 600_000;
const PROGRESS_MILLIS = 10_000;

/** True when nothing was lost and nothing stored twice, at the rate that was asked for. */
async function soak({ minutes, mode, rate, seed }: SoakOptions): Promise<boolean> {
  const startMillis = performance.now();
  const say = (line: string) => {
    const seconds = ((performance.now() - startMillis) / 1000).toFixed(0).padStart(5);
    process.stdout.write(`${seconds} s  ${line}\n`);
  };
  say(`${mode} mode, ${rate} spans/s for ${minutes} min, seed ${seed}`);
  const pipeline = await (mode === 'embedded' ? startEmbeddedPipeline() : startServerPipeline());
  const memory = new MemoryWatch(pipeline.watched);
  try {
    const tally = new Tally();
    const fire = await underFire(pipeline, { minutes, rate, seed, tally, say });
    say('waiting for the writers');
    const isSettled = await settle(pipeline, SETTLE_MILLIS);
    if (!isSettled) say('the writers did not come to the end of the log');
    const isClean = await report(pipeline, { tally, ...fire, memory, say });
    if (!isClean) process.stderr.write(`${pipeline.output.slice(-20_000)}\n`);
    return isSettled && isClean;
  } finally {
    memory.end();
    await pipeline.close();
  }
}

async function underFire(
  pipeline: Pipeline,
  options: Omit<SoakOptions, 'mode'> & { readonly tally: Tally; readonly say: (line: string) => void },
): Promise<{ readonly kills: number; readonly rate: Rate }> {
  const { minutes, rate, seed, tally, say } = options;
  const [enough, giveUp] = [new AbortController(), new AbortController()];
  say('sending');
  const sendingMillis = performance.now();
  const sending = sendRequests(pipeline, {
    spansPerSecond: rate,
    tally,
    signal: enough.signal,
    giveUp: giveUp.signal,
  });
  const spansPerSecond = () =>
    (acknowledgedOf(tally) * SPANS_PER_REQUEST * 1000) / (performance.now() - sendingMillis);
  const progress = setInterval(
    () => say(`${acknowledgedOf(tally)} requests acknowledged, ${Math.round(spansPerSecond())} spans/s`),
    PROGRESS_MILLIS,
  );
  const killing = killAtRandom(pipeline.victims, { seed, signal: enough.signal, say });
  await sleep(minutes * 60_000);
  const acknowledged = spansPerSecond();
  enough.abort();
  const timer = setTimeout(() => giveUp.abort(), GIVE_UP_MILLIS);
  const kills = await killing;
  await sending;
  clearTimeout(timer);
  clearInterval(progress);
  return { kills, rate: { asked: rate, acknowledged } };
}

function acknowledgedOf(tally: Tally): number {
  return tally.count(OUTCOME.firstTry) + tally.count(OUTCOME.repeated);
}

async function report(
  pipeline: Pipeline,
  told: {
    readonly tally: Tally;
    readonly kills: number;
    readonly rate: Rate;
    readonly memory: MemoryWatch;
    readonly say: (line: string) => void;
  },
): Promise<boolean> {
  const { tally, kills, rate, memory, say } = told;
  const result = await compare(pipeline, tally);
  const [letters] = await pipeline.query<{ count: number }>(
    `SELECT toUInt32(count()) AS count FROM ${TABLES.deadLetters}`,
  );
  for (const line of memory.report()) say(line);
  say(`${kills} kills`);
  say(rateLine(rate));
  say(`${result.acknowledged} requests of ${SPANS_PER_REQUEST} spans acknowledged, ${result.stored} stored`);
  say(
    `${tally.count(OUTCOME.repeated)} were repeated by their senders; of them stored again: ${result.storedAgain}`,
  );
  say(`${result.unacknowledged} stored though their senders never heard so`);
  say(`${letters?.count ?? 0} dead letters`);
  for (const example of result.examples) say(example);
  say(`lost: ${result.lost}, twice: ${result.twice}`);
  return result.lost === 0 && result.twice === 0 && (letters?.count ?? 0) === 0 && isReached(rate);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

const program = new Command('soak')
  .description('kills parts of a running pipeline at random and shows that nothing is lost or stored twice')
  .option('--minutes <n>', 'how long to send', positive, 2)
  .addOption(new Option('--mode <mode>', 'what to start').choices(['embedded', 'server']).default('embedded'))
  .option('--rate <spans>', 'spans a second', positive, 20_000)
  .option('--seed <n>', 'chooses whom to kill when', positive, Math.floor(Math.random() * 1e6) + 1)
  .action(async (options: SoakOptions) => {
    process.exitCode = (await soak(options)) ? 0 : 1;
  });
await program.parseAsync();
