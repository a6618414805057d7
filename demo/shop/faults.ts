/** The faults that can be switched on in the shop. */
export const FAULTS = {
  'payment-errors': 'every payment is refused by the provider with an error',
  'slow-login': 'every login takes 600 ms longer',
  'database-errors': 'a fifth of all database calls fails',
  'cache-down': 'the cache refuses connections; the catalogue falls back to the slower database',
  'traffic-drop': 'nineteen of twenty customers stay away',
  'ticket-flood': 'every second customer who places an order opens a ticket',
} as const;

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS;

/** Whether a text names a fault. */
export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(FAULTS, text);
}

/** How strong a fault is: 0 is off, 1 is full; incidents of the past use values between. */
export type FaultLevels = (fault: FaultName) => number;

/** The switches of the running shop. */
export class FaultSwitches {
  readonly #active: Set<FaultName>;

  /** `active`: on from the start. */
  constructor(active: readonly FaultName[] = []) {
    this.#active = new Set(active);
  }

  set(fault: FaultName, active: boolean): void {
    if (active) this.#active.add(fault);
    else this.#active.delete(fault);
  }

  isActive(fault: FaultName): boolean {
    return this.#active.has(fault);
  }

  readonly levels: FaultLevels = (fault) => (this.#active.has(fault) ? 1 : 0);
}
