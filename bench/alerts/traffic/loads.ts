/** The loads and the ordinary errors services are played with. */
import type { Background, Load } from './load.ts';

function steady(name: string, requestsPerSecond: number): Load {
  return { name, requestsPerSecond, hasQuietNights: false };
}

const STEADY_FEW = [
  steady('10 an hour', 10 / 3600),
  steady('60 an hour', 60 / 3600),
  steady('360 an hour', 360 / 3600),
] as const;

/** Where every fault is played: enough requests that chance plays no part. */
export const USUAL_LOAD = steady('100 a second', 100);

/** By the hour or second, the same all day. */
export const STEADY_LOADS: readonly Load[] = [
  ...STEADY_FEW,
  steady('1 a second', 1),
  USUAL_LOAD,
  steady('10,000 a second', 10_000),
];

/** For faults at night. */
export const NIGHTLY: Load = {
  name: '100 a second, 2 at night',
  requestsPerSecond: 100,
  hasQuietNights: true,
};

/** For nights without any. */
export const SMALL_NIGHTLY: Load = {
  name: '1 a second, 72 an hour at night',
  requestsPerSecond: 1,
  hasQuietNights: true,
};

/** Where a minimum of bad events tells: with more requests a tier needs more of them anyway. */
export const FEW_REQUESTS: readonly Load[] = [...STEADY_FEW, SMALL_NIGHTLY];

export const BACKGROUNDS: readonly Background[] = [
  { name: 'a tenth of the budget', budgetShare: 0.1, burst: 1 },
  { name: 'half the budget', budgetShare: 0.5, burst: 1 },
  { name: 'half, in bursts of 5', budgetShare: 0.5, burst: 5 },
];
