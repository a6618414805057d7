import type { Environment } from './environment.ts';
import { latestKey, offsetKey, offsetOf, type Place } from './keys.ts';
import type { StateTable } from './log-state.ts';
import { encodeRecord, type PreparedRecord } from './record-codec.ts';

/** Where and when to append. */
export interface AppendTarget {
  readonly place: Place;
  readonly compact: boolean;
  readonly nowMillis: number;
}

/** Only inside a write transaction: offsets come from the partition's state there, never from memory. */
export function appendRecords(
  environment: Environment,
  state: StateTable,
  records: readonly PreparedRecord[],
  { place, compact, nowMillis }: AppendTarget,
): { firstOffset: number; lastOffset: number } {
  const partition = state.partition(place);
  let { next, bytes } = partition;
  for (const record of records) {
    if (compact) bytes -= replaceLatest(environment, place, record, next);
    environment.records.putSync(offsetKey(place, next), encodeRecord(record, nowMillis));
    bytes += record.length;
    next++;
  }
  state.putPartition(place, { first: partition.first, next, bytes });
  const log = state.log();
  state.putLog({ ...log, sequence: log.sequence + 1, bytes: log.bytes + bytes - partition.bytes });
  return { firstOffset: partition.next, lastOffset: next - 1 };
}

/** Removes the key's earlier record and points the key to the new offset; returns the bytes freed. */
function replaceLatest(
  { records, latest, deletions }: Environment,
  place: Place,
  record: PreparedRecord,
  offset: number,
): number {
  const key = latestKey(place, record.key ?? '');
  const before = latest.getBinary(key);
  const at = offsetKey(place, offset);
  latest.putSync(key, at);
  if (record.value.length === 0) deletions.putSync(at, key);
  if (before === undefined) return 0;
  const freed = records.getBinaryFast(before)?.length ?? 0;
  if (freed > 0) records.removeSync(before);
  if (offsetOf(before) < offset) deletions.removeSync(before);
  return freed;
}
