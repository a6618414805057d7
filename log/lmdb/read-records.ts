import { DEFAULT_MAX_BYTES, DEFAULT_MAX_RECORDS } from '../read-limits.ts';
import type { ReadOptions, StoredRecord } from '../types.ts';
import type { Environment } from './environment.ts';
import { offsetKey, offsetOf, type Place } from './keys.ts';
import { decodeRecord } from './record-codec.ts';

/** The records from `fromOffset` to `next`, as many as the options allow, at least one when there is one. */
export function readRecords(
  { records }: Environment,
  place: Place,
  { fromOffset, next }: { fromOffset: number; next: number },
  { maxBytes = DEFAULT_MAX_BYTES, maxRecords = DEFAULT_MAX_RECORDS }: ReadOptions,
): StoredRecord[] {
  const range = { start: offsetKey(place, fromOffset), end: offsetKey(place, next), limit: maxRecords };
  const found: StoredRecord[] = [];
  let bytes = 0;
  // With the binary encoding the package copies each value out of the map: the copies are the caller's.
  for (const { key, value } of records.getRange(range)) {
    const record = decodeRecord(offsetOf(key), value);
    found.push(record);
    bytes += record.value.length;
    if (bytes >= maxBytes) break;
  }
  return found;
}
