/** What the meter counts: one generation of one SLO. */
import type { Signal } from '../../../schemas/names.ts';
import type { Narrowing } from '../predicates/narrow-resources.ts';
import type { RowCondition } from '../predicates/types.ts';

/** An indicator's conditions, ready to be asked. */
export interface IndicatorConditions {
  readonly signal: Signal;
  /** Ways to find what is in total; equal in what they find. */
  readonly total: readonly [Narrowing, ...Narrowing[]];
  /** Asked of rows in total only; without either every row is good. */
  readonly good?: RowCondition;
  readonly bad?: RowCondition;
}

/** One generation of an SLO, ready to count: only slices in [fromSlice, toSlice) belong to it. */
export interface Counter {
  /** See `sloKey`. */
  readonly slo: string;
  readonly tenant: string;
  readonly generation: number;
  readonly fromSlice: number;
  /** Infinity for the generation in force. */
  readonly toSlice: number;
  readonly conditions: IndicatorConditions;
}

/** Counts of one slice, to be added to those before. */
export interface PartialSlice {
  readonly slice: number;
  readonly good: number;
  readonly total: number;
  /** Events that came after the lateness bound; in neither good nor total. */
  readonly late: number;
  /** Up to three trace ids of bad events, hex. */
  readonly sampleTraceIds: readonly string[];
}

/** What one batch adds to one SLO generation, slices in ascending order. */
export interface Partial {
  readonly slo: string;
  readonly generation: number;
  readonly slices: readonly PartialSlice[];
}
