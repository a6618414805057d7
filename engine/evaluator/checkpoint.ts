/** What a checkpoint writes: everything that changed since the one before, as one consistent cut. */
import type { NewRecord } from '../../log/types.ts';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import type { StateRecord } from '../../schemas/records-state.ts';
import { encodeJson } from '../core/records/json-record.ts';
import { stateKey } from '../core/records/state-keys.ts';
import type { CountBook } from '../core/replica/count-book.ts';
import { EVENTS } from '../core/replica/generation-counts.ts';
import type { ForgottenBlock } from '../core/replica/partition-replica.ts';
import type { BlockPlace } from '../core/slices/timeline.ts';
import type { AlertRecord } from '../core/types.ts';
import type { Share } from './share.ts';

const EMPTY = new Uint8Array(0);
const ALERT_HISTORY_MILLIS = 90 * 86_400_000;

/** The records of a partition's next checkpoint, for `valet_state`. What changed counts as written from here on. */
export function checkpointRecords(share: Share, nowMillis: number): readonly NewRecord[] {
  const { replica, changes } = share;
  const forgotten = [...replica.evaluated].flatMap(([signal, slice]) => replica.forget(signal, slice));
  return [
    ...changedBlocks(replica.counts),
    ...[...forgotten, ...goneBlocks(replica.counts)].map(deleteBlock),
    ...changedExclusions(replica.counts),
    ...forgetAlerts(share, nowMillis),
    ...changes.map((alert) => stateRecord({ kind: 'alert', alert })),
    progressRecord(share),
  ];
}

/** A record of `valet_state`. */
function stateRecord(record: StateRecord<AlertRecord>): NewRecord {
  return { key: stateKey(record), value: encodeJson(record) };
}

/** Blocks that exclusions that changed had taken out. */
function goneBlocks(counts: CountBook): readonly ForgottenBlock[] {
  return [...counts.all()].flatMap((each) => {
    const { slo, generation } = each;
    return each
      .takeGone()
      .map(({ rule, ...place }) => ({ ...place, owner: { slo, generation, rule, isExcluded: true } }));
  });
}

function changedExclusions(counts: CountBook): readonly NewRecord[] {
  return [...counts.all()].flatMap((each) => {
    const exclusions = each.takeExclusions();
    if (exclusions === undefined) return [];
    const { slo, generation } = each;
    const record = { kind: 'exclusions', slo, generation, exclusions } as const;
    return [exclusions.length === 0 ? { key: stateKey(record), value: EMPTY } : stateRecord(record)];
  });
}

function deleteBlock({ owner, level, block }: ForgottenBlock): NewRecord {
  const key =
    'signal' in owner
      ? stateKey({ kind: 'alive', signal: owner.signal, level, block, cells: [] })
      : stateKey(blockRecord(owner, { level, block, cells: [] }));
  return { key, value: EMPTY };
}

function forgetAlerts({ replica }: Share, nowMillis: number): readonly NewRecord[] {
  const oldest = new Date(nowMillis - ALERT_HISTORY_MILLIS).toISOString();
  const old = [...replica.alertBook.all()].filter(({ endedAt }) => endedAt !== null && endedAt < oldest);
  return old.map(({ id }) => {
    replica.alertBook.delete(id);
    return { key: `alert|${id}`, value: EMPTY };
  });
}

interface Block extends BlockPlace {
  readonly cells: readonly number[];
}

/** A block of an SLO's counts, of its judged slices, or of what exclusions took out of either. */
function blockRecord(
  { slo, generation, rule, isExcluded }: Exclude<ForgottenBlock['owner'], { readonly signal: Signal }>,
  block: Block,
): StateRecord<AlertRecord> {
  const of = { slo, generation, ...block };
  if (isExcluded) return { kind: 'excluded', rule, ...of };
  return rule === EVENTS ? { kind: 'counts', ...of } : { kind: 'slices', rule, ...of };
}

/** The blocks and samples changed since the last call, whole. */
function changedBlocks(counts: CountBook): readonly NewRecord[] {
  const records: StateRecord<AlertRecord>[] = [];
  for (const generationCounts of counts.all()) {
    const { slo, generation, samples } = generationCounts;
    for (const { rule, timeline, isExcluded } of generationCounts.timelines()) {
      const owner = { slo, generation, rule, isExcluded };
      for (const place of timeline.takeDirty()) {
        const block = { ...place, cells: timeline.encodeBlock(place) };
        records.push(blockRecord(owner, block));
      }
    }
    const changed = samples.takeDirty();
    if (changed !== undefined) records.push({ kind: 'samples', slo, generation, samples: changed });
  }
  for (const signal of SIGNALS) records.push(...changedLiveness(counts, signal));
  return records.map(stateRecord);
}

function changedLiveness({ liveness }: CountBook, signal: Signal): StateRecord<AlertRecord>[] {
  const { timeline } = liveness[signal];
  return timeline
    .takeDirty()
    .map((place) => ({ kind: 'alive', signal, ...place, cells: timeline.encodeBlock(place) }));
}

/** The last record of a checkpoint. */
function progressRecord({ partition, identity, replica, results, commit }: Share): NewRecord {
  const unwritten = results.unwritten();
  return stateRecord({
    kind: 'progress',
    partition,
    checkpoint: commit.owner.checkpoint + 1,
    identity,
    offset: replica.position,
    heads: replica.counts.heads(),
    evaluated: Object.fromEntries(replica.evaluated),
    ...(unwritten === undefined ? {} : { unwritten }),
    ...(results.stampMillis === 0 ? {} : { stampMillis: results.stampMillis }),
  });
}
