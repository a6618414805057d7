/** Decimals of a file as exact fractions: 99.9 is 999/10 and nothing near it. */
import { fraction } from '../budget/fraction.ts';
import type { Fraction } from '../types.ts';

const DECIMAL = /^(?:(\d{1,9})\.?(\d{0,15})|\.(\d{1,15}))$/;

/** The value in lowest terms; undefined unless it is a plain decimal of at most 9 digits and 15 places. */
export function exactDecimal(text: string): Fraction | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const whole = match[1] ?? '';
  const places = match[2] ?? match[3] ?? '';
  return fraction(BigInt(whole + places), 10n ** BigInt(places.length));
}
