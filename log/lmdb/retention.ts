/** Dropping records, in steps that never hold the write lock for long. Everything here runs inside a write transaction. */
import type { Environment } from './environment.ts';
import { latestKey, offsetKey, offsetOf, type Place } from './keys.ts';
import type { PartitionState, StateTable, TopicState } from './log-state.ts';
import { appendedMillisOf, decodeRecord } from './record-codec.ts';

/** How many records one step drops when there is room for the list of the pages it frees. */
export const STEP_RECORDS = 256;

/** A partition with its topic, as {@link StateTable.place} gives it. */
export type PlaceOfTopic = Place & { readonly topic: TopicState };

/** What a step needs. */
export interface StepContext {
  readonly environment: Environment;
  readonly state: StateTable;
  readonly place: PlaceOfTopic;
  /** Records to drop at most. */
  readonly limit: number;
}

/** Drops records before the offset; true when the step stopped at its limit and another is wanted. */
export function truncateStep(context: StepContext, beforeOffset: number): boolean {
  return dropOldest(context, beforeOffset, () => true);
}

/** Drops what the topic's options let go at this time; true when another step is wanted. */
export function retentionStep(context: StepContext, nowMillis: number): boolean {
  const { cleanup, retentionMillis, retentionBytes } = context.place.topic;
  const oldest = nowMillis - retentionMillis;
  if (cleanup === 'compact') return expireDeletions(context, oldest);
  return dropOldest(
    context,
    Number.MAX_SAFE_INTEGER,
    (record, bytesKept) => isSurplus(record, bytesKept, retentionBytes) || appendedMillisOf(record) < oldest,
  );
}

/** Drops surplus bytes only: cheap enough for every append, which keeps a log without a maintainer bounded. */
export function surplusStep(context: StepContext): void {
  const { cleanup, retentionBytes } = context.place.topic;
  if (cleanup === 'compact' || context.state.partition(context.place).bytes <= retentionBytes) return;
  dropOldest(context, Number.MAX_SAFE_INTEGER, (record, bytesKept) =>
    isSurplus(record, bytesKept, retentionBytes),
  );
}

/** The last record of a partition is never surplus, however large it is. */
function isSurplus(record: Uint8Array, bytesKept: number, retentionBytes: number): boolean {
  return bytesKept > retentionBytes && bytesKept > record.length;
}

function dropOldest(
  { environment, state, place, limit }: StepContext,
  beforeOffset: number,
  mayDrop: (record: Uint8Array, bytesKept: number) => boolean,
): boolean {
  const { records } = environment;
  const partition = state.partition(place);
  const end = Math.min(beforeOffset, partition.next);
  if (end <= partition.first) return false;
  const range = { start: offsetKey(place, partition.first), end: offsetKey(place, end), limit };
  let { first, bytes } = partition;
  let dropped = 0;
  let refused = false;
  for (const key of [...records.getKeys(range)]) {
    const record = records.getBinaryFast(key) as Buffer;
    refused = !mayDrop(record, bytes);
    if (refused) break;
    bytes -= record.length;
    first = offsetOf(key) + 1;
    dropped++;
    if (place.topic.cleanup === 'compact') forgetLatest(environment, place, key);
    records.removeSync(key);
  }
  // Nothing readable is left before `end`; a compacted partition may have ended in a hole.
  if (!refused && dropped < limit) first = end;
  putShrunk(state, place, partition, { first, next: partition.next, bytes });
  return dropped === limit;
}

function forgetLatest({ records, latest, deletions }: Environment, place: Place, key: Uint8Array): void {
  const record = decodeRecord(offsetOf(key), records.getBinary(key) as Buffer);
  latest.removeSync(latestKey(place, record.key ?? ''));
  deletions.removeSync(key);
}

function expireDeletions({ environment, state, place, limit }: StepContext, oldest: number): boolean {
  const { records, latest, deletions } = environment;
  const partition = state.partition(place);
  const range = {
    start: offsetKey(place, 0),
    end: offsetKey(place, Number.MAX_SAFE_INTEGER),
    limit,
  };
  let { bytes } = partition;
  let dropped = 0;
  for (const { key, value } of [...deletions.getRange(range)]) {
    const record = records.getBinaryFast(key) as Buffer;
    if (appendedMillisOf(record) >= oldest) break;
    bytes -= record.length;
    dropped++;
    records.removeSync(key);
    latest.removeSync(value);
    deletions.removeSync(key);
  }
  putShrunk(state, place, partition, { ...partition, bytes });
  return dropped === limit;
}

function putShrunk(state: StateTable, place: Place, before: PartitionState, after: PartitionState): void {
  if (before.first === after.first && before.bytes === after.bytes) return;
  state.putPartition(place, after);
  const log = state.log();
  state.putLog({ ...log, bytes: log.bytes + after.bytes - before.bytes });
}
