/** What the meter counts: one generation of one SLO. */
import type { Batch } from '../../../otlp/columns/types.ts';
import type { Signal } from '../../../schemas/names.ts';
import type { EventTable } from './event-table.ts';

/** Answers for a row of one table. */
export type RowTest = (row: number) => boolean;

/** The tests of an indicator on one table of one batch; good is asked only of rows in total. */
export interface IndicatorTests {
  readonly total: RowTest;
  readonly good: RowTest;
}

/** One generation of an SLO, ready to count: only slices in [fromSlice, toSlice) belong to it. */
export interface Counter {
  /** See `sloKey`. */
  readonly slo: string;
  readonly tenant: string;
  readonly generation: number;
  readonly signal: Signal;
  readonly fromSlice: number;
  /** Infinity for the generation in force. */
  readonly toSlice: number;
  /** Binds the indicator to a table of a batch. */
  readonly bind: (batch: Batch, table: EventTable) => IndicatorTests;
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
