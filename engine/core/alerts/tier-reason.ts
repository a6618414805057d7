/** Why a tier is in its state, in words with the counts of both windows. */
import { burnRate } from '../budget/burn-rate.ts';
import { formatSeconds } from '../budget/format-seconds.ts';
import { complement, multiply, toNumber } from '../budget/fraction.ts';
import type { Measure } from '../slices/measure.ts';
import { SLICE_SECONDS } from '../slices/slice.ts';
import type { WindowReading } from '../status/read-window.ts';
import type { Fraction } from '../types.ts';
import type { ObjectiveInstant, TierJudgement } from './judge-tier.ts';
import type { PreparedTier } from './prepare-objective.ts';

/** Seconds in a unit, its name, and below how many seconds it is the one to use. */
const PACES = [
  [1, 's', 90],
  [60, 'min', 5400],
  [3600, 'h', 172_800],
] as const;
const LONGEST_PACE = [86_400, 'days'] as const;

/** What is left, for the reason of an alert. */
export interface BudgetWords {
  readonly remainingRatio: number | null;
  readonly exhaustsInSeconds: number | null;
}

function number(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

/** Two digits are enough to act on: `40 s`, `4 min`, `3.2 h`, `7.5 days`. */
function about(seconds: number): string {
  const [size, unit] = PACES.find(([, , below]) => seconds < below) ?? LONGEST_PACE;
  return `${Number((seconds / size).toPrecision(2))} ${unit}`;
}

/** What an objective is held to, and what in. */
export interface ReasonInput {
  readonly target: Fraction;
  readonly measure: Pick<Measure, 'unitSlices' | 'scale'>;
}

function windowWords({ seconds, good, total }: WindowReading, { target, measure }: ReasonInput): string {
  const burn = burnRate({ good, total }, target);
  const name = formatSeconds(seconds);
  const isEvents = measure.unitSlices === 1;
  if (burn === null) return `${name} has no ${isEvents ? 'events' : 'measured slice'}`;
  const bad = (total - good) / measure.scale;
  const shown = measure.scale === 1 ? bad : number(bad);
  const unit = isEvents ? '' : ` slices of ${formatSeconds(measure.unitSlices * SLICE_SECONDS)}`;
  return `${name} burns at ${number(burn)}× (${shown} bad of ${total / measure.scale}${unit})`;
}

/** `1h burns at 30.59× (130 bad of 4250) and 5m burns at 142.9× (50 bad of 350); the limit is 14.4×, …`. */
export function tierReason(tier: PreparedTier, judgement: TierJudgement, input: ReasonInput): string {
  const { long, short } = judgement;
  const limit = toNumber(multiply(tier.factor, complement(input.target))) * 100;
  const both = `${windowWords(long, input)} and ${windowWords(short, input)}`;
  return `${both}; the limit is ${number(tier.factorNumber)}×, an error ratio above ${number(limit)} %`;
}

/** What an SLO demands before its tiers fire. */
type Minima = Pick<ObjectiveInstant, 'minBadEvents' | 'minEvents' | 'minCoverage'>;

/** What keeps a tier from firing or ending, to follow the counts; empty when the counts say all. */
export function tierRemark(judgement: TierJudgement, minima: Minima): string {
  const { minBadEvents, minEvents, minCoverage } = minima;
  if (judgement.isFrozen) {
    return `; frozen: less than ${number(minCoverage * 100)} % of a window was measured`;
  }
  const { isLongAbove, isShortAbove, hasEnoughBad, hasEnough } = judgement;
  if (!isLongAbove || !isShortAbove) return '';
  if (!hasEnoughBad) return `; ${minBadEvents} bad events are needed to fire`;
  if (!hasEnough) return `; ${minEvents} events are needed to fire`;
  return '';
}

/** `; 42 % of the budget is left, gone in 3.2 h`. */
export function budgetWords({ remainingRatio, exhaustsInSeconds }: BudgetWords): string {
  if (remainingRatio === null) return '';
  if (remainingRatio <= 0) return `; the budget is spent, ${number(-remainingRatio * 100)} % over`;
  const left = `; ${number(remainingRatio * 100)} % of the budget is left`;
  if (exhaustsInSeconds === null) return left;
  return `${left}, gone in ${about(exhaustsInSeconds)} at this pace`;
}
