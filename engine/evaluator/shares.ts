/**
 * The partitions of `valet_sli` this engine owns.
 *
 * 1. Partitions come and go at any time; each is taken up where its owner before left it, by itself.
 * 2. What is committed names the owner's offset too: a partition another member has taken over refuses it, and is
 *    left to that member.
 * 3. After a transaction that failed, whichever way, its partitions are taken up again: it may have been committed.
 * All but `assign` and `revoke` run one at a time, by the caller's care.
 */
import type { Logger } from 'pino';
import type { DurableLog, OffsetCommit, TransactionAppend } from '../../log/types.ts';
import { GROUP_EVALUATOR, TOPIC_SLI } from '../../schemas/names.ts';
import type { EngineReplica } from '../core/replica.ts';
import { transactParts } from '../fenced.ts';
import type { Results } from '../results/results.ts';
import { encodeOwner, type OwnerCommit, type Share } from './share.ts';
import { takeUp } from './take-up.ts';

export interface SharesOptions {
  readonly log: DurableLog;
  readonly replica: EngineReplica;
  readonly refreshDefinitions: () => Promise<void>;
  readonly makeResults: (partition: number) => Results;
  /** Told of a partition that is held no more. */
  readonly onLeft: (partition: number) => void;
  readonly logger: Logger;
}

/** What to append for a partition, and what its commit is to be. */
export interface Piece {
  readonly share: Share;
  readonly append: TransactionAppend;
  readonly commit: OwnerCommit;
}

/** A partition given to this engine; without a share until it is taken up. */
interface Assignment {
  share?: Share;
}

/** See above. */
export class Shares {
  readonly #options: SharesOptions;
  readonly #assigned = new Map<number, Assignment>();

  constructor(options: SharesOptions) {
    this.#options = options;
  }

  /** Partitions to take up; one held already is taken up anew. */
  assign(partitions: readonly number[]): void {
    for (const partition of partitions) this.#assigned.set(partition, {});
  }

  /** Partitions to hold no more: nothing is committed for them from here on. */
  revoke(partitions: readonly number[]): void {
    for (const partition of partitions) this.#assigned.delete(partition);
  }

  /** Forgets what is known of partitions that were revoked. */
  forget(partitions: readonly number[]): void {
    for (const partition of partitions) if (!this.#assigned.has(partition)) this.#left(partition);
  }

  /** The partitions taken up. */
  all(): readonly Share[] {
    return [...this.#assigned.values()].flatMap(({ share }) => (share === undefined ? [] : [share]));
  }

  /** A partition; undefined when it is not this engine's or not taken up. */
  get(partition: number): Share | undefined {
    return this.#assigned.get(partition)?.share;
  }

  /** Takes up what was assigned since the last time. */
  async takeUp(): Promise<void> {
    const waiting = [...this.#assigned].filter(([, { share }]) => share === undefined);
    if (waiting.length === 0) return;
    const { log, refreshDefinitions } = this.#options;
    await refreshDefinitions();
    const identity = await log.identity(TOPIC_SLI);
    const taken = await Promise.allSettled(
      waiting.map(async ([partition, assignment]) => {
        const isWanted = () => this.#assigned.get(partition) === assignment;
        const share = await takeUp(partition, { ...this.#options, identity, isWanted });
        if (isWanted()) assignment.share = share;
      }),
    );
    for (const each of taken) if (each.status === 'rejected') throw each.reason;
    const partitions = waiting.map(([partition]) => partition);
    this.#options.logger.info({ partitions }, 'partitions of partial counts taken up');
  }

  /** Commits the pieces of partitions still owned; resolves with their shares, without those taken over. */
  async commit(all: readonly Piece[]): Promise<readonly Share[]> {
    const { log } = this.#options;
    const pieces = all.filter(({ share }) => this.get(share.partition) === share);
    if (pieces.length === 0) return [];
    try {
      const build = (parts: readonly Piece[]) => ({
        appends: parts.map(({ append }) => append),
        commits: parts.map(offsetCommit),
      });
      const fenced = await transactParts(log, { parts: pieces, build });
      for (const { share } of fenced) this.#leave(share);
      const done = pieces.filter((piece) => !fenced.has(piece));
      for (const { share, commit } of done) share.commit = commit;
      return done.map(({ share }) => share);
    } catch (error) {
      for (const { share } of pieces) this.retake(share);
      throw error;
    }
  }

  /** What is known of the partition may not be what the log has: `takeUp` takes it up again. */
  retake(share: Share): void {
    const assignment = this.#assigned.get(share.partition);
    if (assignment?.share === share) delete assignment.share;
  }

  #leave(share: Share): void {
    const { partition } = share;
    if (this.get(partition) !== share) return;
    this.#options.logger.info({ partition }, 'another engine owns the partition now');
    this.#assigned.delete(partition);
    this.#left(partition);
  }

  #left(partition: number): void {
    this.#options.replica.drop(partition);
    this.#options.onLeft(partition);
  }
}

function offsetCommit({ share: { partition }, commit: { offset, owner } }: Piece): OffsetCommit {
  return { group: GROUP_EVALUATOR, topic: TOPIC_SLI, partition, offset, metadata: encodeOwner(owner) };
}
