/** Records of `valet_state`, JSON, compacted by key (docs/formats/valet_state.md). */
import type { Signal } from './names.ts';
import type { SliSource } from './records-sli.ts';

/** One block of counts. Key `counts|<slo>|<generation>|<level>|<block>`. */
export interface StateCountsRecord {
  readonly kind: 'counts';
  readonly slo: string;
  readonly generation: number;
  /** 0: 10 s, 1: 1 min, 2: 15 min. */
  readonly level: number;
  readonly block: number;
  /** Flat: index, good, total, late of each cell that is not empty. */
  readonly cells: readonly number[];
}

/** One block of judged time slices. Key `slices|<slo>|<generation>|<rule>|<level>|<block>`. */
export interface StateSlicesRecord {
  readonly kind: 'slices';
  readonly slo: string;
  readonly generation: number;
  /** Seconds of a slice, and the ratio that makes it good: `300:19/20`; `300` when it counts by its ratio. */
  readonly rule: string;
  readonly level: number;
  readonly block: number;
  /** As in {@link StateCountsRecord}; good and total count slices, or millionths of them. */
  readonly cells: readonly number[];
}

/** One block of what exclusions take out. Key `excluded|<slo>|<generation>|<rule>|<level>|<block>`. */
export interface StateExcludedRecord {
  readonly kind: 'excluded';
  readonly slo: string;
  readonly generation: number;
  /** Of judged slices; empty for events. */
  readonly rule: string;
  readonly level: number;
  readonly block: number;
  /** As in {@link StateCountsRecord}. */
  readonly cells: readonly number[];
}

/** The exclusions that took out the blocks of a generation. Key `exclusions|<slo>|<generation>`; deleted when there are none. */
export interface StateExclusionsRecord<Exclusion> {
  readonly kind: 'exclusions';
  readonly slo: string;
  readonly generation: number;
  readonly exclusions: readonly Exclusion[];
}

/** Recent trace ids of bad events. Key `samples|<slo>|<generation>`. */
export interface StateSamplesRecord {
  readonly kind: 'samples';
  readonly slo: string;
  readonly generation: number;
  /** slice, trace id. */
  readonly samples: readonly (readonly [number, string])[];
}

/** One block of alive slices. Key `alive|<signal>|<level>|<block>`. */
export interface StateAliveRecord {
  readonly kind: 'alive';
  readonly signal: Signal;
  readonly level: number;
  readonly block: number;
  /** As in {@link StateCountsRecord}; total counts alive slices. */
  readonly cells: readonly number[];
}

/** The earliest results that were not in ClickHouse yet; absent fields: all were. */
export interface Unwritten {
  /** The earliest slice without its row. */
  readonly slice?: number;
  /** The earliest minute without its rows, as the slice that begins there. */
  readonly minute?: number;
}

/** How far the evaluator got; always the last record of a checkpoint. Key `progress|<partition>`. */
export interface StateProgressRecord {
  readonly kind: 'progress';
  /** Of `valet_sli`. */
  readonly partition: number;
  /** Number of the checkpoint, rising from 1; absent in records of before checkpoints were numbered. */
  readonly checkpoint?: number;
  /** Identity of `valet_sli`, whose offset is named; absent as above. */
  readonly identity?: string;
  /** The first offset of that partition that is in no block. */
  readonly offset: number;
  /** Where the meters are, by source. */
  readonly heads: readonly SliSource[];
  /** Last slice edge evaluated, by signal. */
  readonly evaluated: Readonly<Partial<Record<Signal, number>>>;
  /** Absent: everything was written. */
  readonly unwritten?: Unwritten;
  /** The latest `UpdatedAt` of the partition's rows, milliseconds: later owners stamp theirs later. Absent: no rows. */
  readonly stampMillis?: number;
}

/** One alert. Key `alert|<id>`; deleted when its history is no longer kept. */
export interface StateAlertRecord<Alert> {
  readonly kind: 'alert';
  readonly alert: Alert;
}

export type StateRecord<Alert, Exclusion = unknown> =
  | StateCountsRecord
  | StateSlicesRecord
  | StateExcludedRecord
  | StateExclusionsRecord<Exclusion>
  | StateSamplesRecord
  | StateAliveRecord
  | StateProgressRecord
  | StateAlertRecord<Alert>;
