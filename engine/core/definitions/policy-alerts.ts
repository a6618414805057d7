import type { Tier } from '../budget/tiers.ts';
import type { NoDataAlert } from '../types.ts';

/** What an AlertPolicy asks for. */
export interface PolicyAlerts {
  readonly tier?: Tier;
  readonly noDataAlert?: NoDataAlert;
}
