/** Names of one length each: what is stored for one SLO can be stored for another by writing its name over. */

/** What the SLOs of a service measure. */
export const KINDS = ['avail', 'quick', 'route', 'calls', 'whole'] as const;

/** Service number `index`, from 0. */
export function serviceName(index: number): string {
  return `svc-${String(index).padStart(5, '0')}`;
}

/** SLO number `index`, from 0; five after each other are of one service. */
export function sloName(index: number): string {
  return `${serviceName(Math.floor(index / KINDS.length))}-${KINDS[index % KINDS.length]}`;
}
