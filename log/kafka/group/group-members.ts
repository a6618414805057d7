import type { Logger } from 'pino';
import { LogError } from '../../errors.ts';
import type { AssignmentListener, Membership, TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { GroupMembership, type MemberIdentity, type Ownership } from './membership.ts';

/** The groups this handle is, or was, a member of. */
export class GroupMembers {
  readonly #cluster: Cluster;
  readonly #logger: Logger;
  readonly #joined = new Set<string>();
  readonly #members = new Set<GroupMembership>();

  constructor(cluster: Cluster, logger: Logger) {
    this.#cluster = cluster;
    this.#logger = logger;
  }

  async join(group: string, topics: readonly string[], listener: AssignmentListener): Promise<Membership> {
    for (const topic of topics) await this.#cluster.topic(topic);
    const options = { cluster: this.#cluster, logger: this.#logger, group, topics, listener };
    const membership = new GroupMembership(options);
    this.#members.add(membership);
    try {
      await membership.join();
    } catch (error) {
      this.#members.delete(membership);
      throw error;
    }
    this.#joined.add(group);
    return {
      close: () => membership.close().finally(() => this.#members.delete(membership)),
    };
  }

  /** The membership that has the partition. */
  find(group: string, of: TopicPartition): GroupMembership | undefined {
    for (const member of this.#members) if (member.group === group && member.ownership(of)) return member;
    return undefined;
  }

  /**
   * The membership that has the partition, undefined for a group never joined; {@link LogError} `fenced` when this
   * handle has joined the group and does not have it.
   */
  owner(group: string, of: TopicPartition): GroupMembership | undefined {
    const member = this.find(group, of);
    if (!member && this.#joined.has(group)) throw notOwned(group, of);
    return member;
  }

  /** Gives up all memberships. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
  }
}

/** A membership as commits see it. */
export type Owner = Pick<GroupMembership, 'identity' | 'ownership' | 'wasOutdated'>;

export interface HeldOptions {
  readonly group: string;
  /** Undefined for a group this handle never joined. */
  readonly owner: Owner | undefined;
  readonly partitions: readonly TopicPartition[];
}

/**
 * Partitions as they are in this member's hands now. What is committed of them, however long that takes, counts only
 * while they stay there: once they were away, others have gone on from what was committed before.
 */
export class Held {
  readonly #cluster: Pick<Cluster, 'knownTopic'>;
  readonly #group: string;
  readonly #owner: Owner | undefined;
  readonly #taken: readonly { readonly of: TopicPartition; readonly ownership: Ownership | undefined }[];

  constructor(cluster: Pick<Cluster, 'knownTopic'>, { group, owner, partitions }: HeldOptions) {
    this.#cluster = cluster;
    this.#group = group;
    this.#owner = owner;
    this.#taken = partitions.map((of) => ({ of, ownership: owner?.ownership(of) }));
  }

  /** The ownership of the first of them. */
  get first(): Ownership | undefined {
    return this.#taken[0]?.ownership;
  }

  /**
   * Whom to commit as now; throws `fenced` when a partition is gone or came anew, or its topic was made anew: what was
   * read of the new one must not be taken for the old one's.
   */
  identity(): MemberIdentity {
    if (!this.#owner) return NO_MEMBER;
    const { identity } = this.#owner;
    // In a transaction a broker takes positions from nobody in particular as well, whoever has the partitions.
    const isNobody = identity.memberId === NO_MEMBER.memberId;
    for (const { of, ownership } of this.#taken) {
      const isTaken = ownership && this.#owner.ownership(of) === ownership && !this.#isRenewed(ownership);
      if (isNobody || !isTaken) throw notOwned(this.#group, of);
    }
    return identity;
  }

  /** After the coordinator has refused the identity: whether it may be tried with another one. */
  mayRepeat(identity: MemberIdentity): boolean {
    return this.#owner?.wasOutdated(identity) ?? false;
  }

  #isRenewed({ of, topicId }: Ownership): boolean {
    const known = this.#cluster.knownTopic(of.topic, Number.POSITIVE_INFINITY);
    return known !== undefined && known.id !== topicId;
  }
}

/** How one commits who is no member: the broker takes it while the group has none. */
const NO_MEMBER: MemberIdentity = { memberId: '', generation: -1 };

function notOwned(group: string, { topic, partition }: TopicPartition): LogError {
  return new LogError(
    'fenced',
    `Cannot commit partition ${partition} of topic "${topic}" as this member of group "${group}" does not have it`,
  );
}
