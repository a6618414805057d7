/** Burn rate: how many times faster than sustainable the budget goes (slo-mathematics.md). */
import type { Counts, Fraction } from '../types.ts';
import { divideBigints } from './fraction.ts';

/** `error ratio / (1 − target)`; 1 spends the budget exactly on time. null without events. */
export function burnRate({ good, total }: Counts, target: Fraction): number | null {
  if (total === 0) return null;
  const bad = BigInt(total - good) * target.denominator;
  return divideBigints(bad, BigInt(total) * (target.denominator - target.numerator));
}
