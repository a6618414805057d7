/**
 * Record batches of Kafka, magic 2.
 *
 *   batch   = baseOffset int64, length int32, leaderEpoch int32, magic int8, crc uint32, attributes int16,
 *             lastOffsetDelta int32, firstTimestamp int64, maxTimestamp int64, producerId int64,
 *             producerEpoch int16, baseSequence int32, count int32, records
 *   records = record*, compressed as a whole by the codec in the three lowest bits of attributes
 *   record  = length varint, attributes int8, timestampDelta varlong, offsetDelta varint,
 *             key varint-bytes, value varint-bytes, headers varint-count of (varint-text, varint-bytes)
 */
import { WireReader } from './wire-reader.ts';

/** The codecs by their number in a batch's attributes. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** Bytes before the length field ends. */
const PREFIX_BYTES = 12;

export interface RecordBatch {
  readonly codec: Codec;
  readonly count: number;
  /** The whole batch. */
  readonly bytes: Buffer;
  /** The records, compressed by the codec. */
  readonly records: Buffer;
}

/** One record, its key and value as they are. */
export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: readonly (readonly [string, Buffer])[];
}

/** The whole batches at the start of what was fetched; a cut one at its end is left out. */
export function readBatches(fetched: Uint8Array): readonly RecordBatch[] {
  const batches: RecordBatch[] = [];
  let rest = Buffer.from(fetched.buffer, fetched.byteOffset, fetched.length);
  while (rest.length > PREFIX_BYTES) {
    const size = PREFIX_BYTES + rest.readInt32BE(8);
    if (rest.length < size) break;
    batches.push(readBatch(rest.subarray(0, size)));
    rest = rest.subarray(size);
  }
  return batches;
}

function readBatch(bytes: Buffer): RecordBatch {
  const magic = bytes.readInt8(16);
  if (magic !== 2) throw new RangeError(`Cannot read a record batch: its magic is ${magic}`);
  const codec = CODECS[bytes.readInt16BE(21) & 7];
  if (codec === undefined) throw new RangeError('Cannot read a record batch: its codec is unknown');
  return { codec, count: bytes.readInt32BE(57), bytes, records: bytes.subarray(61) };
}

/** The records of an uncompressed batch. */
export function readRecords({ codec, count, records }: RecordBatch): readonly RawRecord[] {
  if (codec !== 'none') throw new TypeError(`Cannot read records compressed by ${codec}`);
  const reader = new WireReader(records);
  return Array.from({ length: count }, () => {
    reader.varint();
    reader.skip(1);
    // The timestamp's delta fits 32 bits within a batch.
    reader.varint();
    reader.varint();
    const key = reader.varintBytes();
    const value = reader.varintBytes() ?? Buffer.alloc(0);
    const headers = Array.from({ length: reader.varint() }, () => {
      const name = String(reader.varintBytes());
      return [name, reader.varintBytes() ?? Buffer.alloc(0)] as const;
    });
    return { key, value, headers };
  });
}
