/** Whether a tier's condition holds at an instant, before any history: the stateless half of alerting. */

import type { CountedTimeline } from '../slices/counted-timeline.ts';
import { type Coverage, coverageOf } from '../slices/coverage.ts';
import type { Liveness } from '../slices/liveness.ts';
import type { Measure } from '../slices/measure.ts';
import { readWindow, type WindowReading } from '../status/read-window.ts';
import type { Objective } from '../types.ts';
import type { PreparedTier } from './prepare-objective.ts';

/** The counts of one SLO at one instant. */
export interface SloInstant {
  /** Events of the indicator. */
  readonly events: CountedTimeline;
  /** What an objective's good and total are counted in. */
  readonly measureOf: (objective: Objective) => Measure;
  readonly liveness: Liveness;
  /** First slice of the generation; 0 means from the beginning. */
  readonly generationFrom: number;
  readonly minBadEvents: number;
  readonly minEvents: number;
  /** 0 to 1. */
  readonly minCoverage: number;
  readonly atMillis: number;
}

/** The counts of one objective at one instant. */
export interface ObjectiveInstant extends Omit<SloInstant, 'measureOf'> {
  readonly measure: Measure;
}

/** Picks an objective's counts. */
export function objectiveInstant(
  { measureOf, ...instant }: SloInstant,
  objective: Objective,
): ObjectiveInstant {
  return { ...instant, measure: measureOf(objective) };
}

/** What both windows of a tier say. */
export interface TierJudgement {
  readonly long: WindowReading;
  readonly short: WindowReading;
  readonly isLongAbove: boolean;
  readonly isShortAbove: boolean;
  /** Whether the long window has as many bad events as the SLO demands. */
  readonly hasEnoughBad: boolean;
  /** … and as many events. */
  readonly hasEnough: boolean;
  /** Coverage of one of the windows is below the minimum: the tier neither fires nor ends. */
  readonly isFrozen: boolean;
}

/** Reads both windows of a tier and compares them with its factor. */
export function judgeTier(tier: PreparedTier, instant: ObjectiveInstant): TierJudgement {
  const { measure, atMillis, minBadEvents, minEvents } = instant;
  const long = readWindow(measure, tier.longSeconds, atMillis);
  const short = readWindow(measure, tier.shortSeconds, atMillis);
  return {
    long,
    short,
    isLongAbove: tier.isAbove(long),
    isShortAbove: tier.isAbove(short),
    hasEnoughBad: long.total - long.good >= minBadEvents * measure.scale,
    hasEnough: long.total >= minEvents * measure.scale,
    isFrozen: [long, short].some((window) => lacksCoverage(window, instant)),
  };
}

function lacksCoverage({ edges }: WindowReading, instant: ObjectiveInstant): boolean {
  return instant.minCoverage > 0 && isBelow(coverageOf(edges, instant), instant.minCoverage);
}

/** Whether coverage is below a minimum; nothing expected is not below. */
export function isBelow({ measured, expected }: Coverage, minimum: number): boolean {
  return measured < minimum * expected;
}
