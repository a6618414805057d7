/** Which event times are taken. Milliseconds since the epoch; both ends are included. */
export interface TimeRange {
  /** Records older than this are rejected: the table would drop them at once. */
  readonly earliestMillis: number;
  /** Records later than this are rejected: their sender's clock is wrong. */
  readonly latestMillis: number;
}

/** Why single records are rejected; the rest of their request is taken. */
export const REJECTION_REASONS = [
  'invalid-trace-id',
  'invalid-span-id',
  'invalid-parent-span-id',
  'too-old',
  'too-far-ahead',
  'unspecified-temporality',
  'bucket-mismatch',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Records rejected for one reason. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** At least 1. */
  readonly count: number;
  /** Where the first of them is: `resource_spans[0].scope_spans[0].spans[3].trace_id`. */
  readonly firstPath: string;
}

/** What a request holds and what of it can be taken. */
export interface Validation {
  /** Spans, data points or log records in the request: `accepted + rejected`. */
  readonly records: number;
  readonly accepted: number;
  readonly rejected: number;
  /** About how many bytes its records become as rows, the rejected ones included (stored-size.ts). */
  readonly storedBytes: number;
  /** Empty when nothing was rejected; in the order of {@link REJECTION_REASONS}. */
  readonly rejections: readonly Rejection[];
  /** A request with the accepted records: the same array when all were, otherwise a copy without the rejected ones. */
  readonly bytes: Uint8Array;
}
