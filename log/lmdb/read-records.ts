import { freeBytes } from '../../runtime/free-bytes.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_RECORDS } from '../read-limits.ts';
import type { LogRead, ReadOptions, StoredRecord } from '../types.ts';
import type { Environment } from './environment.ts';
import { offsetKey, offsetOf, type Place } from './keys.ts';
import { decodeRecord } from './record-codec.ts';

/** The records from `from` to `end`, as many as the options allow, at least one when there is one. */
export function readRecords(
  { records }: Environment,
  place: Place,
  { from, end }: { from: number; end: number },
  { maxBytes = DEFAULT_MAX_BYTES, maxRecords = DEFAULT_MAX_RECORDS }: ReadOptions,
): LogRead {
  const range = { start: offsetKey(place, from), end: offsetKey(place, end), limit: maxRecords };
  const found: StoredRecord[] = [];
  let bytes = 0;
  // With the binary encoding the package copies each value out of the map: the copies are the caller's.
  for (const { key, value } of records.getRange(range)) {
    const record = decodeRecord(offsetOf(key), value);
    found.push(record);
    bytes += record.value.length;
    if (bytes >= maxBytes) break;
  }
  const isFull = bytes >= maxBytes || found.length === maxRecords;
  const last = found.at(-1);
  const free = () => {
    for (const { value } of found) freeBytes(value);
  };
  return { from, records: found, next: isFull && last ? last.offset + 1 : end, free };
}
