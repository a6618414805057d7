/** Closed forms of a tier's behaviour under a constant error ratio: what the engine's answers are compared with. */
import type { Fraction } from '../types.ts';
import { compareFractions, complement, divide, fraction, multiply, toNumber } from './fraction.ts';
import type { Tier } from './tiers.ts';

/** A constant error ratio against a target. */
export interface ConstantErrors {
  readonly target: Fraction;
  readonly errorRatio: Fraction;
}

function limitOf(tier: Pick<Tier, 'factor'>, target: Fraction): Fraction {
  return multiply(tier.factor, complement(target));
}

/** Seconds until one window of this length crosses the factor, from a clean start; null when it never does. */
export function secondsToCross(
  windowSeconds: number,
  tier: Pick<Tier, 'factor'>,
  { target, errorRatio }: ConstantErrors,
): number | null {
  const limit = limitOf(tier, target);
  if (compareFractions(errorRatio, limit) <= 0) return null;
  return toNumber(multiply(divide(limit, errorRatio), fraction(windowSeconds, 1)));
}

/**
 * Seconds from the start of constant errors to firing, after clean and steady traffic: the long window crosses
 * last, at `factor × (1 − target) × long / error ratio`. null when the ratio is at or below the threshold.
 */
export function secondsToFire(tier: Tier, errors: ConstantErrors): number | null {
  return secondsToCross(tier.longSeconds, tier, errors);
}

/**
 * Seconds from the end of errors that filled the short window to the end of the alert:
 * `short × (1 − factor × (1 − target) / error ratio)`; null when the errors never crossed the factor.
 */
export function secondsToReset(tier: Tier, errors: ConstantErrors): number | null {
  const crossed = secondsToCross(tier.shortSeconds, tier, errors);
  if (crossed === null) return null;
  const limit = divide(limitOf(tier, errors.target), errors.errorRatio);
  return toNumber(multiply(complement(limit), fraction(tier.shortSeconds, 1)));
}
