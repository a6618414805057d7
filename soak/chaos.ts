import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../bench/payload/random.ts';
import type { Victim } from './pipeline.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** From one kill to the next; later when what was killed takes longer to come back. */
const PAUSE_MILLIS = { least: 20_000, most: 30_000 };
/** Until what was killed is started again. */
const DOWN_MILLIS = { least: 200, most: 3_000 };

/** Kills victims at random, one after the other, until the signal aborts; all run when it resolves. Gives their number. */
export async function killAtRandom(
  victims: readonly Victim[],
  { seed, signal, say }: ChaosOptions,
): Promise<number> {
  const random = new Random(seed);
  const lastKill = new Map<string, number>();
  let kills = 0;
  for (let due = performance.now(); ; ) {
    due += between(random, PAUSE_MILLIS);
    if (!(await pause(Math.max(0, due - performance.now()), signal))) return kills;
    const now = performance.now();
    due = now;
    const rested = victims.filter(
      ({ group, restMillis }) => now - (lastKill.get(group) ?? Number.NEGATIVE_INFINITY) >= restMillis,
    );
    const victim = rested[Math.floor(random.unit() * rested.length)];
    if (!victim) continue;
    lastKill.set(victim.group, now);
    kills++;
    say(`kill -9 of ${victim.name}`);
    await victim.kill();
    await sleep(between(random, DOWN_MILLIS));
    await victim.restart();
  }
}

function between(random: Random, { least, most }: { readonly least: number; readonly most: number }): number {
  return least + random.unit() * (most - least);
}

async function pause(millis: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(millis, true, { signal }).catch(() => false);
}
