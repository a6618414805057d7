/** The budget of an objective at an instant, with the forecast. */
import { burnRate } from '../budget/burn-rate.ts';
import { errorBudget } from '../budget/error-budget.ts';
import { timeToExhaustion } from '../budget/time-to-exhaustion.ts';
import type { Measure } from '../slices/measure.ts';
import { SLICE_MILLIS } from '../slices/slice.ts';
import type { BudgetReading, Counts, Fraction, TimeWindow } from '../types.ts';
import { type PeriodReading, readPeriod, readWindow } from './read-window.ts';

/** Exhaustion is forecast with the burn of this window. */
const FORECAST_SECONDS = 3600;

/** Budget and the window it comes from. */
export interface BudgetAt {
  readonly window: PeriodReading;
  readonly budget: BudgetReading;
}

export interface BudgetInput {
  readonly target: Fraction;
  readonly window: TimeWindow;
  readonly atMillis: number;
}

/** Reads the SLO's window and the last hour, and says what is left and until when. */
export function budgetAt(measure: Measure, { target, window, atMillis }: BudgetInput): BudgetAt {
  const read = readPeriod(measure, window, atMillis);
  const budget = errorBudget(read, target);
  const burn = burnRate(readWindow(measure, FORECAST_SECONDS, atMillis), target);
  const { remainingRatio } = budget;
  const exhaustsInSeconds =
    read.period === undefined
      ? timeToExhaustion({ remainingRatio, burn, periodSeconds: read.seconds })
      : exhaustionInPeriod(read, { target, burn, atMillis });
  return { window: read, budget: { ...budget, exhaustsInSeconds } };
}

/**
 * Of a calendar's period: what is spent is held against the budget of the whole period, should its traffic go on as
 * before. null when the period ends first.
 */
function exhaustionInPeriod(
  read: PeriodReading,
  { target, burn, atMillis }: { target: Fraction; burn: number | null; atMillis: number },
): number | null {
  const { seconds, period } = read;
  const remainingRatio = errorBudget(projected(read), target).remainingRatio;
  const exhausts = timeToExhaustion({ remainingRatio, burn, periodSeconds: seconds });
  const leftSeconds = ((period?.toMillis ?? 0) - atMillis) / 1000;
  return exhausts === null || exhausts > leftSeconds ? null : exhausts;
}

/** The counts that a budget is held against: those of a rolling window, or what a calendar's whole period comes to. */
export function budgetCounts(read: PeriodReading): Counts {
  return read.period === undefined ? read : projected(read);
}

/** The same bad ones among the total that the whole period comes to, rounded. */
function projected({ good, total, edges, seconds }: PeriodReading): Counts {
  const elapsedSeconds = ((edges.to - edges.from) * SLICE_MILLIS) / 1000;
  if (elapsedSeconds === 0 || elapsedSeconds >= seconds) return { good, total };
  const whole = Math.round((total * seconds) / elapsedSeconds);
  return { good: whole - (total - good), total: whole };
}
