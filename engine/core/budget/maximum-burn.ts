/** The burn rate of a full outage: no tier with a factor at or above it can ever fire. */
import type { Fraction } from '../types.ts';
import { complement, divide, fraction } from './fraction.ts';

/** `1 / (1 − target)`: 100 for 99 %, 1000 for 99.9 %. Throws a RangeError for a target of 1. */
export function maximumBurn(target: Fraction): Fraction {
  return divide(fraction(1, 1), complement(target));
}
