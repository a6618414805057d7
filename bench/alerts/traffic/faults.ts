/** What goes wrong: an error ratio over the time since the fault began. */
import { fraction } from '../../../engine/core/budget/fraction.ts';
import type { Fraction } from '../../../engine/core/types.ts';

const MINUTE = 60;
const HOUR = 3600;

export interface Fault {
  readonly name: string;
  /** How long it lasts, seconds. */
  readonly seconds: number;
  /** Constant, so that there is a closed form; absent for faults that change. */
  readonly constantRatio?: Fraction;
  /** 0 to 1, at so many seconds after its begin. */
  errorRatioAt(seconds: number): number;
  /** Second of the day at which it begins, for faults at night; any without. */
  readonly beginsAt?: number;
}

function step(name: string, percent: string, seconds: number): Fault {
  const [whole = '', decimals = ''] = percent.split('.');
  const constantRatio = fraction(BigInt(whole + decimals), 100n * 10n ** BigInt(decimals.length));
  const ratio = Number(percent) / 100;
  return { name, seconds, constantRatio, errorRatioAt: () => ratio };
}

/** 0 to 20 % within 30 minutes, then 20 % for as long. */
const RAMP: Fault = {
  name: 'ramp to 20 % in 30 min, 1 h',
  seconds: HOUR,
  errorRatioAt: (seconds) => 0.2 * Math.min(1, seconds / (30 * MINUTE)),
};

const FLAPPING: Fault = {
  name: 'flapping: all fails 1 min of 10, 2 h',
  seconds: 2 * HOUR,
  errorRatioAt: (seconds) => (seconds % (10 * MINUTE) < MINUTE ? 1 : 0),
};

/** The full outage, for tables by load. */
export const OUTAGE = step('all fails, 30 min', '100', 30 * MINUTE);
/** A fault that hits one request in ten, for tables by load. */
export const TENTH = step('10 % fail, 1 h', '10', HOUR);

/** Ten minutes into a quiet night: the hour before is full of the day's good requests. */
export const NIGHT_OUTAGE: Fault = {
  ...OUTAGE,
  name: 'all fails, 30 min, 10 min into a quiet night',
  beginsAt: 22 * HOUR + 10 * MINUTE,
};

export const FAULTS: readonly Fault[] = [
  step('all fails, 1 min', '100', MINUTE),
  OUTAGE,
  TENTH,
  step('2 % fail, 6 h', '2', 6 * HOUR),
  step('1 % fail, 8 h', '1', 8 * HOUR),
  step('0.4 % fail, 30 h', '0.4', 30 * HOUR),
  RAMP,
  FLAPPING,
];
