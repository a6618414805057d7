import { randomUUID } from 'node:crypto';
import type { Appended, TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GroupMembers } from '../group/group-members.ts';
import type { Ownership } from '../group/membership.ts';
import { commitOffsets, type GroupCommit } from '../offsets/commit-offsets.ts';
import { type PreparedTransaction, TransactionalProducer } from './transactional-producer.ts';

/** A producer and the ownership it was made under. */
interface Known {
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
  readonly #known = new Map<string, Known>();

  constructor(cluster: Cluster, members: GroupMembers) {
    this.#cluster = cluster;
    this.#members = members;
  }

  /** What has been checked and placed already, all or nothing. */
  async transact(transaction: PreparedTransaction): Promise<readonly Appended[]> {
    const { placed, commits } = transaction;
    const [first, ...others] = commits;
    if (placed.length === 0 && others.length === 0) {
      // One group's positions are taken together by a plain commit as well.
      if (first) await commitOffsets(this.#cluster, first);
      return [];
    }
    return this.#producerFor(first).run(transaction);
  }

  /**
   * A partition's position is held up by an open transaction. If the partition is this handle's, the transaction is a
   * former owner's and is aborted; else it is left to its owner.
   */
  resolveUnstable(group: string, of: TopicPartition): void {
    const ownership = this.#members.find(group, of)?.ownership(of);
    if (ownership)
      void this.#producer(idOf(group, of), ownership)
        .initialise()
        .catch(() => {});
  }

  #producerFor(commit: GroupCommit | undefined): TransactionalProducer {
    const [first] = commit?.commits ?? [];
    return first && commit
      ? this.#producer(idOf(commit.group, first), commit.held.first)
      : this.#producer(this.#handleId, undefined);
  }

  #producer(id: string, ownership: Ownership | undefined): TransactionalProducer {
    const known = this.#known.get(id);
    if (known && known.ownership === ownership) return known.producer;
    const producer = new TransactionalProducer(this.#cluster, id);
    this.#known.set(id, { producer, ownership });
    return producer;
  }
}

/** The transactional id of a partition's owner. */
function idOf(group: string, { topic, partition }: TopicPartition): string {
  return `valet-${group}-${topic}-${partition}`;
}
