/** Which event times are taken. Milliseconds since the epoch; both ends are included. */
export interface TimeRange {
  /** Records older than this are rejected: the table would drop them at once. */
  readonly earliestMillis: number;
  /** Records later than this are rejected: their sender's clock is wrong. */
  readonly latestMillis: number;
}

/** What a record must keep to beside OTLP itself. What is absent has no limit. */
export interface RecordPolicy extends TimeRange {
  /**
   * Times out of the range are moved instead: those too old to `earliestMillis`, those too far ahead or missing to
   * this one. Milliseconds since the epoch.
   */
  readonly clampMillis?: number;
  /** Most attributes in one list: of a record, an event, a link, a resource, a scope … */
  readonly maxAttributes?: number;
  /** What becomes of those beyond: they are dropped, or their record rejected. @default 'reject' */
  readonly excessAttributes?: 'truncate' | 'reject';
  /** Longest text or bytes of an attribute or a log body, also inside arrays and lists. */
  readonly maxValueBytes?: number;
  /** What becomes of longer ones: the value is cut, or its record rejected. @default 'reject' */
  readonly overLongValues?: 'truncate' | 'reject';
  /** Most bytes the records may become as rows (stored-size.ts). */
  readonly maxStoredBytes?: number;
  /** Most bytes of a request as the log takes it; a larger one is cut into several. */
  readonly maxPieceBytes?: number;
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
  'too-many-attributes',
  'value-too-long',
  'too-large-for-log',
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

/** How values and lists are changed so that their records can be taken. */
export const CHANGE_KINDS = ['truncated-value', 'dropped-attribute', 'moved-time'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Values changed, or attributes dropped, in one way. */
export interface Change {
  readonly kind: ChangeKind;
  /** At least 1: values or attributes, not records. */
  readonly count: number;
  /** Where the first of them is. */
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
  /** Empty when nothing was changed; in the order of {@link CHANGE_KINDS}. */
  readonly changes: readonly Change[];
  /**
   * A request with the accepted records: the same array when all were taken as they are, otherwise a copy without
   * the rejected ones and with the changed values.
   */
  readonly bytes: Uint8Array;
  /** The same records in requests of at most `maxPieceBytes`: one, those bytes, when they are not larger. */
  readonly pieces: readonly RequestPiece[];
}

/** A request, or a part of one that is a valid request as well. */
export interface RequestPiece {
  readonly bytes: Uint8Array;
  /** About how many bytes its records become as rows. */
  readonly storedBytes: number;
  readonly records: number;
}
