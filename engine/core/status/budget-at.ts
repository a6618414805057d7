/** The budget of an objective at an instant, with the forecast. */
import { burnRate } from '../budget/burn-rate.ts';
import { errorBudget } from '../budget/error-budget.ts';
import { timeToExhaustion } from '../budget/time-to-exhaustion.ts';
import type { Measure } from '../slices/measure.ts';
import type { Period } from '../slices/periods.ts';
import { SLICE_MILLIS } from '../slices/slice.ts';
import type { BudgetReading, Counts, Fraction, TimeWindow } from '../types.ts';
import { type PeriodReading, readPeriod, readWindow } from './read-window.ts';

/** Exhaustion is forecast with the burn of this window. */
const FORECAST_SECONDS = 3600;

/** Budget and the window it comes from. */
export interface BudgetAt {
  readonly window: PeriodReading;
  /** The counts that state, alerts and forecast go by: of a calendar those that the whole period comes to. */
  readonly counts: Counts;
  readonly budget: BudgetReading;
}

export interface BudgetInput {
  readonly target: Fraction;
  readonly window: TimeWindow;
  readonly atMillis: number;
  /** First slice of the SLO's generation; 0 when it holds from the beginning. */
  readonly generationFrom: number;
}

/** Reads the SLO's window and the last hour, and says what is left and until when. */
export function budgetAt(measure: Measure, input: BudgetInput): BudgetAt {
  const { target, window, atMillis } = input;
  const read = readPeriod(measure, window, atMillis);
  const budget = errorBudget(read, target);
  const burn = burnRate(readWindow(measure, FORECAST_SECONDS, atMillis), target);
  const { period, seconds: periodSeconds } = read;
  if (period === undefined) {
    const { remainingRatio } = budget;
    const exhaustsInSeconds = timeToExhaustion({ remainingRatio, burn, periodSeconds });
    return {
      window: read,
      counts: read,
      budget: { ...budget, periodRemainingRatio: null, exhaustsInSeconds },
    };
  }
  const counts = projected(measure, { read, period, input });
  const { remainingRatio } = errorBudget(counts, target);
  const exhausts = timeToExhaustion({ remainingRatio, burn, periodSeconds });
  const leftSeconds = (period.toMillis - atMillis) / 1000;
  // null when the period ends first.
  const exhaustsInSeconds = exhausts === null || exhausts > leftSeconds ? null : exhausts;
  return {
    window: read,
    counts,
    budget: { ...budget, periodRemainingRatio: remainingRatio, exhaustsInSeconds },
  };
}

interface Projection {
  readonly read: PeriodReading;
  readonly period: Period;
  readonly input: BudgetInput;
}

/**
 * The same bad ones among the total that the whole period comes to, should its traffic go on as in the time that was
 * counted: from the period's beginning, the generation's or the first event on, without what is excluded.
 */
function projected({ timeline }: Measure, { read, period, input }: Projection): Counts {
  const { good, total, edges } = read;
  const first = input.generationFrom > 0 ? input.generationFrom : (timeline.firstSlice() ?? edges.to);
  const from = Math.max(edges.from, first);
  const excluded = timeline
    .excludedRanges(from, edges.to)
    .reduce((sum, range) => sum + range.to - range.from, 0);
  const countedMillis = (edges.to - from - excluded) * SLICE_MILLIS;
  const leftMillis = period.toMillis - edges.to * SLICE_MILLIS;
  if (countedMillis <= 0 || leftMillis <= 0) return { good, total };
  const coming = Math.round((total / countedMillis) * leftMillis);
  return { good: good + coming, total: total + coming };
}
