/**
 * Alerts on how much of a budget is spent, where the SLO asks for them (`valet/budget-alerts`).
 *
 * 1. One begins when its share of the budget is spent, by at least as many bad events as the SLO demands.
 * 2. It ends when {@link CALM_PERCENT} of the budget less than its share is spent, or half of it where that is more, so
 *    that it does not flap.
 * 3. Of those open the one with the highest share fires.
 * 4. The budget of a calendar's period is that of the whole period, should its traffic go on as before.
 * 5. Below the minimum of coverage none begins or ends.
 */
import { errorBudget } from '../budget/error-budget.ts';
import { coverageOf } from '../slices/coverage.ts';
import { budgetAt } from '../status/budget-at.ts';
import { burnReading, type PeriodReading } from '../status/read-window.ts';
import type { AlertRecord, BudgetReading, Counts, Fraction, Objective } from '../types.ts';
import { endAlert, inhibit, isRetroactive } from './alert-lanes.ts';
import type { EvaluateInput } from './evaluate-tiers.ts';
import { isBelow, type ObjectiveInstant, objectiveInstant } from './judge-tier.ts';
import { rankAlerts } from './tier-order.ts';
import { budgetWords } from './tier-reason.ts';

/** Percent of the budget by which an alert has to be clear of its share to end. */
const CALM_PERCENT = 5;

/** The alerts that began, ended or changed hands at the instant; `open` holds those of budgets only. */
export function evaluateBudget(input: EvaluateInput): readonly AlertRecord[] {
  const { definition, open } = input;
  const percents = definition.budgetAlerts ?? [];
  if (percents.length === 0 && open.length === 0) return [];
  const judged = definition.objectives.map((objective) => judge(input, objective, percents));
  const known = new Set(judged.flatMap(({ kept, ended }) => [...kept, ...ended].map(({ id }) => id)));
  const orphans = open
    .filter(({ id }) => !known.has(id))
    .map((alert) => endAlert(alert, input.instant.atMillis));
  const ranked = rankAlerts(
    judged.flatMap(({ kept }) => kept),
    definition.objectives,
  );
  return [
    ...orphans,
    ...judged.flatMap(({ ended }) => ended),
    ...inhibit(ranked).filter((alert) => !open.includes(alert)),
  ];
}

interface Judged {
  readonly kept: readonly AlertRecord[];
  readonly ended: readonly AlertRecord[];
}

function judge(input: EvaluateInput, objective: Objective, percents: readonly number[]): Judged {
  const instant = objectiveInstant(input.instant, objective);
  const { atMillis, measure, minBadEvents, minCoverage } = instant;
  const { target } = objective;
  const { window, counts, budget } = budgetAt(measure, {
    ...instant,
    target,
    window: input.definition.window,
  });
  const isFrozen = minCoverage > 0 && isBelow(coverageOf(window.edges, instant), minCoverage);
  const hasEnoughBad = window.total - window.good >= minBadEvents * measure.scale;
  const kept: AlertRecord[] = [];
  const ended: AlertRecord[] = [];
  for (const percent of percents) {
    const open = input.open.find(
      (alert) => alert.objective === objective.name && alert.factor === percent / 100,
    );
    if (open === undefined) {
      const begins = hasEnoughBad && !isFrozen && hasSpent(counts, target, 10 * percent);
      if (begins) kept.push(begin(input, { objective, instant, window, counts, percent, budget }));
    } else if (isFrozen || hasSpent(counts, target, calmPermille(percent))) kept.push(open);
    else ended.push(endAlert(open, atMillis));
  }
  return { kept, ended };
}

function calmPermille(percent: number): number {
  return Math.max(10 * (percent - CALM_PERCENT), 5 * percent);
}

/** Exact: bad ≥ permille of (1 − target) × total. Nothing is spent without events. */
function hasSpent({ good, total }: Counts, { numerator, denominator }: Fraction, permille: number): boolean {
  if (total === 0) return false;
  const bad = BigInt(total - good) * denominator * 1000n;
  return bad >= BigInt(permille) * (denominator - numerator) * BigInt(total);
}

interface Begun {
  readonly objective: Objective;
  readonly instant: ObjectiveInstant;
  readonly window: PeriodReading;
  readonly counts: Counts;
  readonly percent: number;
  readonly budget: BudgetReading;
}

function begin(
  { slo, definition, samples, nowMillis }: EvaluateInput,
  { objective, instant, window, counts, percent, budget }: Begun,
): AlertRecord {
  const { atMillis, measure } = instant;
  const { name, target } = objective;
  const { text } = definition.window;
  const { scale } = measure;
  const startedAt = new Date(atMillis).toISOString();
  const reading = { ...burnReading(window, { target, measure }), window: text };
  const bad = (window.total - window.good) / scale;
  const unit = measure.unitSlices === 1 ? '' : ' time slices';
  const allowed = errorBudget(counts, target).allowed ?? 0;
  const periodWords = `: ${bad} bad${unit}, of some ${Number((allowed / scale).toPrecision(3))} that the whole period will allow`;
  const words = ` (${bad} bad of ${window.total / scale}${unit})${budgetWords(budget)}`;
  return {
    id: `${slo}:${name}:budget-${percent}:${startedAt}`,
    slo,
    objective: name,
    service: definition.service,
    kind: 'budget',
    severity: 'ticket',
    longWindow: text,
    shortWindow: text,
    factor: percent / 100,
    startedAt,
    endedAt: null,
    state: 'firing',
    retroactive: isRetroactive(atMillis, nowMillis),
    reason: `${percent} % of the budget of ${text} is spent${window.period ? periodWords : words}`,
    details: {
      long: reading,
      short: reading,
      remainingRatio: budget.periodRemainingRatio ?? budget.remainingRatio,
      exhaustsInSeconds: budget.exhaustsInSeconds,
      sampleTraceIds: samples.within(window.edges),
    },
  };
}
