/** Targets as exact fractions, read from the decimal text of the file: 99.9 % is 999/1000 and nothing near it. */
import { compareFractions, divide, fraction } from '../budget/fraction.ts';
import type { Fraction } from '../types.ts';
import { exactDecimal } from './exact-decimal.ts';

const ONE = fraction(1, 1);

/**
 * A plain decimal divided by `scale` (1 for `target`, 100 for `targetPercent`), in lowest terms; undefined when the
 * text is no plain decimal of at most 15 places, or the value is not in [0, 1).
 */
export function exactTarget(text: string, scale: 1 | 100): Fraction | undefined {
  const value = exactDecimal(text);
  if (value === undefined) return undefined;
  const target = divide(value, fraction(scale, 1));
  return compareFractions(target, ONE) < 0 ? target : undefined;
}

/** The ratio that makes a time slice good, in (0, 1]; undefined for anything else. */
export function exactSliceTarget(text: string): Fraction | undefined {
  const value = exactDecimal(text);
  if (value === undefined || value.numerator === 0n) return undefined;
  return compareFractions(value, ONE) <= 0 ? value : undefined;
}
