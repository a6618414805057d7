/**
 * Takes up a partition of `valet_sli` where its owner before left it.
 *
 * 1. What was committed is asked for first: the answer waits for a transaction of the owner before to end, and that
 *    owner can begin none any more.
 * 2. The state is then read at least up to the checkpoint committed.
 * 3. `valet_sli` is read on from the offset the state names; where the log is another one, from its beginning.
 */
import type { Logger } from 'pino';
import { isSameLog } from '../../log/identity.ts';
import type { DurableLog } from '../../log/types.ts';
import { TOPIC_SLI } from '../../schemas/names.ts';
import type { PartitionReplica } from '../core/replica/partition-replica.ts';
import type { EngineReplica } from '../core/replica.ts';
import { readState } from '../read-state.ts';
import type { Results } from '../results/results.ts';
import { ownerCommit, type Share } from './share.ts';

export interface TakeUpOptions {
  readonly log: DurableLog;
  /** Of `valet_sli`. */
  readonly identity: string;
  readonly replica: EngineReplica;
  readonly makeResults: (partition: number) => Results;
  /** False when the partition has been given away meanwhile. */
  readonly isWanted: () => boolean;
  readonly logger: Logger;
}

/** Resolves with the partition's state, ready to go on. Definitions must be known. */
export async function takeUp(partition: number, options: TakeUpOptions): Promise<Share> {
  const { log, identity, replica, makeResults, isWanted, logger } = options;
  const commit = await ownerCommit(log, partition);
  const state = replica.renew(partition);
  const atLeast = commit?.owner.checkpoint ?? 0;
  const isWhole = await readState(log, { partition, replica: state, atLeast, isWanted });
  if (!isWhole && isWanted()) {
    logger.error({ partition, checkpoint: atLeast }, 'the state committed last is gone from the log');
  }
  await placeInLog(state, partition, options);
  const results = makeResults(partition);
  results.recover();
  const checkpoint = Math.max(atLeast, state.progress?.checkpoint ?? 0);
  const owner = { checkpoint, published: commit?.owner.published ?? 0 };
  return {
    partition,
    identity,
    replica: state,
    results,
    commit: { offset: commit?.offset ?? state.position, owner },
    changes: [],
    lastCheckpointMillis: Number.NEGATIVE_INFINITY,
    isBehind: true,
  };
}

/** Sets the position right when the log is not the one it belongs to, or ends before it. */
async function placeInLog(
  state: PartitionReplica,
  partition: number,
  { log, logger, identity }: TakeUpOptions,
): Promise<void> {
  const { progress, position } = state;
  const { first, next } = await log.bounds({ topic: TOPIC_SLI, partition });
  const isOurs = progress?.identity === undefined || isSameLog(progress.identity, identity);
  if (isOurs && position <= next) return;
  state.reached(isOurs ? next : first);
  logger.error(
    { partition, position, first, next },
    'partial counts begin anew: what was not evaluated is lost',
  );
}
