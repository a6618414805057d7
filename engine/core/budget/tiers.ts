/** The burn-rate tiers of an objective: long and short window, factor, severity. */
import type { BurnRateTier, Fraction, Objective, Severity } from '../types.ts';
import { formatSeconds } from './format-seconds.ts';
import { compareFractions, fraction, multiply, toNumber } from './fraction.ts';
import { maximumBurn } from './maximum-burn.ts';

export type Tier = BurnRateTier;

/** A default tier that does not suit this target or period, and why. */
export interface OmittedTier {
  /** `page 1h`. */
  readonly tier: string;
  readonly reason: string;
}

/** A short window is a twelfth of the long one. */
export const SHORT_DIVISOR = 12;

/** What an objective's tiers depend on. */
export type TieredObjective = Pick<Objective, 'target' | 'slices'>;

const HOUR = 3600;
const DAY = 86_400;

/**
 * Budget shares per long window, highest tier first. Source: The Site Reliability Workbook, chapter 5, table 5-8
 * (1 h, 6 h, 3 d) and its example rule (1 d).
 */
const SHARES = [
  { severity: 'page', longSeconds: HOUR, share: fraction(2, 100) },
  { severity: 'page', longSeconds: 6 * HOUR, share: fraction(5, 100) },
  { severity: 'ticket', longSeconds: DAY, share: fraction(10, 100) },
  { severity: 'ticket', longSeconds: 3 * DAY, share: fraction(10, 100) },
] as const;

/** `page 1h`: how a tier is called in answers and reasons. */
export function tierName(tier: { readonly severity: Severity; readonly longSeconds: number }): string {
  return `${tier.severity} ${formatSeconds(tier.longSeconds)}`;
}

/** The factor that spends `share` of a period's budget within one long window: share × period / long window. */
export function tierFactor(share: Fraction, periodSeconds: number, longSeconds: number): Fraction {
  return multiply(share, fraction(periodSeconds, longSeconds));
}

/** Four digits say enough of a factor. */
function shown(factor: number): string {
  return Number(factor.toPrecision(4)).toString();
}

/** Why a tier does not suit a target and a period. */
export interface TierFault {
  readonly code: 'tier-too-long' | 'tier-too-short' | 'tier-unreachable' | 'tier-below-one';
  /** Begins with `its`. */
  readonly reason: string;
}

/** What is wrong with a tier, the worst first; undefined when nothing is. */
export function tierFault(
  tier: Tier,
  { target, slices }: TieredObjective,
  periodSeconds: number,
): TierFault | undefined {
  const factor = toNumber(tier.factor);
  if (tier.longSeconds > periodSeconds) {
    const reason = `its long window is longer than the period of ${formatSeconds(periodSeconds)}`;
    return { code: 'tier-too-long', reason };
  }
  if (slices !== undefined && tier.shortSeconds < slices.seconds) {
    const reason = `its short window of ${formatSeconds(tier.shortSeconds)} holds no whole time slice of ${formatSeconds(slices.seconds)}`;
    return { code: 'tier-too-short', reason };
  }
  const maximum = maximumBurn(target);
  if (compareFractions(tier.factor, maximum) >= 0) {
    const reason = `its factor ${shown(factor)} cannot be reached: a full outage burns at ${shown(toNumber(maximum))}`;
    return { code: 'tier-unreachable', reason };
  }
  if (compareFractions(tier.factor, fraction(1, 1)) < 0) {
    const reason = `its factor ${shown(factor)} is below 1 and would alert at a sustainable burn`;
    return { code: 'tier-below-one', reason };
  }
  return undefined;
}

/** The tiers of an objective, highest first, and the default ones left out with the reason. */
export interface ObjectiveTiers {
  readonly tiers: readonly Tier[];
  readonly omitted: readonly OmittedTier[];
}

/** The tiers a definition asks for, which were compared with its objectives as it was read, else the default ones. */
export function tiersOf(
  { tiers }: { readonly tiers?: readonly Tier[] },
  objective: TieredObjective,
  periodSeconds: number,
): ObjectiveTiers {
  return tiers === undefined ? defaultTiers(objective, periodSeconds) : { tiers, omitted: [] };
}

/** The default tiers that work for a target and a period, highest first, and those left out with the reason. */
export function defaultTiers(objective: TieredObjective, periodSeconds: number): ObjectiveTiers {
  const tiers: Tier[] = [];
  const omitted: OmittedTier[] = [];
  for (const { severity, longSeconds, share } of SHARES) {
    const factor = tierFactor(share, periodSeconds, longSeconds);
    const tier = { severity, longSeconds, shortSeconds: longSeconds / SHORT_DIVISOR, factor };
    const fault = tierFault(tier, objective, periodSeconds);
    if (fault === undefined) tiers.push(tier);
    else omitted.push({ tier: tierName(tier), reason: fault.reason });
  }
  return { tiers, omitted };
}
