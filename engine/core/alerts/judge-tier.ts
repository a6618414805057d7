/** Whether a tier's condition holds at an instant, before any history: the stateless half of alerting. */
import { type Coverage, coverageOf } from '../slices/coverage.ts';
import type { Liveness } from '../slices/liveness.ts';
import type { Timeline } from '../slices/timeline.ts';
import { readWindow, type WindowReading } from '../status/read-window.ts';
import type { PreparedTier } from './prepare-objective.ts';

/** The counts of one SLO at one instant. */
export interface SloInstant {
  readonly timeline: Timeline;
  readonly liveness: Liveness;
  /** First slice of the generation; 0 means from the beginning. */
  readonly generationFrom: number;
  readonly minBadEvents: number;
  /** 0 to 1. */
  readonly minCoverage: number;
  readonly atMillis: number;
}

/** What both windows of a tier say. */
export interface TierJudgement {
  readonly long: WindowReading;
  readonly short: WindowReading;
  readonly isLongAbove: boolean;
  readonly isShortAbove: boolean;
  /** Whether the long window has as many bad events as the SLO demands. */
  readonly hasEnoughBad: boolean;
  /** Coverage of one of the windows is below the minimum: the tier neither fires nor ends. */
  readonly isFrozen: boolean;
}

/** Reads both windows of a tier and compares them with its factor. */
export function judgeTier(tier: PreparedTier, instant: SloInstant): TierJudgement {
  const { timeline, atMillis, minBadEvents } = instant;
  const long = readWindow(timeline, tier.longSeconds, atMillis);
  const short = readWindow(timeline, tier.shortSeconds, atMillis);
  return {
    long,
    short,
    isLongAbove: tier.isAbove(long),
    isShortAbove: tier.isAbove(short),
    hasEnoughBad: long.total - long.good >= minBadEvents,
    isFrozen: [long, short].some((window) => lacksCoverage(window, instant)),
  };
}

function lacksCoverage({ edges }: WindowReading, instant: SloInstant): boolean {
  if (instant.minCoverage <= 0) return false;
  return isBelow(coverageOf(edges, instant.generationFrom, instant.liveness), instant.minCoverage);
}

/** Whether coverage is below a minimum; nothing expected is not below. */
export function isBelow({ measured, expected }: Coverage, minimum: number): boolean {
  return measured < minimum * expected;
}
