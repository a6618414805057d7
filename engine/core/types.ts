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

export interface Objective {
  /** Stable within the SLO. @default 'objective-<index>' */
  readonly name: string;
  readonly displayName?: string;
  readonly target: Fraction;
}

/** Rolling windows only, so far. */
export interface RollingWindow {
  readonly kind: 'rolling';
  readonly seconds: number;
  /** As written: `30d`. */
  readonly text: string;
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
  readonly window: RollingWindow;
  readonly objectives: readonly Objective[];
  /** Burn-rate tiers need at least so many bad events in their long window. @default 1 */
  readonly minBadEvents: number;
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
}

export type SloState = 'ok' | 'burning' | 'exhausted' | 'no-data' | 'insufficient-data';
export type TierState = 'inactive' | 'firing' | 'inhibited' | 'frozen';
export type Severity = 'page' | 'ticket';

/** Good and total events of a window. */
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
}

export interface BurnReading extends Counts {
  /** `1h`. */
  readonly window: string;
  /** First instant counted, RFC 3339, on a slice edge. */
  readonly from: string;
  /** End of the counting, exclusive, RFC 3339, on a slice edge. */
  readonly countedTo: string;
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
  readonly budget: {
    /** Events that may be bad in the window: (1 − target) × total. */
    readonly allowed: number | null;
    /** Bad events so far. */
    readonly spent: number | null;
    /** May be negative. */
    readonly remainingRatio: number | null;
    readonly exhaustsInSeconds: number | null;
  };
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
  /** Budget remaining in the SLO's whole window at this instant. */
  readonly remainingRatio: number | null;
}

/** An alert of one tier, open while `endedAt` is null. */
export interface AlertRecord {
  /** Stable: slo, objective, tier and start. */
  readonly id: string;
  readonly slo: string;
  readonly objective: string;
  readonly service: string;
  readonly severity: Severity;
  readonly longWindow: string;
  readonly shortWindow: string;
  readonly factor: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
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
  readonly remainingRatio: number | null;
  /** Severity of the alert that fires, of whichever objective. */
  readonly firing: readonly Severity[];
  /** Problems of its file: the definition in force is then the last good one. */
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
