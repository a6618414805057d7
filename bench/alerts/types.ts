/** What is compared: systems that turn counts into alerts. */
import type { Severity } from '../../engine/core/types.ts';
import type { EventCounts } from './traffic/event-counts.ts';

/** One alert as a receiver sees it: from the instant it fires to the one it is over. */
export interface Firing {
  /** Its identity: what fires again under the same name is the same alert, again. */
  readonly alert: string;
  readonly severity: Severity;
  /** Seconds since tick 0. */
  readonly fromSeconds: number;
  /** null: still firing at the end. */
  readonly toSeconds: number | null;
}

/** The rules of a system for one SLO of 30 days. */
export interface AlertingSystem {
  readonly name: string;
  /** Every alert that begins at or after the tick, in the order of their begin. */
  play(counts: EventCounts, fromTick: number): readonly Firing[];
}

/** Period of every SLO here. */
export const PERIOD_DAYS = 30;
