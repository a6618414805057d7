/**
 * A record as it lies in the `records` database (docs/formats/log-lmdb.md), big-endian:
 *
 *   record := version u8 = 1 · appendedMillis f64 · headLength u32 · head · value
 *   head   := '' | JSON {"k"?: key, "h"?: {name: text}}        (UTF-8)
 */
import type { NewRecord, StoredRecord } from '../types.ts';

const VERSION = 1;
const FIXED_BYTES = 13;

/** A record made ready outside the write transaction; the value is the caller's, not a copy. */
export interface PreparedRecord {
  readonly key: string | undefined;
  readonly head: Uint8Array;
  readonly value: Uint8Array;
  /** Length as stored. */
  readonly length: number;
}

/** Encodes all but the time, which only the write transaction knows. */
export function prepareRecord({ key, headers, value }: NewRecord): PreparedRecord {
  const head = encodeHead(key, headers);
  return { key, head, value, length: FIXED_BYTES + head.length + value.length };
}

/** Reused for every record: LMDB copies on put, and fresh memory for each would cost more than the copying. */
let scratch = Buffer.allocUnsafeSlow(2 ** 16);

/** The record's bytes, valid until the next call. */
export function encodeRecord({ head, value, length }: PreparedRecord, appendedMillis: number): Uint8Array {
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
  scratch.writeUInt8(VERSION, 0);
  scratch.writeDoubleBE(appendedMillis, 1);
  scratch.writeUInt32BE(head.length, 9);
  scratch.set(head, FIXED_BYTES);
  scratch.set(value, FIXED_BYTES + head.length);
  return scratch.subarray(0, length);
}

/** Decodes; the record's value is a view of `bytes`, which must be the receiver's own. */
export function decodeRecord(offset: number, bytes: Uint8Array): StoredRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== VERSION)
    throw new Error(`Cannot decode record ${offset} of the log as its version is ${view.getUint8(0)}`);
  const valueStart = FIXED_BYTES + view.getUint32(9);
  const head = decodeHead(bytes.subarray(FIXED_BYTES, valueStart));
  return {
    offset,
    appendedMillis: view.getFloat64(1),
    key: head.k,
    headers: head.h ?? {},
    value: bytes.subarray(valueStart),
  };
}

/** The append time alone. */
export function appendedMillisOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(1);
}

interface Head {
  readonly k?: string;
  readonly h?: Readonly<Record<string, string>>;
}

const NO_HEAD = Buffer.alloc(0);

function encodeHead(key: string | undefined, headers: NewRecord['headers']): Buffer {
  const named = headers !== undefined && Object.keys(headers).length > 0;
  if (key === undefined && !named) return NO_HEAD;
  return Buffer.from(JSON.stringify({ k: key, h: named ? headers : undefined }));
}

function decodeHead(bytes: Uint8Array): Head {
  if (bytes.length === 0) return {};
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return JSON.parse(text) as Head;
}
