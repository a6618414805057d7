/** Takes up the state of one partition of `valet_sli` from `valet_state` (docs/formats/valet_state.md). */
import type { DurableLog } from '../log/types.ts';
import { TOPIC_STATE } from '../schemas/names.ts';
import type { PartitionReplica } from './core/replica/partition-replica.ts';

/** Who takes records of the state. */
export type StateTaker = Pick<PartitionReplica, 'applyState' | 'progress'>;

export interface ReadStateOptions {
  readonly partition: number;
  /** Empty; filled with what is found. */
  readonly replica: StateTaker;
  /** Number of a checkpoint known to be there: a log may show a transaction's parts one after the other. */
  readonly atLeast: number;
  /** Ends the waiting for it. */
  readonly isWanted: () => boolean;
}

const READ = { maxBytes: 512 * 1024, maxRecords: 1000 } as const;
const WAIT_MILLIS = 500;
/** A transaction under way shows within seconds, or the log has lost it. */
const MAX_WAITS = 60;

/**
 * Reads until nothing is left: a record gone by compaction was replaced before the end was looked up last. Resolves
 * with false when the checkpoint did not come.
 */
export async function readState(log: DurableLog, options: ReadStateOptions): Promise<boolean> {
  const { partition, replica, atLeast, isWanted } = options;
  const of = { topic: TOPIC_STATE, partition };
  let next = 0;
  for (let waits = 0; ; waits += 1) {
    for (let { next: end } = await log.bounds(of); next < end; { next: end } = await log.bounds(of)) {
      while (next < end) {
        const read = await log.read(of, next, READ);
        for (const record of read.records) replica.applyState(record);
        next = read.next;
        // The state is read as fast as it goes: V8 would collect all of it again and again for the buffers alone.
        read.free?.();
      }
    }
    if ((replica.progress?.checkpoint ?? 0) >= atLeast) return true;
    if (waits === MAX_WAITS || !isWanted()) return false;
    const { records, next: later } = await log.read(of, next, { ...READ, waitMillis: WAIT_MILLIS });
    for (const record of records) replica.applyState(record);
    next = later;
  }
}
