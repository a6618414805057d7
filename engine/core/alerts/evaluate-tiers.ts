/**
 * The alert state machine of one SLO at one instant.
 *
 * 1. A tier starts when both windows burn strictly faster than its factor and the long one has enough bad events.
 * 2. It ends when its short window is no longer above the factor.
 * 3. A frozen tier (coverage below the minimum) neither starts nor ends.
 * 4. Of the open tiers of an SLO only the highest fires: page before ticket, faster before slower, then in the order
 *    of the objectives; the others are inhibited until it ends.
 * Instants must come in ascending order.
 */
import type { SampleRing } from '../replica/sample-ring.ts';
import { budgetAt } from '../status/budget-at.ts';
import { burnReading, readWindow } from '../status/read-window.ts';
import type { AlertRecord, SloDefinition } from '../types.ts';
import { judgeTier, type SloInstant, type TierJudgement } from './judge-tier.ts';
import type { PreparedObjective, PreparedTier } from './prepare-objective.ts';
import { rankAlerts } from './tier-order.ts';
import { budgetWords, tierReason } from './tier-reason.ts';

/** An alert found this long after it began is history, not news. */
const RETROACTIVE_MILLIS = 120_000;

export interface EvaluateInput {
  readonly slo: string;
  readonly definition: SloDefinition;
  readonly objectives: readonly PreparedObjective[];
  readonly instant: SloInstant;
  readonly samples: SampleRing;
  /** Alerts of the SLO that have not ended. */
  readonly open: readonly AlertRecord[];
  /** The present, to tell history from news; at or after the instant. */
  readonly nowMillis: number;
}

/** The alerts that began, ended or changed hands at the instant, each with its new state. */
export function evaluateTiers(input: EvaluateInput): readonly AlertRecord[] {
  if (input.open.length === 0 && !hasBadEvents(input)) return [];
  const ended: AlertRecord[] = endWithoutTier(input);
  const open: AlertRecord[] = [];
  for (const prepared of input.objectives) {
    for (const tier of prepared.tiers) {
      const judgement = judgeTier(tier, input.instant);
      const alert = input.open.find((candidate) => isOf(candidate, prepared, tier));
      if (alert === undefined) {
        if (starts(judgement)) open.push(begin(input, prepared, { tier, judgement }));
      } else if (judgement.isFrozen || judgement.isShortAbove) open.push(alert);
      else ended.push(end(alert, input.instant.atMillis));
    }
  }
  return [
    ...ended,
    ...inhibit(rankAlerts(open, input.objectives)).filter((alert) => !input.open.includes(alert)),
  ];
}

function hasBadEvents({ objectives, instant }: EvaluateInput): boolean {
  const longest = Math.max(
    0,
    ...objectives.flatMap(({ tiers }) => tiers.map(({ longSeconds }) => longSeconds)),
  );
  if (longest === 0) return false;
  const { good, total } = readWindow(instant.timeline, longest, instant.atMillis);
  return total > good;
}

function starts({ isLongAbove, isShortAbove, hasEnoughBad, isFrozen }: TierJudgement): boolean {
  return isLongAbove && isShortAbove && hasEnoughBad && !isFrozen;
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
  return orphans.map((alert) => end(alert, instant.atMillis));
}

function end(alert: AlertRecord, atMillis: number): AlertRecord {
  // A clock set back: no alert ends before it began.
  const endedMillis = Math.max(atMillis, Date.parse(alert.startedAt));
  return { ...alert, endedAt: new Date(endedMillis).toISOString(), state: 'resolved' };
}

function begin(
  { slo, definition, instant, samples, nowMillis }: EvaluateInput,
  { objective }: PreparedObjective,
  { tier, judgement }: { readonly tier: PreparedTier; readonly judgement: TierJudgement },
): AlertRecord {
  const { atMillis, timeline } = instant;
  const { target } = objective;
  const periodSeconds = definition.window.seconds;
  const { remainingRatio, exhaustsInSeconds } = budgetAt(timeline, { target, periodSeconds, atMillis });
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
    retroactive: nowMillis - atMillis > RETROACTIVE_MILLIS,
    reason: tierReason(tier, judgement, target) + budgetWords({ remainingRatio, exhaustsInSeconds }),
    details: {
      long: burnReading(judgement.long, target),
      short: burnReading(judgement.short, target),
      remainingRatio,
      exhaustsInSeconds,
      sampleTraceIds: samples.within(judgement.long.edges),
    },
  };
}

/** The first of the ranked alerts fires, the others are inhibited; an alert already so is returned as it is. */
function inhibit(ranked: readonly AlertRecord[]): readonly AlertRecord[] {
  return ranked.map((alert, index) => {
    const state = index === 0 ? 'firing' : 'inhibited';
    return alert.state === state ? alert : { ...alert, state };
  });
}
