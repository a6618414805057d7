import type { StoredRecord } from '../../types.ts';
import { checksum } from './checksum.ts';
import { decompress } from './decompress.ts';
import { At, Attribute, BATCH_HEADER_BYTES, LENGTH_END, MAGIC } from './layout.ts';
import { type Cursor, readVarint } from './varint.ts';

/** A batch as its header describes it; the records stay as they came until {@link decodeRecords}. */
export interface BatchFrame {
  readonly bytes: Buffer;
  readonly baseOffset: number;
  /** Of the last record there was, compacted away or not. */
  readonly lastOffset: number;
  readonly attributes: number;
  readonly producerId: bigint;
  /** Records it says that it has; fewer than offsets when compaction has taken some. */
  readonly count: number;
}

/** What a control batch says of its producer's transaction. */
export type ControlType = 'abort' | 'commit' | 'other';

/** The whole batches at the start of what a broker sent; it may end within one, which is left out. */
export function frameBatches(bytes: Buffer): readonly BatchFrame[] {
  return frameAnswer(bytes).frames;
}

/** Also the first offset of the one it ends within, if any. */
export function frameAnswer(bytes: Buffer): {
  readonly frames: readonly BatchFrame[];
  readonly cutOffset: number | undefined;
} {
  const frames: BatchFrame[] = [];
  let at = 0;
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    const end = at + LENGTH_END + bytes.readInt32BE(at + At.LENGTH);
    if (end > bytes.length) break;
    frames.push(frameBatch(bytes.subarray(at, end)));
    at = end;
  }
  const isCut = at + LENGTH_END <= bytes.length;
  return { frames, cutOffset: isCut ? Number(bytes.readBigInt64BE(at)) : undefined };
}

function frameBatch(bytes: Buffer): BatchFrame {
  const baseOffset = Number(bytes.readBigInt64BE(At.BASE_OFFSET));
  // Nobody can tell where the next one begins.
  if (bytes.length < BATCH_HEADER_BYTES)
    throw new RangeError(`Cannot read the batch at offset ${baseOffset} as its length is ${bytes.length}`);
  return {
    bytes,
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(At.LAST_OFFSET_DELTA),
    attributes: bytes.readInt16BE(At.ATTRIBUTES),
    producerId: bytes.readBigInt64BE(At.PRODUCER_ID),
    count: bytes.readInt32BE(At.RECORD_COUNT),
  };
}

export function isControl({ attributes }: BatchFrame): boolean {
  return (attributes & Attribute.CONTROL) !== 0;
}

export function isTransactional({ attributes }: BatchFrame): boolean {
  return (attributes & Attribute.TRANSACTIONAL) !== 0;
}

/** Key of a control record: version i16, type i16 (0 abort, 1 commit). */
export function controlType(frame: BatchFrame): ControlType {
  const cursor = { bytes: recordsOf(frame), at: 0 };
  skipRecordFrame(cursor);
  const keyBytes = readVarint(cursor);
  const type = keyBytes >= 4 ? cursor.bytes.readInt16BE(cursor.at + 2) : -1;
  return type === 0 ? 'abort' : type === 1 ? 'commit' : 'other';
}

/** The batch's records, their values slices of one allocation of their own. Throws when the batch is damaged. */
export function decodeRecords(frame: BatchFrame): StoredRecord[] {
  const { bytes, baseOffset, attributes } = frame;
  const cursor = { bytes: recordsOf(frame), at: 0 };
  const baseMillis = Number(bytes.readBigInt64BE(At.BASE_TIMESTAMP));
  const byLog = (attributes & Attribute.LOG_APPEND_TIME) !== 0;
  const appended = byLog ? Number(bytes.readBigInt64BE(At.MAX_TIMESTAMP)) : undefined;
  const records: StoredRecord[] = [];
  for (let i = 0; i < frame.count; i++) {
    const { timestampDelta, offsetDelta } = skipRecordFrame(cursor);
    const key = readBytes(cursor)?.toString();
    const value = readBytes(cursor) ?? cursor.bytes.subarray(0, 0);
    const headers = readHeaders(cursor);
    const appendedMillis = appended ?? baseMillis + timestampDelta;
    records.push({ offset: baseOffset + offsetDelta, appendedMillis, key, headers, value });
  }
  return records;
}

function recordsOf({ bytes, baseOffset, attributes }: BatchFrame): Buffer {
  if (bytes[At.MAGIC] !== MAGIC)
    throw new RangeError(`Cannot read the batch at offset ${baseOffset} as its format is ${bytes[At.MAGIC]}`);
  if (checksum(bytes.subarray(At.ATTRIBUTES)) !== bytes.readUInt32BE(At.CRC))
    throw new RangeError(`Cannot read the batch at offset ${baseOffset} as its checksum is wrong`);
  const codec = attributes & Attribute.CODEC;
  const records = bytes.subarray(BATCH_HEADER_BYTES);
  // Without a codec they would be slices of the whole answer, shared with whoever reads it again.
  return codec === 0 ? Buffer.from(records) : decompress(records, codec);
}

function skipRecordFrame(cursor: Cursor): { readonly timestampDelta: number; readonly offsetDelta: number } {
  readVarint(cursor);
  cursor.at++;
  const timestampDelta = readVarint(cursor);
  return { timestampDelta, offsetDelta: readVarint(cursor) };
}

/** Undefined for a null. */
function readBytes(cursor: Cursor): Buffer | undefined {
  const length = readVarint(cursor);
  if (length < 0) return undefined;
  const start = cursor.at;
  const end = start + length;
  if (end > cursor.bytes.length) throw new RangeError('Cannot read a record beyond its batch');
  cursor.at = end;
  return cursor.bytes.subarray(start, end);
}

function readHeaders(cursor: Cursor): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const count = readVarint(cursor);
  for (let i = 0; i < count; i++) {
    const name = readBytes(cursor)?.toString() ?? '';
    headers[name] = readBytes(cursor)?.toString() ?? '';
  }
  return headers;
}
