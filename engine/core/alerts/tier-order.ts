/** Which tier holds which back. */
import type { Severity } from '../types.ts';

/** What decides the rank of a tier; alerts carry it too. */
export interface RankedTier {
  readonly severity: Severity;
  readonly factor: number;
}

/** Order from the highest tier: page before ticket, then the faster burn. */
export function compareTiers(a: RankedTier, b: RankedTier): number {
  if (a.severity !== b.severity) return a.severity === 'page' ? -1 : 1;
  return b.factor - a.factor;
}
