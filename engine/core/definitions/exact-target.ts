/** Targets as exact fractions, read from the decimal text of the file: 99.9 % is 999/1000 and nothing near it. */
import type { Fraction } from '../types.ts';

const DECIMAL = /^(?:(\d{1,3})\.?(\d{0,15})|\.(\d{1,15}))$/;

/**
 * A plain decimal divided by `scale` (1 for `target`, 100 for `targetPercent`), in lowest terms; undefined when the
 * text is no plain decimal of at most 15 places, or the value is not in [0, 1).
 */
export function exactTarget(text: string, scale: 1 | 100): Fraction | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const whole = match[1] ?? '';
  const places = match[2] ?? match[3] ?? '';
  const numerator = BigInt(whole + places);
  const denominator = 10n ** BigInt(places.length) * BigInt(scale);
  if (numerator >= denominator) return undefined;
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
