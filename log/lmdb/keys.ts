/**
 * Keys of the four databases inside the environment (docs/formats/log-lmdb.md):
 *
 *   state:       text            topic/<name>  partition/<id>/<partition>  group/<group>/<topic>/<partition>  log
 *   records:     place offset    the record
 *   latest:      place sha256    compacted topics: digest of the key → offset of its latest record, u64
 *   deletions:   place offset    compacted topics: records with an empty value, in order of age; empty
 *
 *   place  := topic id u16 · partition u16      offset := u64      all big-endian, so that keys sort by offset
 */
import { createHash } from 'node:crypto';

/** A partition inside the environment. */
export interface Place {
  /** The topic's number in this environment, never used again for another topic. */
  readonly topicId: number;
  readonly partition: number;
}

/** Key of the log's own record: sequence, bytes, next topic id. */
export const LOG_KEY = Buffer.from('log');

/** Names follow `checkName`, so `/` separates without doubt. */
export function topicKey(topic: string): Buffer {
  return Buffer.from(`topic/${topic}`);
}

/** Key of a partition's bounds. */
export function partitionKey({ topicId, partition }: Place): Buffer {
  return Buffer.from(`partition/${topicId}/${partition}`);
}

/** Key of a group's committed offset in a partition. */
export function groupKey(group: string, topic: string, partition: number): Buffer {
  return Buffer.from(`group/${group}/${topic}/${partition}`);
}

/** First key after every key that starts with the prefix, for a prefix that ends in `/`. */
export function afterPrefix(prefix: string): Buffer {
  return Buffer.from(`${prefix.slice(0, -1)}0`);
}

/** Key of a record: its place and offset, in byte order by offset. */
export function offsetKey(place: Place, offset: number): Buffer {
  const key = startKey(place, 12);
  key.writeUInt32BE(Math.floor(offset / 2 ** 32), 4);
  key.writeUInt32BE(offset >>> 0, 8);
  return key;
}

/** The offset inside an {@link offsetKey}. */
export function offsetOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return view.getUint32(4) * 2 ** 32 + view.getUint32(8);
}

/** Record keys of any length get a fixed length here: LMDB's limit is below 2 KiB. */
export function latestKey(place: Place, recordKey: string): Buffer {
  const key = startKey(place, 36);
  createHash('sha256').update(recordKey).digest().copy(key, 4);
  return key;
}

function startKey({ topicId, partition }: Place, length: number): Buffer {
  const key = Buffer.allocUnsafe(length);
  key.writeUInt16BE(topicId, 0);
  key.writeUInt16BE(partition, 2);
  return key;
}
