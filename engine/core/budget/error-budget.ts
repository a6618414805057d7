/** The error budget of a window, by events (slo-mathematics.md). */
import type { Counts, Fraction } from '../types.ts';
import { divideBigints } from './fraction.ts';

/** What a window allows, spent and has left; every figure null without events. */
export interface ErrorBudget {
  /** Events that may be bad: (1 − target) × total. */
  readonly allowed: number | null;
  /** Bad events so far. */
  readonly spent: number | null;
  /** 1 − spent / allowed; negative once overspent, never clamped. */
  readonly remainingRatio: number | null;
}

/** The budget of a window with these counts. */
export function errorBudget({ good, total }: Counts, target: Fraction): ErrorBudget {
  if (total === 0) return { allowed: null, spent: null, remainingRatio: null };
  const allowed = (target.denominator - target.numerator) * BigInt(total);
  const spent = BigInt(total - good) * target.denominator;
  return {
    allowed: divideBigints(allowed, target.denominator),
    spent: total - good,
    remainingRatio: divideBigints(allowed - spent, allowed),
  };
}

/** Whether nothing of the budget is left; exact. A window without events has spent nothing. */
export function isExhausted({ good, total }: Counts, target: Fraction): boolean {
  if (total === 0) return false;
  const allowed = (target.denominator - target.numerator) * BigInt(total);
  return BigInt(total - good) * target.denominator >= allowed;
}
