/** Exact fractions: targets and burn-rate factors are never floats inside the engine. */
import type { Fraction } from '../types.ts';

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** `numerator / denominator` in lowest terms. Throws a RangeError unless 0 ≤ numerator and 0 < denominator. */
export function fraction(numerator: bigint | number, denominator: bigint | number): Fraction {
  const [n, d] = [BigInt(numerator), BigInt(denominator)];
  if (n < 0n || d <= 0n) {
    throw new RangeError(`Cannot make a fraction unless 0 <= n and 0 < d: current value is ${n}/${d}`);
  }
  const divisor = gcd(n, d);
  return { numerator: n / divisor, denominator: d / divisor };
}

/** a × b in lowest terms. */
export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** a ÷ b in lowest terms. Throws a RangeError when b is zero. */
export function divide(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** 1 − a, for a ≤ 1: the error ratio a target allows. Throws a RangeError above 1. */
export function complement(a: Fraction): Fraction {
  return fraction(a.denominator - a.numerator, a.denominator);
}

/** Negative, zero or positive as a is below, equal to or above b. */
export function compareFractions(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The nearest number, for the edge only: answers, tables and texts. */
export function toNumber(a: Fraction): number {
  return divideBigints(a.numerator, a.denominator);
}

/** numerator / denominator as a number, also beyond 2^53 and below zero. */
export function divideBigints(numerator: bigint, denominator: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  if (numerator <= limit && numerator >= -limit && denominator <= limit) {
    return Number(numerator) / Number(denominator);
  }
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  return Number(whole) + Number((rest * 10n ** 18n) / denominator) / 1e18;
}
