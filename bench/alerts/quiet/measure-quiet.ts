/** Plays services that keep their objective for a quarter: whatever they page is false. */
import { notifiedRanges } from '../notified-ranges.ts';
import { TARGET } from '../systems.ts';
import { generateCounts } from '../traffic/generate.ts';
import type { Background, Load } from '../traffic/load.ts';
import { seedOf } from '../traffic/seed-of.ts';
import { ticksOf } from '../traffic/ticks.ts';
import type { AlertingSystem } from '../types.ts';

const DAY = 86_400;
/** Longer than any window. */
const BEFORE_SECONDS = 5 * DAY;
const QUARTER_SECONDS = 90 * DAY;

export interface QuietOptions {
  readonly load: Load;
  readonly background: Background;
  readonly services: number;
  readonly seed: number;
  /** By a seed of the service. */
  readonly systems: (seed: number) => readonly AlertingSystem[];
}

/** False alerts of a system, all services together. */
export interface QuietScore {
  pages: number;
  tickets: number;
}

/** Scores by system. */
export function measureQuiet(options: QuietOptions): ReadonlyMap<string, QuietScore> {
  const { load, background, services } = options;
  const scores = new Map<string, QuietScore>();
  for (let service = 0; service < services; service += 1) {
    const seed = seedOf(`quiet ${options.seed} ${load.name} ${background.name} ${service}`);
    const ticks = ticksOf(BEFORE_SECONDS + QUARTER_SECONDS);
    const { allowedErrorRatio } = TARGET;
    const counts = generateCounts({ load, background, allowedErrorRatio, ticks, seed });
    for (const system of options.systems(seed)) {
      const firings = system.play(counts, ticksOf(BEFORE_SECONDS));
      const score = scores.get(system.name) ?? { pages: 0, tickets: 0 };
      score.pages += notifiedRanges(firings, 'page').length;
      score.tickets += notifiedRanges(firings, 'ticket').length;
      scores.set(system.name, score);
    }
  }
  return scores;
}
