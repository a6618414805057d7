/** Traffic without chance. */
import { EventCounts } from '../../../../bench/alerts/traffic/event-counts.ts';

/** Requests of every tick; the percents below are whole events of it. */
const PER_TICK = 1000;

export interface SteadyFault {
  readonly fromTick: number;
  readonly toTick: number;
  /** Of the requests, 0 to 100. */
  readonly percent: number;
}

/** 200 requests a second for so many ticks, all good but for those of the fault. */
export function steadyCounts(ticks: number, { fromTick, toTick, percent }: SteadyFault): EventCounts {
  return new EventCounts(ticks, (tick) => {
    const bad = tick >= fromTick && tick < toTick ? (PER_TICK * percent) / 100 : 0;
    return { good: PER_TICK - bad, bad };
  });
}
