import type { Signal } from '../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../schemas/otlp.ts';
import { MalformedRequestError } from '../errors.ts';
import { WireError } from '../wire/wire-error.ts';
import { locate } from './locate.ts';
import { RequestWalk } from './request-walk.ts';
import { type SpliceTimes, splice } from './splice.ts';
import { splitRequest } from './split-request.ts';
import { acceptedRecordPath, tallyEdits } from './tally-edits.ts';
import type { RecordPolicy, RequestPiece, Validation } from './types.ts';

/** Tag of the time that is added to a record without one: 7 of a span, 3 of a point, 1 of a log record; fixed64. */
const TIME_TAG: Readonly<Record<Signal, number>> = { traces: 0x39, metrics: 0x19, logs: 0x09 };
const NANOS_PER_MILLI = 1_000_000n;

/**
 * Checks a protobuf `Export<Signal>ServiceRequest` in one pass, without an object per record: structure, UTF-8, each
 * record's ids, times, temporality and buckets, and what the policy says. A request all of whose records can be taken
 * as they are comes back as the same array.
 *
 * @throws {MalformedRequestError} when the bytes are not such a message; nothing of it can be taken then
 * @throws {RequestTooLargeError} when its rows would exceed `maxStoredBytes`
 */
export function validateRequest(signal: Signal, bytes: Uint8Array, policy: RecordPolicy): Validation {
  const walk = new RequestWalk(bytes, policy);
  try {
    walk.walk(REQUEST_MESSAGE[signal]);
  } catch (error) {
    if (error instanceof WireError) throw malformed(signal, bytes, error);
    throw error;
  }
  const { records, storedBytes } = walk;
  const edited = edit(signal, walk, { bytes, policy });
  const accepted = records - edited.rejected;
  const pieces = [{ bytes: edited.bytes, storedBytes, records: accepted }];
  const whole = { records, accepted, storedBytes, ...edited, pieces };
  const { maxPieceBytes = Number.POSITIVE_INFINITY } = policy;
  return whole.bytes.length <= maxPieceBytes
    ? whole
    : cutToSize(signal, whole, { bytes, walk, maxPieceBytes });
}

type Edited = Pick<Validation, 'rejected' | 'rejections' | 'changes' | 'bytes'>;

function edit(
  signal: Signal,
  { edits }: RequestWalk,
  { bytes, policy }: { readonly bytes: Uint8Array; readonly policy: RecordPolicy },
): Edited {
  if (edits.size === 0) return { rejected: 0, rejections: [], changes: [], bytes };
  const { rejections, changes } = tallyEdits(signal, bytes, edits);
  const rejected = rejections.reduce((sum, { count }) => sum + count, 0);
  return { rejected, rejections, changes, bytes: splice(bytes, edits, timesOf(signal, policy)) };
}

function timesOf(signal: Signal, { earliestMillis, clampMillis = 0 }: RecordPolicy): SpliceTimes {
  const nanos = [earliestMillis, clampMillis].map((millis) => BigInt(Math.ceil(millis)) * NANOS_PER_MILLI);
  return { nanos, tag: TIME_TAG[signal] };
}

/** Cuts what was accepted into pieces; a record that fits in none is rejected. */
function cutToSize(
  signal: Signal,
  whole: Validation,
  {
    bytes,
    walk,
    maxPieceBytes,
  }: { readonly bytes: Uint8Array; readonly walk: RequestWalk; readonly maxPieceBytes: number },
): Validation {
  const { pieces: cut, tooLarge } = splitRequest(signal, whole.bytes, maxPieceBytes);
  const pieces = cut.map((piece) => ({ bytes: piece, ...contentOf(signal, piece) }));
  const [first] = tooLarge;
  if (first === undefined) return { ...whole, pieces };
  const firstPath = acceptedRecordPath(signal, bytes, { edits: walk.edits, number: first });
  return {
    ...whole,
    accepted: whole.accepted - tooLarge.length,
    rejected: whole.rejected + tooLarge.length,
    rejections: [...whole.rejections, { reason: 'too-large-for-log', count: tooLarge.length, firstPath }],
    pieces,
  };
}

function contentOf(signal: Signal, bytes: Uint8Array): Pick<RequestPiece, 'storedBytes' | 'records'> {
  const walk = new RequestWalk(bytes, { earliestMillis: 0, latestMillis: Number.POSITIVE_INFINITY });
  walk.walk(REQUEST_MESSAGE[signal]);
  return { storedBytes: walk.storedBytes, records: walk.records };
}

function malformed(signal: Signal, bytes: Uint8Array, { offset, reason }: WireError): MalformedRequestError {
  return new MalformedRequestError({ offset, reason, path: locate(bytes, REQUEST_MESSAGE[signal], offset) });
}
