import type { NewRecord } from '../../types.ts';
import { varintBytes } from './varint.ts';

/** Lengths of a record's parts, as they are needed twice: for its own length and to write them. */
export interface RecordSize {
  /** -1 without a key. */
  readonly key: number;
  /** Bytes of all headers, their lengths included. */
  readonly headers: number;
  readonly headerCount: number;
}

/** Most that attributes, timestamp and offset delta of a record take, the record's own length included. */
const FRAME_BYTES = 5 + 1 + 1 + 5;

export function recordSize({ key, headers = {} }: NewRecord): RecordSize {
  let bytes = 0;
  let headerCount = 0;
  for (const name in headers) {
    const nameBytes = Buffer.byteLength(name);
    const valueBytes = Buffer.byteLength(headers[name] ?? '');
    bytes += varintBytes(nameBytes) + nameBytes + varintBytes(valueBytes) + valueBytes;
    headerCount++;
  }
  return { key: key === undefined ? -1 : Buffer.byteLength(key), headers: bytes, headerCount };
}

/** Bytes of key, value and headers, their lengths included. */
export function contentBytes({ value }: NewRecord, { key, headers, headerCount }: RecordSize): number {
  return (
    varintBytes(key) +
    Math.max(0, key) +
    varintBytes(value.length) +
    value.length +
    varintBytes(headerCount) +
    headers
  );
}

/** Most bytes the record takes in a batch that is not compressed. */
export function recordBytesAtMost(record: NewRecord): number {
  return FRAME_BYTES + contentBytes(record, recordSize(record));
}
