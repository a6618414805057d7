/** The one comparison alerts rest on, exact: error ratio > factor × (1 − target). */
import type { Counts, Fraction } from '../types.ts';
import { complement, multiply } from './fraction.ts';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/**
 * A test whether a window burns strictly faster than `factor`. Compares
 * `bad × denominator > total × numerator` of `factor × (1 − target)` in integers, so equality never fires and no
 * rounding decides; a window without events never burns.
 */
export function burnThreshold(target: Fraction, factor: Fraction): (counts: Counts) => boolean {
  const limit = multiply(factor, complement(target));
  const numerator = Number(limit.numerator);
  const denominator = Number(limit.denominator);
  return ({ good, total }) => {
    const left = (total - good) * denominator;
    const right = total * numerator;
    if (left <= MAX_SAFE && right <= MAX_SAFE) return left > right;
    return BigInt(total - good) * limit.denominator > BigInt(total) * limit.numerator;
  };
}
