/** Plays one fault at one load many times, each time to every system. */
import { Random } from '../../payload/random.ts';
import { TARGET } from '../systems.ts';
import type { Fault } from '../traffic/faults.ts';
import { generateCounts } from '../traffic/generate.ts';
import { type Background, type Load, requestsPerDay } from '../traffic/load.ts';
import { seedOf } from '../traffic/seed-of.ts';
import { TICK_SECONDS, ticksOf } from '../traffic/ticks.ts';
import { type AlertingSystem, PERIOD_DAYS } from '../types.ts';
import { type IncidentScore, scoreIncident } from './score-incident.ts';

const HOUR = 3600;
const DAY = 86_400;
/** Longer than any window, so that all of them are full of ordinary traffic when the fault begins. */
const BEFORE_SECONDS = 5 * DAY;
/** Alerts are looked at from so long before the fault, so that none begins with a look at it. */
const WATCHED_SECONDS = 6 * HOUR;
/** Longer than any short window: pages and tickets are over then. */
const AFTER_SECONDS = 9 * HOUR;
/** Errors of an ordinary day while incidents are measured. */
const BACKGROUND: Background = { name: 'a tenth of the budget', budgetShare: 0.1, burst: 1 };

export interface IncidentOptions {
  readonly load: Load;
  readonly fault: Fault;
  readonly runs: number;
  readonly seed: number;
  /** By a seed of the run. */
  readonly systems: (seed: number) => readonly AlertingSystem[];
}

/** Scores by system, in the order of the runs. */
export type IncidentScores = ReadonlyMap<string, readonly IncidentScore[]>;

/** See above. */
export function measureIncident(options: IncidentOptions): IncidentScores {
  const scores = new Map<string, IncidentScore[]>();
  for (let run = 0; run < options.runs; run += 1) {
    for (const [system, score] of playOnce(options, run)) {
      const ofSystem = scores.get(system);
      if (ofSystem === undefined) scores.set(system, [score]);
      else ofSystem.push(score);
    }
  }
  return scores;
}

function playOnce(
  { load, fault, seed, systems }: IncidentOptions,
  run: number,
): (readonly [string, IncidentScore])[] {
  const ownSeed = seedOf(`incident ${seed} ${load.name} ${fault.name} ${run}`);
  const atTick = beginOf(fault, ownSeed);
  const ticks = atTick + ticksOf(fault.seconds + AFTER_SECONDS);
  const { allowedErrorRatio } = TARGET;
  const counts = generateCounts({
    ...{ load, background: BACKGROUND, allowedErrorRatio, ticks, seed: ownSeed },
    incident: { fault, atTick },
  });
  const fromSeconds = atTick * TICK_SECONDS;
  const budgetEvents = allowedErrorRatio * requestsPerDay(load) * PERIOD_DAYS;
  const incident = { fromSeconds, toSeconds: fromSeconds + fault.seconds, counts, budgetEvents };
  return systems(ownSeed).map((system) => {
    const firings = system.play(counts, atTick - ticksOf(WATCHED_SECONDS));
    return [system.name, scoreIncident(firings, incident)] as const;
  });
}

/** Any tick within the hour after the lead-in, or the fault's own time of day. */
function beginOf({ beginsAt }: Fault, seed: number): number {
  const random = new Random(seed);
  return (
    ticksOf(BEFORE_SECONDS + (beginsAt ?? 0)) + random.below(ticksOf(beginsAt === undefined ? HOUR : 60))
  );
}
