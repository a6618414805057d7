import type { Signal } from '../../../schemas/names.ts';

/** What decides which rows are stored, beside the data itself. Part of a batch's plan: a replay uses the same. */
export interface RowPolicy {
  /** Rows older than this before their append time are refused, seconds. */
  readonly retentionSeconds: Readonly<Record<Signal, number>>;
  /** Rows further ahead of their append time are refused, seconds. @default 86_400 */
  readonly maxAheadSeconds?: number;
  /** A request whose rows are about more bytes is refused as a whole. @default 1 GiB */
  readonly maxRequestRowBytes?: number;
}

/** One INSERT: the rows of one table and day as one Native block. */
export interface TableBlock {
  /** Table name without database. */
  readonly table: string;
  /** Day of the rows' partition in UTC, `YYYY-MM-DD`. */
  readonly day: string;
  /** At least 1. */
  readonly rows: number;
  /** Columns in the order of the block. */
  readonly columns: readonly string[];
  /** The block, in pieces, written in order. */
  readonly chunks: readonly Uint8Array[];
}

/** Why single rows are not stored; named as at the door. */
export type RefusalReason = 'too-old' | 'too-far-ahead';

/** Why a row is stored in doubt. */
export type DoubtReason = 'end-before-start';

/** Rows of one table that are in no block. */
export interface RefusedRows {
  readonly reason: RefusalReason;
  /** The kind of the metric's points (`METRIC_KIND`), else 0. */
  readonly kind: number;
  /** Row numbers, ascending; at least one. */
  readonly rows: Uint32Array;
  /** Of the whole table, row by row: index into the batch's requests. */
  readonly requestOf: Uint32Array;
  /** Of the whole table, row by row: the time that was judged, milliseconds. */
  readonly times: Float64Array;
}

/** Rows with one reason. */
export interface DoubtTally {
  readonly reason: DoubtReason;
  /** At least 1. */
  readonly count: number;
}

/** What a batch becomes. */
export interface EncodedBatch {
  /** At most one per table and day. */
  readonly blocks: readonly TableBlock[];
  readonly refused: readonly RefusedRows[];
  /** Rows that are in a block though something is wrong with them. */
  readonly doubts: readonly DoubtTally[];
  /** When some of the stored events happened, milliseconds (sample-events.ts); a span does when it ends. */
  readonly sampledMillis: readonly number[];
}
