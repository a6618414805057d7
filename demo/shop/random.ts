/** Uniform numbers in [0, 1) from a seed, so that one seed always makes the same shop (mulberry32). */
export type Random = () => number;

/** A generator of {@link Random} numbers; equal seeds give equal sequences. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A duration in milliseconds around a median, with the long tail of real services (log-normal, sigma 0.35). */
export function latencyMillis(random: Random, medianMillis: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMillis * Math.exp(0.35 * normal);
}

/** Milliseconds until the next arrival of a Poisson process with this rate (events per second). */
export function nextArrivalMillis(random: Random, ratePerSecond: number): number {
  return (-Math.log(1 - random()) / ratePerSecond) * 1000;
}
