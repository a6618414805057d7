import type { Signal } from '../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../schemas/otlp.ts';
import { MalformedRequestError } from '../errors.ts';
import { WireError } from '../wire/wire-error.ts';
import { locate } from './locate.ts';
import { RequestWalk } from './request-walk.ts';
import { splice } from './splice.ts';
import {
  REJECTION_REASONS,
  type Rejection,
  type RejectionReason,
  type TimeRange,
  type Validation,
} from './types.ts';

/** The field a reason is about, below the record it rejects. */
const FIELD_OF_REASON: Readonly<Record<RejectionReason, string>> = {
  'invalid-trace-id': 'trace_id',
  'invalid-span-id': 'span_id',
  'invalid-parent-span-id': 'parent_span_id',
  'too-old': 'time',
  'too-far-ahead': 'time',
  'unspecified-temporality': 'aggregation_temporality',
  'bucket-mismatch': 'bucket_counts',
};

/** A span's start is what tables expire by; its end is what may lie furthest ahead. */
function timeField(signal: Signal, reason: RejectionReason): string {
  if (signal !== 'traces') return 'time_unix_nano';
  return reason === 'too-old' ? 'start_time_unix_nano' : 'end_time_unix_nano';
}

/**
 * Checks a protobuf `Export<Signal>ServiceRequest` in one pass, without an object per record: structure, UTF-8,
 * and each record's ids, times, temporality and buckets. A request all of whose records can be taken comes back as
 * the same array.
 *
 * @throws {MalformedRequestError} when the bytes are not such a message; nothing of it can be taken then
 */
export function validateRequest(signal: Signal, bytes: Uint8Array, range: TimeRange): Validation {
  const walk = new RequestWalk(bytes, range);
  try {
    walk.walk(REQUEST_MESSAGE[signal]);
  } catch (error) {
    if (error instanceof WireError) throw malformed(signal, bytes, error);
    throw error;
  }
  const rejected = walk.cuts.length / 2;
  return {
    records: walk.records,
    accepted: walk.records - rejected,
    rejected,
    storedBytes: walk.storedBytes,
    rejections: rejected === 0 ? [] : rejectionsOf(signal, bytes, walk),
    bytes: rejected === 0 ? bytes : splice(bytes, walk.cuts),
  };
}

function rejectionsOf(signal: Signal, bytes: Uint8Array, walk: RequestWalk): Rejection[] {
  return REJECTION_REASONS.flatMap((reason) => {
    const { count, firstOffset } = walk.rejectedFor(reason);
    if (count === 0) return [];
    const record = locate(bytes, REQUEST_MESSAGE[signal], firstOffset);
    return [{ reason, count, firstPath: pathOf(signal, record, reason) }];
  });
}

function pathOf(signal: Signal, record: string, reason: RejectionReason): string {
  const field = FIELD_OF_REASON[reason];
  // The temporality stands beside the points, not in them.
  if (reason === 'unspecified-temporality') return record.replace(/data_points\[\d+\]$/, field);
  return `${record}.${field === 'time' ? timeField(signal, reason) : field}`;
}

function malformed(signal: Signal, bytes: Uint8Array, { offset, reason }: WireError): MalformedRequestError {
  return new MalformedRequestError({ offset, reason, path: locate(bytes, REQUEST_MESSAGE[signal], offset) });
}
