/** How many requests a service gets over the day, and how its errors come when nothing is wrong. */
const DAY_SECONDS = 86_400;
const HOUR = 3600;
/** A quiet night lasts from 22:00 to 06:00 UTC and has a fiftieth of the day's requests. */
const NIGHT_FROM = 22 * HOUR;
const NIGHT_TO = 6 * HOUR;
const NIGHT_SHARE = 1 / 50;

export interface Load {
  readonly name: string;
  /** By day. */
  readonly requestsPerSecond: number;
  readonly hasQuietNights: boolean;
}

/** Errors of an ordinary day, all within the objective. */
export interface Background {
  readonly name: string;
  /** Of the error ratio the target allows. */
  readonly budgetShare: number;
  /** Errors come in bursts of so many within 5 s; 1: each by itself. */
  readonly burst: number;
}

/** Requests a second at an instant, seconds since a midnight. */
export function rateAt({ requestsPerSecond, hasQuietNights }: Load, seconds: number): number {
  if (!hasQuietNights) return requestsPerSecond;
  const ofDay = seconds % DAY_SECONDS;
  const isNight = ofDay >= NIGHT_FROM || ofDay < NIGHT_TO;
  return isNight ? requestsPerSecond * NIGHT_SHARE : requestsPerSecond;
}

/** Requests of a day on average. */
export function requestsPerDay({ requestsPerSecond, hasQuietNights }: Load): number {
  const night = hasQuietNights ? DAY_SECONDS - NIGHT_FROM + NIGHT_TO : 0;
  return requestsPerSecond * (DAY_SECONDS - night + night * NIGHT_SHARE);
}
