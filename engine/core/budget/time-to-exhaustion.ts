/** When the budget will be gone at the present burn. */

/** What the forecast needs; `burn` is that of the last hour (docs/slo-mathematics.md). */
export interface ExhaustionInput {
  readonly remainingRatio: number | null;
  readonly burn: number | null;
  readonly periodSeconds: number;
}

/**
 * Seconds until nothing is left: `remaining × period / burn`, what is already spent included. 0 when it is spent;
 * null when nothing burns or a figure is missing.
 */
export function timeToExhaustion({ remainingRatio, burn, periodSeconds }: ExhaustionInput): number | null {
  if (remainingRatio === null) return null;
  if (remainingRatio <= 0) return 0;
  if (burn === null || burn === 0) return null;
  return (remainingRatio * periodSeconds) / burn;
}
