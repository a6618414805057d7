/**
 * A batch that cannot be read, put as one record: its bytes as they are, and why. What its header says may be damaged
 * as well, and is believed only as far as it is likely.
 */
import type { StoredRecord } from '../../types.ts';
import type { BatchFrame } from './decode-batch.ts';
import { At } from './layout.ts';

/** Kafka's brokers write milliseconds: nothing is older than its first release. */
const EARLIEST_MILLIS = Date.UTC(2011, 0, 1);
const DAY_MILLIS = 86_400_000;

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
 * Where to read on behind it. The batch that follows begins where it ends; without one in sight the lesser of what its
 * last offset and its number of records say, as what is passed over nobody misses. When that has led into the batch
 * again, its last offset counts, which is what the broker goes by.
 */
export function damagedEnd(frame: BatchFrame, position: number, following: BatchFrame | undefined): number {
  const { baseOffset, lastOffset, count } = frame;
  const isFirstLook = baseOffset >= position;
  const last = isFirstLook ? Math.min(lastOffset, baseOffset + count - 1) : lastOffset;
  const end = Math.max(position, baseOffset) + 1;
  return Math.max(end, following?.baseOffset ?? last + 1);
}

/** The first of its times that may be true; else now. */
function appendedMillisOf({ bytes }: BatchFrame): number {
  const now = Date.now();
  const times = [At.MAX_TIMESTAMP, At.BASE_TIMESTAMP].map((at) => Number(bytes.readBigInt64BE(at)));
  return times.find((time) => time >= EARLIEST_MILLIS && time <= now + DAY_MILLIS) ?? now;
}
