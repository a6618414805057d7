/** The engine's vocabulary: what an SLO is and what can be said of it at an instant. Pure data. */
import type { Signal } from '../../schemas/names.ts';

/** An exact non-negative fraction, for targets: 99.9 % is 999/1000. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** The five VALET dimensions. */
export const DIMENSIONS = ['volume', 'availability', 'latency', 'errors', 'tickets'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** One stream of events an indicator counts. */
export interface EventSource {
  readonly signal: Signal;
  /** The OTTL condition as written; counts every record of the signal when it is `true`. */
  readonly where: string;
}

/**
 * An event-based ratio. Counted in one pass: total = matches `total`, good = matches total and `good`
 * (or total and not `bad`, when the definition names the bad ones).
 */
export interface RatioIndicator {
  readonly total: EventSource;
  readonly good?: EventSource;
  readonly bad?: EventSource;
}

/** Time cut into equal slices, each of which is judged as a whole. */
export interface TimeSlices {
  /** Length of a slice: 1, 3, 5, 15, 30 or 60 minutes. */
  readonly seconds: number;
  /** A slice is good when its ratio is at least this; absent: a slice counts by its ratio. */
  readonly target?: Fraction;
}

export interface Objective {
  /** Stable within the SLO. @default 'objective-<index>' */
  readonly name: string;
  readonly displayName?: string;
  readonly target: Fraction;
  /** Absent: every event counts by itself. */
  readonly slices?: TimeSlices;
}

/** The last so many seconds. */
export interface RollingWindow {
  readonly kind: 'rolling';
  readonly seconds: number;
  /** As written: `30d`. */
  readonly text: string;
}

/** Hour, day, week, month, quarter, year. */
export const CALENDAR_UNITS = ['h', 'd', 'w', 'M', 'Q', 'Y'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** The present one of periods that follow the calendar of a time zone. */
export interface CalendarWindow {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  /** Units in a period. */
  readonly count: number;
  /** Local time a period begins at, on a quarter of an hour: `2026-01-01T00:00`. */
  readonly start: string;
  /** IANA name. */
  readonly timeZone: string;
  /** `1M Europe/Berlin`. */
  readonly text: string;
}

export type TimeWindow = RollingWindow | CalendarWindow;

/** A tier fires when both of its windows burn faster than `factor`. */
export interface BurnRateTier {
  readonly severity: Severity;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  readonly factor: Fraction;
}

/** Time in which nothing counts: maintenance, a planned change. */
export interface Exclusion {
  /** Local time it begins at, the first time: `2026-01-04T02:00`. */
  readonly start: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly seconds: number;
  /** How it recurs, RFC 5545: `FREQ=WEEKLY`; absent: once. */
  readonly rule?: string;
  /** For people; may be empty. */
  readonly reason: string;
}

/** One SLO as loaded from a file. */
export interface SloDefinition {
  readonly tenant: string;
  readonly name: string;
  readonly displayName: string;
  readonly service: string;
  readonly description: string;
  readonly dimension?: Dimension;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly indicator: RatioIndicator;
  readonly window: TimeWindow;
  /** The same counts over another window: its budget is shown and stored beside the first one's, without alerts. */
  readonly secondWindow?: TimeWindow;
  /** Events in them are neither good nor bad. @default none */
  readonly exclusions?: readonly Exclusion[];
  readonly objectives: readonly Objective[];
  /** Burn-rate tiers in place of the default ones, for every objective, highest first; none when empty. */
  readonly tiers?: readonly BurnRateTier[];
  /** Burn-rate tiers need at least so many bad events in their long window. @default 1 */
  readonly minBadEvents: number;
  /** … and at least so many events. @default 0 */
  readonly minEvents?: number;
  /** How long a tier has to be calm before its alert ends. @default 0 */
  readonly alertHoldSeconds?: number;
  /** Percents of the budget that raise an alert when they are spent. @default none */
  readonly budgetAlerts?: readonly number[];
  readonly noDataAlert?: NoDataAlert;
  /** Below this coverage, 0 to 1, the SLO has insufficient data and its alerts freeze. @default 0 */
  readonly minCoverage?: number;
  /** Path of the file it came from, relative to the SLO directory. */
  readonly file: string;
}

/** A problem in an SLO file. */
export interface DefinitionProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Property path: `spec.objectives[0].target`. */
  readonly path: string;
  /** Stable, listed in docs/errors.md. */
  readonly code: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
  /** A warning leaves the definition in force. @default 'error' */
  readonly severity?: 'error' | 'warning';
}

export type SloState = 'ok' | 'burning' | 'exhausted' | 'no-data' | 'insufficient-data';
export type TierState = 'inactive' | 'firing' | 'inhibited' | 'frozen';
export type Severity = 'page' | 'ticket';
/** What raises alerts: a burn rate, a share of the budget that is spent, or silence. */
export const ALERT_KINDS = ['burn', 'budget', 'no-data'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Alert when nothing was counted for so long. */
export interface NoDataAlert {
  readonly severity: Severity;
  readonly seconds: number;
}

/** Good and total of a window: events, or time slices (times their scale). */
export interface Counts {
  readonly good: number;
  readonly total: number;
}

/** Half-open [from, to), RFC 3339 in UTC. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/**
 * A window and where its counting really began and ended: `from` and `countedTo` lie on slice edges, `to` is the
 * instant asked for. A recount over event times in [from, countedTo) gives the same numbers.
 */
export interface CountedWindow extends TimeRange {
  readonly countedTo: string;
  /** When the calendar's period ends, RFC 3339; null for a rolling window. */
  readonly periodEnds: string | null;
}

export interface BurnReading extends Counts {
  /** `1h`. */
  readonly window: string;
  /** First instant counted, RFC 3339, on a slice edge. */
  readonly from: string;
  /** End of the counting, exclusive, RFC 3339, on a slice edge. */
  readonly countedTo: string;
  /** By which good and total are multiplied; absent: 1. See `SloStatus.scale`. */
  readonly scale?: number;
  /** error ratio / (1 − target); null without events. */
  readonly rate: number | null;
}

export interface TierReading {
  readonly severity: Severity;
  readonly longWindow: string;
  readonly shortWindow: string;
  readonly factor: number;
  readonly state: TierState;
  /** In words, with the counts of both windows. */
  readonly reason: string;
}

/** What a window allows, has spent and has left, in the unit of its counts. */
export interface BudgetReading {
  /** Events that may be bad in the window: (1 − target) × total. */
  readonly allowed: number | null;
  /** Bad events so far. */
  readonly spent: number | null;
  /** May be negative. */
  readonly remainingRatio: number | null;
  /**
   * Of a calendar window: what is left of the budget of the whole period, should its traffic go on as before; null for a
   * rolling one.
   */
  readonly periodRemainingRatio: number | null;
  /** null for a calendar window when the period ends before the budget does. */
  readonly exhaustsInSeconds: number | null;
}

/** The counts and the budget of an SLO's second window. */
export interface SecondWindowReading extends Counts {
  /** `1M Europe/Berlin`. */
  readonly text: string;
  readonly window: CountedWindow;
  readonly sli: number | null;
  readonly coverage: number | null;
  readonly budget: BudgetReading;
}

/** `GET /api/v1/slos/{name}/status` (shared contract: fields may be added, never renamed). */
export interface SloStatus extends Counts {
  readonly slo: string;
  readonly objective: string;
  readonly at: string;
  readonly window: CountedWindow;
  /** The generation of the indicator these counts belong to: an edit of what is counted starts a new one. */
  readonly generation: number;
  readonly sli: number | null;
  readonly target: number;
  /** Measured slices / expected slices of the window, 0..1. */
  readonly coverage: number | null;
  /** Of every good and total here: 1 but for RatioTimeslices, whose slices count in millionths. */
  readonly scale: number;
  /** What good and total count. */
  readonly unit: 'events' | 'slices';
  readonly budget: BudgetReading;
  /** How much of the window exclusions take out, seconds. */
  readonly excludedSeconds: number;
  /** null without one. */
  readonly secondWindow: SecondWindowReading | null;
  readonly burn: readonly BurnReading[];
  readonly tiers: readonly TierReading[];
  /** Default tiers that cannot work for this target or period, and why. */
  readonly omittedTiers: readonly { readonly tier: string; readonly reason: string }[];
  readonly state: SloState;
  /** Events that came after the lateness bound and are in no count. */
  readonly late: number;
}

/** One point of a series; null where there was no event. */
export interface SeriesPoint extends Counts {
  /** RFC 3339, the end of the window the point stands for. */
  readonly at: string;
  readonly sli: number | null;
  /** error ratio of the point's own step / (1 − target). */
  readonly burn: number | null;
  /** Budget remaining in the SLO's whole window at this instant; of a calendar in its whole period. */
  readonly remainingRatio: number | null;
}

/**
 * An alert, open while `endedAt` is null. Of a `budget` alert both windows are the SLO's own and the factor is the share
 * that is spent; of `no-data` they are the time without events, and the factor is 0.
 */
export interface AlertRecord {
  /** Stable: slo, objective, tier and start. */
  readonly id: string;
  readonly slo: string;
  readonly objective: string;
  readonly service: string;
  /** Absent: `burn`. */
  readonly kind?: AlertKind;
  readonly severity: Severity;
  readonly longWindow: string;
  readonly shortWindow: string;
  readonly factor: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Since when the tier's short window has been calm, while its hold lasts. */
  readonly calmSince?: string;
  /** Firing, or held back by a higher tier that fires. */
  readonly state: 'firing' | 'inhibited' | 'resolved';
  /** Found on catch-up, after it had ended or long after it began. */
  readonly retroactive: boolean;
  readonly reason: string;
  /** The figures at the start: windows, counts, burn, budget left, exhaustion. */
  readonly details: {
    readonly long: BurnReading;
    readonly short: BurnReading;
    readonly remainingRatio: number | null;
    readonly exhaustsInSeconds: number | null;
    /** A few trace ids of bad events, hex. */
    readonly sampleTraceIds: readonly string[];
  };
}

/** One line of the SLO list. */
export interface SloSummary {
  readonly name: string;
  readonly displayName: string;
  readonly service: string;
  readonly description: string;
  readonly dimension: Dimension | null;
  readonly objective: string;
  readonly target: number;
  readonly window: string;
  readonly state: SloState;
  readonly sli: number | null;
  /** Of a calendar window that of the whole period. */
  readonly remainingRatio: number | null;
  /** Severity of the alert that fires, of whichever objective. */
  readonly firing: readonly Severity[];
  /** Problems of its file: unless they are warnings, the definition in force is the last good one. */
  readonly problems: readonly DefinitionProblem[];
}

/**
 * What the query role reads: a replica of the engine's state, fed with the records of the engine's topics
 * (`valet_definitions`, `valet_state`, `valet_sli`). Pure: time comes in as an argument.
 */
export interface EngineView {
  slos(atMillis: number): readonly SloSummary[];
  /** undefined: no such SLO or objective. */
  status(slo: string, atMillis: number, objective?: string): SloStatus | undefined;
  /** At most `maxPoints` points, evenly spaced on slice edges; undefined: no such SLO or objective. */
  series(
    slo: string,
    range: {
      readonly fromMillis: number;
      readonly toMillis: number;
      readonly maxPoints: number;
      readonly objective?: string;
    },
  ): readonly SeriesPoint[] | undefined;
  /** Newest first. */
  alerts(filter: {
    readonly slo?: string;
    readonly service?: string;
    readonly openOnly?: boolean;
    readonly limit: number;
  }): readonly AlertRecord[];
  definition(slo: string): SloDefinition | undefined;
  /** Problems of files that have no definition in force, too. */
  problems(): readonly DefinitionProblem[];
}
