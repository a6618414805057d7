/** Which tier holds which back. */
import type { Objective, Severity } from '../types.ts';

/** What decides the rank of a tier; alerts carry it too. */
export interface RankedTier {
  readonly severity: Severity;
  readonly factor: number;
}

/**
 * Alerts of one SLO from the one that fires to the last one it holds back: by tier, equal ones in the order of the
 * objectives.
 */
export function rankAlerts<Alert extends RankedTier & { readonly objective: string }>(
  alerts: readonly Alert[],
  objectives: readonly Pick<Objective, 'name'>[],
): readonly Alert[] {
  const names = objectives.map(({ name }) => name);
  const rank = ({ objective }: Alert) => names.indexOf(objective);
  return alerts.toSorted((a, b) => compareTiers(a, b) || rank(a) - rank(b));
}

/** Order from the highest tier: page before ticket, then the faster burn. */
export function compareTiers(a: RankedTier, b: RankedTier): number {
  if (a.severity !== b.severity) return a.severity === 'page' ? -1 : 1;
  return b.factor - a.factor;
}
