/** The whole status of one objective at an instant (`GET /api/v1/slos/{name}/status`). */
import { isBelow, judgeTier, type ObjectiveInstant, type TierJudgement } from '../alerts/judge-tier.ts';
import type { PreparedObjective, PreparedTier } from '../alerts/prepare-objective.ts';
import { tierReason, tierRemark } from '../alerts/tier-reason.ts';
import { isExhausted } from '../budget/error-budget.ts';
import { toNumber } from '../budget/fraction.ts';
import { coverageOf, coverageRatio } from '../slices/coverage.ts';
import type { Measure } from '../slices/measure.ts';
import { SLICE_SECONDS } from '../slices/slice.ts';
import type { WindowEdges } from '../slices/window-edges.ts';
import type {
  AlertRecord,
  Counts,
  SecondWindowReading,
  SloState,
  SloStatus,
  TierReading,
  TierState,
  TimeWindow,
} from '../types.ts';
import { budgetAt } from './budget-at.ts';
import { burnReading, countedWindow, readWindow } from './read-window.ts';

/** Windows every status shows the burn of: those of the workbook's tiers. */
export const BURN_WINDOW_SECONDS = [300, 1800, 3600, 7200, 21_600, 86_400, 259_200] as const;

export interface StatusInput {
  readonly slo: string;
  readonly generation: number;
  readonly window: TimeWindow;
  readonly secondWindow?: TimeWindow | undefined;
  readonly prepared: PreparedObjective;
  readonly instant: ObjectiveInstant;
  /** Events of a window that came after the lateness bound. */
  readonly lateIn: (edges: WindowEdges) => number;
  /** Burn-rate alerts of the SLO, all objectives, that are open at the instant; see `rankAlerts`. */
  readonly open: readonly AlertRecord[];
}

/** Computes a status from counts and the alerts open at the instant. */
export function sloStatus(input: StatusInput): SloStatus {
  const { prepared, instant } = input;
  const { target } = prepared.objective;
  const { measure, atMillis } = instant;
  const { window, counts, budget } = budgetAt(measure, { ...instant, target, window: input.window });
  const coverage = coverageOf(window.edges, instant);
  const hasCoverage = !isBelow(coverage, instant.minCoverage);
  return {
    slo: input.slo,
    objective: prepared.objective.name,
    at: new Date(atMillis).toISOString(),
    window: countedWindow(window, atMillis),
    generation: input.generation,
    good: window.good,
    total: window.total,
    sli: ratioOf(window),
    target: toNumber(target),
    coverage: coverageRatio(coverage),
    scale: measure.scale,
    unit: measure.unitSlices === 1 ? 'events' : 'slices',
    budget,
    excludedSeconds: excludedSeconds(measure, window.edges),
    secondWindow: secondWindow(input),
    burn: BURN_WINDOW_SECONDS.map((seconds) =>
      burnReading(readWindow(measure, seconds, atMillis), { target, measure }),
    ),
    tiers: tierReadings(input),
    omittedTiers: prepared.omitted,
    state: stateOf(input, counts, hasCoverage),
    late: input.lateIn(window.edges),
  };
}

function excludedSeconds({ timeline }: Measure, { from, to }: WindowEdges): number {
  const ranges = timeline.excludedRanges(from, to);
  return ranges.reduce((sum, range) => sum + (range.to - range.from) * SLICE_SECONDS, 0);
}

function ratioOf({ good, total }: Counts): number | null {
  return total === 0 ? null : good / total;
}

function secondWindow({ prepared, instant, secondWindow }: StatusInput): SecondWindowReading | null {
  if (secondWindow === undefined) return null;
  const { target } = prepared.objective;
  const { measure, atMillis } = instant;
  const { window, budget } = budgetAt(measure, { ...instant, target, window: secondWindow });
  return {
    text: secondWindow.text,
    window: countedWindow(window, atMillis),
    good: window.good,
    total: window.total,
    sli: ratioOf(window),
    coverage: coverageRatio(coverageOf(window.edges, instant)),
    budget,
  };
}

function openAlert({ prepared, open }: StatusInput, tier: PreparedTier): AlertRecord | undefined {
  return open.find(
    ({ objective, severity, longWindow }) =>
      objective === prepared.objective.name && severity === tier.severity && longWindow === tier.longWindow,
  );
}

function tierReadings(input: StatusInput): readonly TierReading[] {
  const { prepared, instant } = input;
  return prepared.tiers.map((tier) => {
    const judgement = judgeTier(tier, instant);
    return {
      severity: tier.severity,
      longWindow: tier.longWindow,
      shortWindow: tier.shortWindow,
      factor: tier.factorNumber,
      state: tierState(input, tier, judgement),
      reason:
        tierReason(tier, judgement, { target: prepared.objective.target, measure: instant.measure }) +
        tierRemark(judgement, instant),
    };
  });
}

function tierState(input: StatusInput, tier: PreparedTier, { isFrozen }: TierJudgement): TierState {
  if (isFrozen) return 'frozen';
  const alert = openAlert(input, tier);
  if (alert === undefined) return 'inactive';
  return input.open[0] === alert ? 'firing' : 'inhibited';
}

function stateOf(input: StatusInput, counts: Counts, hasCoverage: boolean): SloState {
  const { objective } = input.prepared;
  if (!hasCoverage) return 'insufficient-data';
  if (counts.total === 0) return 'no-data';
  if (isExhausted(counts, objective.target)) return 'exhausted';
  const isBurning = input.prepared.tiers.some((tier) => openAlert(input, tier) !== undefined);
  return isBurning ? 'burning' : 'ok';
}
