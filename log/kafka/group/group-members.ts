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

export interface OwnershipCheckOptions {
  readonly group: string;
  readonly membership: GroupMembership | undefined;
  readonly partitions: readonly TopicPartition[];
}

/** What a commit may rely on while it is repeated: the partitions stay with the member they were with at first. */
export class OwnershipCheck {
  readonly #cluster: Cluster;
  readonly #group: string;
  readonly #membership: GroupMembership | undefined;
  readonly #owned: readonly (Ownership | undefined)[];

  constructor(cluster: Cluster, options: OwnershipCheckOptions) {
    const { group, membership, partitions } = options;
    this.#cluster = cluster;
    this.#group = group;
    this.#membership = membership;
    this.#owned = partitions.map((of) => membership?.ownership(of));
  }

  /**
   * Whom to commit as now; throws `fenced` when a partition is gone or came anew, or its topic was made anew: what was
   * read of the new one must not be taken for the old one's.
   */
  identity(): MemberIdentity {
    if (!this.#membership) return NO_MEMBER;
    for (const owned of this.#owned)
      if (owned && (this.#membership.ownership(owned.of) !== owned || this.#isRenewed(owned)))
        throw notOwned(this.#group, owned.of);
    return this.#membership.identity;
  }

  #isRenewed({ of, topicId }: Ownership): boolean {
    const known = this.#cluster.knownTopic(of.topic, Number.POSITIVE_INFINITY);
    return known !== undefined && known.id !== topicId;
  }

  /** After the coordinator has refused the identity: whether it may be tried with another one. */
  mayRepeat(identity: MemberIdentity): boolean {
    return this.#membership?.wasOutdated(identity) ?? false;
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
