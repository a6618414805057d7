/** The instant all payloads are about, and how long their records are kept. */
import type { RowPolicy } from '../ingest/writer/blocks.ts';
import type { TimeRange } from '../otlp/validate/types.ts';

const MILLIS_PER_DAY = 86_400_000;
export const RETENTION_DAYS = 14;
export const NOW_MILLIS = Date.UTC(2026, 5, 1, 12);
export const NANOS_PER_MILLI = 1_000_000n;
export const NOW_NANOS = BigInt(NOW_MILLIS) * NANOS_PER_MILLI;

/** What a receiver takes at this time: it leaves a minute until the record is appended. */
export function rangeAt(nowMillis: number): TimeRange {
  return {
    earliestMillis: nowMillis - RETENTION_DAYS * MILLIS_PER_DAY + 60_000,
    latestMillis: nowMillis + MILLIS_PER_DAY,
  };
}

const RETENTION_SECONDS = (RETENTION_DAYS * MILLIS_PER_DAY) / 1000;

/** What a writer stores of it. */
export const ROW_POLICY: RowPolicy = {
  retentionSeconds: { traces: RETENTION_SECONDS, metrics: RETENTION_SECONDS, logs: RETENTION_SECONDS },
};
