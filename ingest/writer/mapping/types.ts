import type { Signal } from '../../../schemas/names.ts';

/** What decides which rows are stored, beside the data itself. Part of a batch's plan: a replay uses the same. */
export interface RowPolicy {
  /** Rows older than this before their append time are rejected, seconds. */
  readonly retentionSeconds: Readonly<Record<Signal, number>>;
  /** Rows further ahead of their append time are rejected, seconds. @default 86_400 */
  readonly maxAheadSeconds?: number;
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

/** Why a row is not stored, or stored in doubt. */
export type RowReason = 'expired' | 'future' | 'end-before-start';

/** Rows with one reason. */
export interface Tally {
  readonly reason: RowReason;
  /** At least 1. */
  readonly count: number;
}

/** What a batch becomes. */
export interface EncodedBatch {
  /** At most one per table and day. */
  readonly blocks: readonly TableBlock[];
  /** Rows that are in no block. */
  readonly rejected: readonly Tally[];
  /** Rows that are in a block though something is wrong with them. */
  readonly doubts: readonly Tally[];
}
