/**
 * The burn-rate alerts of one SLO at one instant.
 *
 * 1. A tier starts when both windows burn strictly faster than its factor and the long one has enough events, and bad ones.
 * 2. It ends when its short window has not been above the factor for as long as the SLO holds alerts, at once by default.
 * 3. A frozen tier (coverage below the minimum) neither starts nor ends.
 * 4. Of the open tiers of an SLO only the highest fires: page before ticket, faster before slower, then in the order
 *    of the objectives; the others are inhibited until it ends.
 * Instants must come in ascending order.
 */
import type { SampleRing } from '../replica/sample-ring.ts';
import { budgetAt } from '../status/budget-at.ts';
import { burnReading, readWindow } from '../status/read-window.ts';
import type { AlertRecord, SloDefinition } from '../types.ts';
import { endAlert, inhibit, isRetroactive } from './alert-lanes.ts';
import {
  judgeTier,
  type ObjectiveInstant,
  objectiveInstant,
  type SloInstant,
  type TierJudgement,
} from './judge-tier.ts';
import type { PreparedObjective, PreparedTier } from './prepare-objective.ts';
import { rankAlerts } from './tier-order.ts';
import { budgetWords, tierReason } from './tier-reason.ts';

export interface EvaluateInput {
  readonly slo: string;
  readonly definition: SloDefinition;
  readonly objectives: readonly PreparedObjective[];
  readonly instant: SloInstant;
  readonly samples: SampleRing;
  /** Alerts of the SLO that have not ended, of the kind that is evaluated. */
  readonly open: readonly AlertRecord[];
  /** The present, to tell history from news; at or after the instant. */
  readonly nowMillis: number;
}

/** The alerts that began, ended or changed hands at the instant, each with its new state. */
export function evaluateTiers(input: EvaluateInput): readonly AlertRecord[] {
  if (input.open.length === 0 && !hasBadEvents(input)) return [];
  const ended: AlertRecord[] = endWithoutTier(input);
  const open: AlertRecord[] = [];
  const holdMillis = (input.definition.alertHoldSeconds ?? 0) * 1000;
  for (const prepared of input.objectives) {
    const instant = objectiveInstant(input.instant, prepared.objective);
    for (const tier of prepared.tiers) {
      const judgement = judgeTier(tier, instant);
      const alert = input.open.find((candidate) => isOf(candidate, prepared, tier));
      if (alert === undefined) {
        if (starts(judgement)) open.push(begin(input, prepared, { tier, judgement, instant }));
      } else {
        const after = goOn(alert, judgement, { atMillis: instant.atMillis, holdMillis });
        (after.endedAt === null ? open : ended).push(after);
      }
    }
  }
  const order = input.objectives.map(({ objective }) => objective);
  return [...ended, ...inhibit(rankAlerts(open, order)).filter((alert) => !input.open.includes(alert))];
}

function hasBadEvents({ objectives, instant }: EvaluateInput): boolean {
  return objectives.some(({ objective, tiers }) => {
    if (tiers.length === 0) return false;
    const longest = Math.max(...tiers.map(({ longSeconds }) => longSeconds));
    const { good, total } = readWindow(instant.measureOf(objective), longest, instant.atMillis);
    return total > good;
  });
}

function starts({ isLongAbove, isShortAbove, hasEnoughBad, hasEnough, isFrozen }: TierJudgement): boolean {
  return isLongAbove && isShortAbove && hasEnoughBad && hasEnough && !isFrozen;
}

/** An open alert at the next instant: it goes on while its tier burns, is frozen, or has not been calm for long enough. */
function goOn(
  alert: AlertRecord,
  { isFrozen, isShortAbove }: TierJudgement,
  { atMillis, holdMillis }: { readonly atMillis: number; readonly holdMillis: number },
): AlertRecord {
  const { calmSince, ...burning } = alert;
  if (isFrozen) return alert;
  if (isShortAbove) return calmSince === undefined ? alert : burning;
  const calmMillis = calmSince === undefined ? atMillis : Date.parse(calmSince);
  if (atMillis - calmMillis >= holdMillis) return endAlert(alert, atMillis);
  return calmSince === undefined ? { ...alert, calmSince: new Date(atMillis).toISOString() } : alert;
}

function isOf(alert: AlertRecord, { objective }: PreparedObjective, tier: PreparedTier): boolean {
  return (
    alert.objective === objective.name &&
    alert.severity === tier.severity &&
    alert.longWindow === tier.longWindow
  );
}

/** An edit of target or period may leave an open alert without its tier: it ends. */
function endWithoutTier({ open, objectives, instant }: EvaluateInput): AlertRecord[] {
  const orphans = open.filter(
    (alert) => !objectives.some((prepared) => prepared.tiers.some((tier) => isOf(alert, prepared, tier))),
  );
  return orphans.map((alert) => endAlert(alert, instant.atMillis));
}

/** What a tier begins with. */
interface Begun {
  readonly tier: PreparedTier;
  readonly judgement: TierJudgement;
  readonly instant: ObjectiveInstant;
}

function begin(
  { slo, definition, samples, nowMillis }: EvaluateInput,
  { objective }: PreparedObjective,
  { tier, judgement, instant }: Begun,
): AlertRecord {
  const { atMillis, measure } = instant;
  const { target } = objective;
  const { window } = definition;
  const { budget } = budgetAt(measure, { ...instant, target, window });
  const { exhaustsInSeconds } = budget;
  const remainingRatio = budget.periodRemainingRatio ?? budget.remainingRatio;
  const startedAt = new Date(atMillis).toISOString();
  return {
    id: `${slo}:${objective.name}:${tier.severity}-${tier.longWindow}:${startedAt}`,
    slo,
    objective: objective.name,
    service: definition.service,
    severity: tier.severity,
    longWindow: tier.longWindow,
    shortWindow: tier.shortWindow,
    factor: tier.factorNumber,
    startedAt,
    endedAt: null,
    state: 'firing',
    retroactive: isRetroactive(atMillis, nowMillis),
    reason:
      tierReason(tier, judgement, { target, measure }) + budgetWords({ remainingRatio, exhaustsInSeconds }),
    details: {
      long: burnReading(judgement.long, { target, measure }),
      short: burnReading(judgement.short, { target, measure }),
      remainingRatio,
      exhaustsInSeconds,
      sampleTraceIds: samples.within(judgement.long.edges),
    },
  };
}
