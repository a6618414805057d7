/** One partition of `valet_sli` as its owner holds it. */
import type { DurableLog } from '../../log/types.ts';
import { GROUP_EVALUATOR, TOPIC_SLI } from '../../schemas/names.ts';
import type { PartitionReplica } from '../core/replica/partition-replica.ts';
import type { AlertRecord } from '../core/types.ts';
import type { Results } from '../results/results.ts';

/** What was committed for the partition, to be committed again beside other things. */
export interface OwnerCommit {
  readonly offset: number;
  readonly owner: OwnerState;
}

/** What an owner keeps beside its offset. */
export interface OwnerState {
  /** Number of its last checkpoint; 0 before the first. */
  readonly checkpoint: number;
  /** Number of the last publication of definitions it made or knows; of partition 0 only. */
  readonly published: number;
}

/** State, results and what the next checkpoint has to write. */
export interface Share {
  readonly partition: number;
  /** Of `valet_sli`. */
  readonly identity: string;
  readonly replica: PartitionReplica;
  readonly results: Results;
  commit: OwnerCommit;
  /** Alerts that changed since the last checkpoint. */
  changes: AlertRecord[];
  lastCheckpointMillis: number;
  /** True from the take-up until a read found the end: the newest counts are not all in yet. */
  isBehind: boolean;
}

/** The owner's state as commit metadata. */
export function encodeOwner(owner: OwnerState): string {
  return JSON.stringify(owner);
}

/** The state of a committed text; all 0 when the text is not ours. */
export function decodeOwner(metadata: string | undefined): OwnerState {
  let parsed: Readonly<Record<string, unknown>> = {};
  try {
    parsed = JSON.parse(metadata ?? '') ?? {};
  } catch {
    // Older checkpoints left it empty.
  }
  const number = (name: keyof OwnerState) => (typeof parsed[name] === 'number' ? parsed[name] : 0);
  return { checkpoint: number('checkpoint'), published: number('published') };
}

/** What the owner of a partition committed last. */
export async function ownerCommit(log: DurableLog, partition: number): Promise<OwnerCommit | undefined> {
  const committed = await log.committed(GROUP_EVALUATOR, { topic: TOPIC_SLI, partition });
  return committed && { offset: committed.offset, owner: decodeOwner(committed.metadata) };
}
