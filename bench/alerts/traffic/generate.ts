/** Turns load, background errors and a fault into counts, by a seeded generator. */
import { Random } from '../../payload/random.ts';
import { EventCounts, type TickEvents } from './event-counts.ts';
import type { Fault } from './faults.ts';
import { type Background, type Load, rateAt } from './load.ts';
import { Poisson } from './poisson.ts';
import { TICK_SECONDS } from './ticks.ts';

export interface TrafficOptions {
  readonly load: Load;
  readonly background: Background;
  /** 1 − target. */
  readonly allowedErrorRatio: number;
  readonly ticks: number;
  readonly seed: number;
  /** A fault and the tick it begins at. */
  readonly incident?: { readonly fault: Fault; readonly atTick: number };
}

/** The counts of one service; the same options give the same counts. */
export function generateCounts(options: TrafficOptions): EventCounts {
  const { load, background, incident } = options;
  const poisson = new Poisson(new Random(options.seed));
  const usual = background.budgetShare * options.allowedErrorRatio;
  // One object for all ticks: there are millions.
  const events = { good: 0, bad: 0 };
  return new EventCounts(options.ticks, (tick): TickEvents => {
    const requests = rateAt(load, tick * TICK_SECONDS) * TICK_SECONDS;
    const fault = incident === undefined ? 0 : faultRatio(incident, tick);
    if (fault === 0) {
      events.bad = poisson.draw((requests * usual) / background.burst) * background.burst;
      events.good = poisson.draw(requests * (1 - usual));
      return events;
    }
    // Whatever fails of itself may be hit by the fault as well.
    const ratio = 1 - (1 - fault) * (1 - usual);
    events.good = poisson.draw(requests * (1 - ratio));
    events.bad = poisson.draw(requests * ratio);
    return events;
  });
}

function faultRatio({ fault, atTick }: NonNullable<TrafficOptions['incident']>, tick: number): number {
  const seconds = (tick - atTick) * TICK_SECONDS;
  return seconds >= 0 && seconds < fault.seconds ? fault.errorRatioAt(seconds) : 0;
}
