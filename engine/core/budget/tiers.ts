/** The burn-rate tiers of an objective: long and short window, factor, severity. */
import type { Fraction, Severity } from '../types.ts';
import { formatSeconds } from './format-seconds.ts';
import { compareFractions, fraction, multiply, toNumber } from './fraction.ts';
import { maximumBurn } from './maximum-burn.ts';

/** One tier: fires when both windows burn faster than `factor`. */
export interface Tier {
  readonly severity: Severity;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  readonly factor: Fraction;
}

/** A default tier that does not suit this target or period, and why. */
export interface OmittedTier {
  /** `page 1h`. */
  readonly tier: string;
  readonly reason: string;
}

const HOUR = 3600;
const DAY = 86_400;

/**
 * Budget shares per long window, highest tier first. Source: The Site Reliability Workbook, chapter 5, table 5-8
 * (1 h, 6 h, 3 d) and its example rule (1 d); a short window is a twelfth of the long one.
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

function whyOmitted(tier: Tier, target: Fraction, periodSeconds: number): string | undefined {
  const factor = toNumber(tier.factor);
  if (tier.longSeconds > periodSeconds) {
    return `its long window is longer than the period of ${formatSeconds(periodSeconds)}`;
  }
  const maximum = maximumBurn(target);
  if (compareFractions(tier.factor, maximum) >= 0) {
    return `its factor ${shown(factor)} cannot be reached: a full outage burns at ${shown(toNumber(maximum))}`;
  }
  if (compareFractions(tier.factor, fraction(1, 1)) < 0) {
    return `its factor ${shown(factor)} is below 1 and would alert at a sustainable burn`;
  }
  return undefined;
}

/** The default tiers that work for a target and a period, highest first, and those left out with the reason. */
export function defaultTiers(
  target: Fraction,
  periodSeconds: number,
): { readonly tiers: readonly Tier[]; readonly omitted: readonly OmittedTier[] } {
  const tiers: Tier[] = [];
  const omitted: OmittedTier[] = [];
  for (const { severity, longSeconds, share } of SHARES) {
    const factor = tierFactor(share, periodSeconds, longSeconds);
    const tier = { severity, longSeconds, shortSeconds: longSeconds / 12, factor };
    const reason = whyOmitted(tier, target, periodSeconds);
    if (reason === undefined) tiers.push(tier);
    else omitted.push({ tier: tierName(tier), reason });
  }
  return { tiers, omitted };
}
