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

/** How far a meter got in one partition of an otlp topic. */
export interface SliSource {
  readonly signal: Signal;
  /** Topic and partition: `otlp_spans/0`. */
  readonly source: string;
  /** Identity of the topic; absent in records of before it was told. */
  readonly identity?: string;
  /** Records of the source before this offset are in the counts; absent as above. */
  readonly next?: number;
  /** Highest min(event time, append time), milliseconds; null before the first event. */
  readonly headMillis: number | null;
  /** Append time of the last record with events, milliseconds; null before it. */
  readonly dataMillis: number | null;
}

/** A source with the slices the pipeline showed itself in: first and last of each range. */
export interface SliWatermark extends SliSource {
  readonly alive: readonly (readonly [number, number])[];
}

/** How far one engine's meters got; written to every partition of `valet_sli`, behind the counts it stands for. */
export interface SliWatermarksRecord {
  readonly kind: 'watermarks';
  readonly sources: readonly SliWatermark[];
}

/** One source by itself, as it was written before {@link SliWatermarksRecord}; still read. */
export interface SliWatermarkRecord extends SliWatermark {
  readonly kind: 'watermark';
}

export type SliRecord = SliCountsRecord | SliWatermarksRecord | SliWatermarkRecord;
