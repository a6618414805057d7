/** The budget of an objective at an instant, with the forecast. */
import { burnRate } from '../budget/burn-rate.ts';
import { type ErrorBudget, errorBudget } from '../budget/error-budget.ts';
import { timeToExhaustion } from '../budget/time-to-exhaustion.ts';
import type { Timeline } from '../slices/timeline.ts';
import type { Fraction } from '../types.ts';
import { readWindow, type WindowReading } from './read-window.ts';

/** Exhaustion is forecast with the burn of this window. */
const FORECAST_SECONDS = 3600;

/** Budget, forecast and the window they come from. */
export interface BudgetAt extends ErrorBudget {
  readonly window: WindowReading;
  readonly exhaustsInSeconds: number | null;
}

/** Reads the SLO's window and the last hour, and says what is left and until when. */
export function budgetAt(
  timeline: Timeline,
  { target, periodSeconds, atMillis }: { target: Fraction; periodSeconds: number; atMillis: number },
): BudgetAt {
  const window = readWindow(timeline, periodSeconds, atMillis);
  const budget = errorBudget(window, target);
  const burn = burnRate(readWindow(timeline, FORECAST_SECONDS, atMillis), target);
  const { remainingRatio } = budget;
  return { ...budget, window, exhaustsInSeconds: timeToExhaustion({ remainingRatio, burn, periodSeconds }) };
}
