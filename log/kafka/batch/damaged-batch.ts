/**
 * A batch that cannot be read, put as one record: its bytes as they are, and why. What its header says may be damaged
 * as well, and is believed only as far as it is likely.
 */
import type { StoredRecord } from '../../types.ts';
import type { BatchFrame } from './decode-batch.ts';
import { At } from './layout.ts';

/** Kafka's brokers write milliseconds: nothing is older than its first release. */
const EARLIEST_MILLIS = Date.UTC(2011, 0, 1);
/** What ClickHouse's times hold ends soon after. */
const LATEST_MILLIS = Date.UTC(2100, 0, 1);

/** The record in its place, at the offset of its first record, or where a read within it began. */
export function damagedRecord(frame: BatchFrame, position: number, reason: string): StoredRecord {
  return {
    offset: Math.max(frame.baseOffset, position),
    appendedMillis: appendedMillisOf(frame),
    key: undefined,
    headers: {},
    // Of its own: the bytes are a slice of the answer, shared with whoever reads it again.
    value: Buffer.concat([frame.bytes]),
    damage: reason,
  };
}

/**
 * Where to read on behind it. The batch that follows begins where it ends. Without one in sight its header is believed
 * when its last offset and its number of records agree; otherwise it is left offset by offset, which loses nothing.
 */
export function damagedEnd(frame: BatchFrame, position: number, followingOffset: number | undefined): number {
  const next = Math.max(position, frame.baseOffset) + 1;
  return Math.max(next, followingOffset ?? (agreesOnItsEnd(frame) ? frame.lastOffset + 1 : next));
}

/**
 * Whether a read that meets the batch gives it: not when it is being left offset by offset, as it was given at its
 * first one.
 */
export function isGivenAt(frame: BatchFrame, position: number): boolean {
  return frame.baseOffset >= position || agreesOnItsEnd(frame);
}

function agreesOnItsEnd({ baseOffset, lastOffset, count }: BatchFrame): boolean {
  return lastOffset === baseOffset + count - 1;
}

/** The first of its times that may be true, or 0. Never the clock's: it is the same whenever the log is read again. */
function appendedMillisOf({ bytes }: BatchFrame): number {
  const times = [At.MAX_TIMESTAMP, At.BASE_TIMESTAMP].map((at) => Number(bytes.readBigInt64BE(at)));
  return times.find((time) => time >= EARLIEST_MILLIS && time < LATEST_MILLIS) ?? 0;
}
