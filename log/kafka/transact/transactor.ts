import { randomUUID } from 'node:crypto';
import type { Appended, OffsetCommit, TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GroupMembers } from '../group/group-members.ts';
import type { Ownership } from '../group/membership.ts';
import { commitOffsets, groupCommits } from '../offsets/commit-offsets.ts';
import type { PlacedAppend } from './transaction-batches.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** A producer and the ownership it was made under. */
interface Held {
  readonly producer: TransactionalProducer;
  readonly ownership: Ownership | undefined;
}

/**
 * Transactions, each under the transactional id of the partition whose position it commits first: whoever owns that
 * partition next fences whoever had it before. Transactions without a position go under an id of this handle.
 */
export class Transactor {
  readonly #cluster: Cluster;
  readonly #members: GroupMembers;
  readonly #handleId = `valet-${randomUUID()}`;
  readonly #held = new Map<string, Held>();

  constructor(cluster: Cluster, members: GroupMembers) {
    this.#cluster = cluster;
    this.#members = members;
  }

  /** What has been checked and placed already, all or nothing. */
  async transact(
    placed: readonly PlacedAppend[],
    commits: readonly OffsetCommit[],
  ): Promise<readonly Appended[]> {
    const grouped = groupCommits(this.#members, commits);
    const [only, ...others] = grouped;
    if (placed.length === 0 && others.length === 0) {
      // One group's positions are taken together by a plain commit as well.
      if (only) await commitOffsets(this.#cluster, only);
      return [];
    }
    const [first] = commits;
    const producer = first ? this.#producerOf(first.group, first) : this.#producer(this.#handleId, undefined);
    return producer.run({ placed, commits: grouped });
  }

  /**
   * A partition's position is held up by an open transaction. If the partition is this handle's, the transaction is a
   * former owner's and is aborted; else it is left to its owner.
   */
  resolveUnstable(group: string, of: TopicPartition): void {
    const membership = this.#members.find(group, of);
    if (membership)
      void this.#producerOf(group, of)
        .initialise()
        .catch(() => {});
  }

  #producerOf(group: string, of: TopicPartition): TransactionalProducer {
    const ownership = this.#members.find(group, of)?.ownership(of);
    return this.#producer(`valet-${group}-${of.topic}-${of.partition}`, ownership);
  }

  #producer(id: string, ownership: Ownership | undefined): TransactionalProducer {
    const held = this.#held.get(id);
    if (held && held.ownership === ownership) return held.producer;
    const producer = new TransactionalProducer(this.#cluster, id);
    this.#held.set(id, { producer, ownership });
    return producer;
  }
}
