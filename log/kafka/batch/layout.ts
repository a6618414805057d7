/**
 * A record batch, version 2, big-endian:
 *
 *     baseOffset i64 | batchLength i32 (bytes after it) | partitionLeaderEpoch i32 | magic i8 = 2 | crc u32 |
 *     attributes i16 | lastOffsetDelta i32 | baseTimestamp i64 | maxTimestamp i64 |
 *     producerId i64 | producerEpoch i16 | baseSequence i32 | recordCount i32 | records
 *
 * The CRC-32C covers everything from the attributes on. Records, compressed together, each (varints in zigzag):
 *
 *     length varint (bytes after it) | attributes i8 | timestampDelta varlong | offsetDelta varint |
 *     keyLength varint, -1 for none | key | valueLength varint, -1 for none | value |
 *     headerCount varint | per header: nameLength varint | name | valueLength varint, -1 for none | value
 */
export const At = {
  BASE_OFFSET: 0,
  LENGTH: 8,
  MAGIC: 16,
  CRC: 17,
  ATTRIBUTES: 21,
  LAST_OFFSET_DELTA: 23,
  BASE_TIMESTAMP: 27,
  MAX_TIMESTAMP: 35,
  PRODUCER_ID: 43,
  PRODUCER_EPOCH: 51,
  BASE_SEQUENCE: 53,
  RECORD_COUNT: 57,
} as const;

/** Where the records begin. */
export const BATCH_HEADER_BYTES = 61;
/** `baseOffset` and `batchLength`, which the length does not count. */
export const LENGTH_END = 12;
export const MAGIC = 2;

export const Attribute = {
  CODEC: 0b111,
  LOG_APPEND_TIME: 1 << 3,
  TRANSACTIONAL: 1 << 4,
  CONTROL: 1 << 5,
} as const;

/** Codecs by their bits in the attributes. */
export const Codec = { NONE: 0, GZIP: 1, SNAPPY: 2, LZ4: 3, ZSTD: 4 } as const;
