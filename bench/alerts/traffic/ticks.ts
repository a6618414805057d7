/** The simulator's clock: whole ticks of 5 s, which both slices of 10 s and scrapes of 15 s are made of. */

/** Length of a tick, seconds. */
export const TICK_SECONDS = 5;
/** Where tick 0 lies: midnight UTC of a Thursday, on the edge of a slice of any level. */
export const START_MILLIS = Date.UTC(2026, 0, 1);

/** Whole ticks of a duration in seconds. Throws a RangeError when it is no multiple of a tick. */
export function ticksOf(seconds: number): number {
  const ticks = seconds / TICK_SECONDS;
  if (Number.isInteger(ticks)) return ticks;
  throw new RangeError(`Cannot count ticks unless seconds are a multiple of 5: current value is ${seconds}`);
}
