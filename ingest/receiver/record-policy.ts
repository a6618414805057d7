import type { RecordPolicy } from '../../otlp/validate/types.ts';
import type { Signal } from '../../schemas/names.ts';

const MILLIS_PER_DAY = 86_400_000;
/** How far ahead of now an event may lie: 24 h. */
const MAX_AHEAD_MILLIS = MILLIS_PER_DAY;
/** The writer judges a record by its append time, a little later: what was taken here must not expire meanwhile. */
const APPEND_MARGIN_MILLIS = 60_000;
/** Most bytes a request's rows may have: a block of them is made, sent and sorted in memory. */
const MAX_STORED_BYTES = 512 * 2 ** 20;

/** What the receivers demand of single records. */
export interface RecordRules {
  /** Records older than this are rejected, or moved. */
  readonly retentionDays: Readonly<Record<Signal, number>>;
  /** Most attributes in one list; 0 for no limit. @default 0 */
  readonly maxAttributes?: number;
  /** What becomes of those beyond: dropped, or rejected with their record. @default 'reject' */
  readonly excessAttributes?: 'truncate' | 'reject';
  /** Longest text or bytes of an attribute or a log body, at least 128; 0 for no limit. @default 0 */
  readonly maxValueBytes?: number;
  /** What becomes of longer ones. @default 'truncate' */
  readonly overLongValues?: 'truncate' | 'reject';
  /** What becomes of records before the retention or more than 24 h ahead: their times may be moved. @default 'reject' */
  readonly outOfRangeTimes?: 'reject' | 'clamp';
}

/** The rules as they are for a signal at an instant, milliseconds since the epoch. */
export function recordPolicy(rules: RecordRules, signal: Signal, nowMillis: number): RecordPolicy {
  const { retentionDays, maxAttributes = 0, maxValueBytes = 0 } = rules;
  const { overLongValues = 'truncate', excessAttributes = 'reject' } = rules;
  return {
    earliestMillis: nowMillis - retentionDays[signal] * MILLIS_PER_DAY + APPEND_MARGIN_MILLIS,
    latestMillis: nowMillis + MAX_AHEAD_MILLIS,
    maxStoredBytes: MAX_STORED_BYTES,
    overLongValues,
    excessAttributes,
    ...(maxAttributes === 0 ? {} : { maxAttributes }),
    ...(maxValueBytes === 0 ? {} : { maxValueBytes }),
    ...(rules.outOfRangeTimes === 'clamp' ? { clampMillis: nowMillis } : {}),
  };
}
