/** What a checkpoint writes: everything that changed since the one before, as one consistent cut. */
import type { NewRecord } from '../../log/types.ts';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import type { StateRecord, Unwritten } from '../../schemas/records-state.ts';
import { encodeJson } from '../core/records/json-record.ts';
import { stateKey } from '../core/records/state-keys.ts';
import type { EngineReplica, ForgottenBlock } from '../core/replica.ts';
import type { AlertRecord } from '../core/types.ts';

const EMPTY = new Uint8Array(0);

/** A record of `valet_state`. */
export function stateRecord(record: StateRecord<AlertRecord>): NewRecord {
  return { key: stateKey(record), value: encodeJson(record) };
}

/** Deletes a key of `valet_state`. */
export function deleteAlert(id: string): NewRecord {
  return { key: `alert|${id}`, value: EMPTY };
}

/** Deletes a block that is no longer kept. */
export function deleteBlock({ owner, level, block }: ForgottenBlock): NewRecord {
  const key =
    'signal' in owner
      ? stateKey({ kind: 'alive', signal: owner.signal, level, block, cells: [] })
      : stateKey({ kind: 'counts', ...owner, level, block, cells: [] });
  return { key, value: EMPTY };
}

/** The blocks and samples changed since the last call, whole. */
export function changedRecords(replica: EngineReplica): readonly NewRecord[] {
  const records: StateRecord<AlertRecord>[] = [];
  for (const { slo, generation, timeline, samples } of replica.counts.all()) {
    for (const place of timeline.takeDirty()) {
      records.push({ kind: 'counts', slo, generation, ...place, cells: timeline.encodeBlock(place) });
    }
    const changed = samples.takeDirty();
    if (changed !== undefined) records.push({ kind: 'samples', slo, generation, samples: changed });
  }
  for (const signal of SIGNALS) records.push(...changedLiveness(replica, signal));
  return records.map(stateRecord);
}

function changedLiveness(replica: EngineReplica, signal: Signal): StateRecord<AlertRecord>[] {
  const { timeline } = replica.counts.liveness[signal];
  return timeline
    .takeDirty()
    .map((place) => ({ kind: 'alive', signal, ...place, cells: timeline.encodeBlock(place) }));
}

/** The progress record of a partition: the last record of a checkpoint. */
export function progressRecord(
  replica: EngineReplica,
  partition: number,
  unwritten: Unwritten | undefined,
): NewRecord {
  return stateRecord({
    kind: 'progress',
    partition,
    offset: replica.position(partition),
    heads: replica.counts.headsOf(partition),
    evaluated: Object.fromEntries(replica.evaluated),
    ...(unwritten === undefined ? {} : { unwritten }),
  });
}
