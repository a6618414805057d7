/** An objective with everything that does not change from second to second. */
import { burnThreshold } from '../budget/burn-threshold.ts';
import { formatSeconds } from '../budget/format-seconds.ts';
import { toNumber } from '../budget/fraction.ts';
import { type OmittedTier, type Tier, tierName } from '../budget/tiers.ts';
import type { Counts, Objective } from '../types.ts';

/** A tier ready to be evaluated. */
export interface PreparedTier extends Tier {
  /** `page 1h`. */
  readonly name: string;
  readonly longWindow: string;
  readonly shortWindow: string;
  readonly factorNumber: number;
  /** Whether a window burns strictly faster than the factor. */
  readonly isAbove: (counts: Counts) => boolean;
}

/** See above. */
export interface PreparedObjective {
  readonly objective: Objective;
  readonly tiers: readonly PreparedTier[];
  readonly omitted: readonly OmittedTier[];
}

/** Prepares an objective with its tiers, highest first. */
export function prepareObjective(
  objective: Objective,
  { tiers, omitted }: { readonly tiers: readonly Tier[]; readonly omitted: readonly OmittedTier[] },
): PreparedObjective {
  const prepared = tiers.map((tier) => ({
    ...tier,
    name: tierName(tier),
    longWindow: formatSeconds(tier.longSeconds),
    shortWindow: formatSeconds(tier.shortSeconds),
    factorNumber: toNumber(tier.factor),
    isAbove: burnThreshold(objective.target, tier.factor),
  }));
  return { objective, tiers: prepared, omitted };
}
