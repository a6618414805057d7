/**
 * The watermark of one partition of an otlp topic.
 *
 * 1. The head is the highest min(event time, append time) seen, so one wild clock cannot make good data late.
 * 2. The watermark is the head minus the lateness; an event is late when its slice ended at or before the
 *    watermark as it was before the event's own log record. Batching does not matter: only the order of the log.
 * 3. A heartbeat moves the head, to its append time, only on a partition that has had data and had none for 60 s:
 *    history written in event order into an empty log is not late.
 * 4. The head is never ahead of the newest append time: where that falls back, the clock was wrong before and has been
 *    set right, and what comes now is not late for it.
 */
import { SLICE_MILLIS } from '../slices/slice.ts';

/** What a meter must remember of a partition between two log records. */
export interface PartitionHead {
  /** Milliseconds; absent before the first event. */
  readonly headMillis?: number;
  /** Append time of the last record with events. */
  readonly dataMillis?: number;
}

/** Silence after which a heartbeat tells the time. */
const IDLE_MILLIS = 60_000;

/** The head as the next record finds it, which was appended at `appendedMillis`. */
export function headAtAppend(head: PartitionHead, appendedMillis: number): PartitionHead {
  const { headMillis, dataMillis } = head;
  if (headMillis === undefined || dataMillis === undefined) return head;
  return {
    headMillis: Math.min(headMillis, appendedMillis),
    dataMillis: Math.min(dataMillis, appendedMillis),
  };
}

/** The head after a record whose newest event is at `newestMillis`. */
export function headAfterData(
  head: PartitionHead,
  record: { readonly newestMillis: number; readonly appendedMillis: number },
): Required<PartitionHead> {
  const reached = Math.min(record.newestMillis, record.appendedMillis);
  return {
    headMillis: Math.max(head.headMillis ?? reached, reached),
    dataMillis: Math.max(head.dataMillis ?? 0, record.appendedMillis),
  };
}

/** The head after a heartbeat. */
export function headAfterHeartbeat(head: PartitionHead, appendedMillis: number): PartitionHead {
  const { headMillis, dataMillis } = head;
  if (headMillis === undefined || dataMillis === undefined) return head;
  if (appendedMillis - dataMillis < IDLE_MILLIS) return head;
  return { headMillis: Math.max(headMillis, appendedMillis), dataMillis };
}

/** Slices before this one are late; 0 while there is no head. */
export function firstOpenSlice(head: PartitionHead, latenessMillis: number): number {
  if (head.headMillis === undefined) return 0;
  return Math.max(0, Math.floor((head.headMillis - latenessMillis) / SLICE_MILLIS));
}
