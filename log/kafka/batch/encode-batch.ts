import { freeBytes } from '../../../runtime/free-bytes.ts';
import type { NewRecord } from '../../types.ts';
import { checksum } from './checksum.ts';
import { compress } from './compress.ts';
import { At, Attribute, BATCH_HEADER_BYTES, Codec, LENGTH_END, MAGIC } from './layout.ts';
import { contentBytes, recordSize } from './record-size.ts';
import { varintBytes, writeVarint } from './varint.ts';

/** Who appends: what a broker tells repeated batches by. */
export interface BatchStamp {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Of the batch's first record, per producer and partition; wraps after 2^31 - 1. */
  readonly sequence: number;
}

export interface EncodeOptions {
  readonly timestampMillis: number;
  /** @default false */
  readonly transactional?: boolean;
}

/** The records as one batch, compressed when that makes it smaller; to be stamped with {@link stampBatch}. */
export function encodeBatch(records: readonly NewRecord[], options: EncodeOptions): Buffer {
  const plain = encodeRecords(records);
  const compressed = compress(plain);
  const smaller = compressed !== undefined && compressed.length < plain.length;
  const body = smaller ? compressed : plain;
  const batch = Buffer.allocUnsafe(BATCH_HEADER_BYTES + body.length);
  body.copy(batch, BATCH_HEADER_BYTES);
  if (compressed) freeBytes(compressed);
  const attributes =
    (smaller ? Codec.ZSTD : Codec.NONE) | (options.transactional ? Attribute.TRANSACTIONAL : 0);
  const timestamp = BigInt(options.timestampMillis);
  batch.writeBigInt64BE(0n, At.BASE_OFFSET);
  batch.writeInt32BE(batch.length - LENGTH_END, At.LENGTH);
  batch.writeInt32BE(-1, LENGTH_END);
  batch[At.MAGIC] = MAGIC;
  batch.writeInt16BE(attributes, At.ATTRIBUTES);
  batch.writeInt32BE(records.length - 1, At.LAST_OFFSET_DELTA);
  batch.writeBigInt64BE(timestamp, At.BASE_TIMESTAMP);
  batch.writeBigInt64BE(timestamp, At.MAX_TIMESTAMP);
  batch.writeInt32BE(records.length, At.RECORD_COUNT);
  return batch;
}

/** Writes who appends into the batch, and its checksum. */
export function stampBatch(batch: Buffer, { producerId, producerEpoch, sequence }: BatchStamp): void {
  batch.writeBigInt64BE(producerId, At.PRODUCER_ID);
  batch.writeInt16BE(producerEpoch, At.PRODUCER_EPOCH);
  batch.writeInt32BE(sequence, At.BASE_SEQUENCE);
  batch.writeUInt32BE(checksum(batch.subarray(At.ATTRIBUTES)), At.CRC);
}

/** The plain records of one batch after the other: they are compressed or copied before the next batch is made. */
let scratch = Buffer.alloc(0);
const SCRATCH_LIMIT_BYTES = 8 * 2 ** 20;

function scratchOf(bytes: number): Buffer {
  if (bytes > SCRATCH_LIMIT_BYTES) return Buffer.allocUnsafeSlow(bytes);
  if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(Math.min(SCRATCH_LIMIT_BYTES, bytes * 2));
  return scratch.subarray(0, bytes);
}

/** Valid until the next call. */
function encodeRecords(records: readonly NewRecord[]): Buffer {
  const sized = records.map((record, offsetDelta) => {
    const size = recordSize(record);
    // Attributes and the timestamp's delta, which is 0, take a byte each.
    const length = 2 + varintBytes(offsetDelta) + contentBytes(record, size);
    return { record, size, length };
  });
  const total = sized.reduce((sum, { length }) => sum + varintBytes(length) + length, 0);
  const target = scratchOf(total);
  let at = 0;
  sized.forEach(({ record, size, length }, offsetDelta) => {
    at = writeVarint(target, at, length);
    target[at++] = 0;
    target[at++] = 0;
    at = writeVarint(target, at, offsetDelta);
    at = writeText(target, at, record.key, size.key);
    at = writeVarint(target, at, isDeletion(record) ? -1 : record.value.length);
    target.set(record.value, at);
    at += record.value.length;
    at = writeVarint(target, at, size.headerCount);
    for (const name in record.headers) {
      const value = record.headers[name] ?? '';
      at = writeText(target, at, name, Buffer.byteLength(name));
      at = writeText(target, at, value, Buffer.byteLength(value));
    }
  });
  return target;
}

/** In a compacted topic a null value deletes the key. */
function isDeletion({ key, value }: NewRecord): boolean {
  return key !== undefined && value.length === 0;
}

function writeText(target: Buffer, at: number, text: string | undefined, bytes: number): number {
  const start = writeVarint(target, at, bytes);
  return text === undefined ? start : start + target.write(text, start, bytes, 'utf8');
}
