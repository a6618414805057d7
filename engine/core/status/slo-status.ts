/** The whole status of one objective at an instant (`GET /api/v1/slos/{name}/status`). */
import { isBelow, judgeTier, type SloInstant, type TierJudgement } from '../alerts/judge-tier.ts';
import type { PreparedObjective, PreparedTier } from '../alerts/prepare-objective.ts';
import { tierReason, tierRemark } from '../alerts/tier-reason.ts';
import { isExhausted } from '../budget/error-budget.ts';
import { toNumber } from '../budget/fraction.ts';
import { coverageOf, coverageRatio } from '../slices/coverage.ts';
import { sliceIso } from '../slices/slice.ts';
import type { AlertRecord, SloState, SloStatus, TierReading, TierState } from '../types.ts';
import { type BudgetAt, budgetAt } from './budget-at.ts';
import { burnReading, readWindow } from './read-window.ts';

/** Windows every status shows the burn of: those of the workbook's tiers. */
export const BURN_WINDOW_SECONDS = [300, 1800, 3600, 7200, 21_600, 86_400, 259_200] as const;

export interface StatusInput {
  readonly slo: string;
  readonly generation: number;
  readonly periodSeconds: number;
  readonly prepared: PreparedObjective;
  readonly instant: SloInstant;
  /** Alerts of the SLO, all objectives, that are open at the instant; see `rankAlerts`. */
  readonly open: readonly AlertRecord[];
}

/** Computes a status from counts and the alerts open at the instant. */
export function sloStatus(input: StatusInput): SloStatus {
  const { prepared, instant, periodSeconds } = input;
  const { target } = prepared.objective;
  const { atMillis, timeline } = instant;
  const budget = budgetAt(timeline, { target, periodSeconds, atMillis });
  const { window, allowed, spent, remainingRatio, exhaustsInSeconds } = budget;
  const coverage = coverageOf(window.edges, instant.generationFrom, instant.liveness);
  const hasCoverage = !isBelow(coverage, instant.minCoverage);
  return {
    slo: input.slo,
    objective: prepared.objective.name,
    at: new Date(atMillis).toISOString(),
    window: {
      from: sliceIso(window.edges.from),
      to: new Date(atMillis).toISOString(),
      countedTo: sliceIso(window.edges.to),
    },
    generation: input.generation,
    good: window.good,
    total: window.total,
    sli: window.total === 0 ? null : window.good / window.total,
    target: toNumber(target),
    coverage: coverageRatio(coverage),
    budget: { allowed, spent, remainingRatio, exhaustsInSeconds },
    burn: BURN_WINDOW_SECONDS.map((seconds) => burnReading(readWindow(timeline, seconds, atMillis), target)),
    tiers: tierReadings(input),
    omittedTiers: prepared.omitted,
    state: stateOf(input, budget, hasCoverage),
    late: window.late,
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
        tierReason(tier, judgement, prepared.objective.target) +
        tierRemark(judgement, instant.minBadEvents, instant.minCoverage),
    };
  });
}

function tierState(input: StatusInput, tier: PreparedTier, { isFrozen }: TierJudgement): TierState {
  if (isFrozen) return 'frozen';
  const alert = openAlert(input, tier);
  if (alert === undefined) return 'inactive';
  return input.open[0] === alert ? 'firing' : 'inhibited';
}

function stateOf(input: StatusInput, { window }: BudgetAt, hasCoverage: boolean): SloState {
  const { objective } = input.prepared;
  if (!hasCoverage) return 'insufficient-data';
  if (window.total === 0) return 'no-data';
  if (isExhausted(window, objective.target)) return 'exhausted';
  const isBurning = input.prepared.tiers.some((tier) => openAlert(input, tier) !== undefined);
  return isBurning ? 'burning' : 'ok';
}
