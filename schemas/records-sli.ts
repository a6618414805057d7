/** Records of `valet_sli`, JSON (docs/formats/valet_sli.md). */
import type { Signal } from './names.ts';

/** slice, good, total, late, then up to three hex trace ids of bad events. */
export type SliSlice = readonly [number, number, number, number, ...string[]];

/** Partial counts of one SLO generation: to be added to those before. Keyed by SLO. */
export interface SliCountsRecord {
  readonly kind: 'counts';
  /** `name`, or `tenant/name`. */
  readonly slo: string;
  readonly generation: number;
  readonly slices: readonly SliSlice[];
}

/** How far a meter got in one partition of an otlp topic; written to every partition of `valet_sli`. */
export interface SliWatermarkRecord {
  readonly kind: 'watermark';
  readonly signal: Signal;
  /** Topic and partition: `otlp_spans/0`. */
  readonly source: string;
  /** Highest min(event time, append time), milliseconds; null before the first event. */
  readonly headMillis: number | null;
  /** Append time of the last record with events, milliseconds; null before it. */
  readonly dataMillis: number | null;
  /** Slices the pipeline was alive in: first and last of each range. */
  readonly alive: readonly (readonly [number, number])[];
}

export type SliRecord = SliCountsRecord | SliWatermarkRecord;
