import type { AssignmentListener, DurableLog, Membership, TopicPartition } from '../../../log/types.ts';

/** A member of a group that keeps account of what it owns. */
export class GroupRecorder implements AssignmentListener {
  readonly name: string;
  /** Partitions by `topic/partition`. */
  readonly owned = new Set<string>();
  /** `assigned` and `revoked` with their partitions, in order. */
  readonly events: string[] = [];
  /** Partitions that two members of the same account owned at once. */
  readonly overlaps: string[];
  /** What `revoked` waits for. */
  beforeRevoked: () => Promise<void> = async () => {};
  membership: Membership | undefined;
  readonly #account: Map<string, string>;

  /** Members that share the account must never own the same. */
  constructor(name: string, account = new Map<string, string>(), overlaps: string[] = []) {
    this.name = name;
    this.#account = account;
    this.overlaps = overlaps;
  }

  async join(log: DurableLog, group: string, topics: readonly string[]): Promise<this> {
    this.membership = await log.join(group, topics, this);
    return this;
  }

  assigned(partitions: readonly TopicPartition[]): void {
    this.events.push(`assigned ${partitions.map(keyOf)}`);
    for (const key of partitions.map(keyOf)) {
      const owner = this.#account.get(key);
      if (owner !== undefined) this.overlaps.push(`${key}: ${owner} and ${this.name}`);
      this.#account.set(key, this.name);
      this.owned.add(key);
    }
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.events.push(`revoked ${partitions.map(keyOf)}`);
    await this.beforeRevoked();
    for (const key of partitions.map(keyOf)) {
      this.#account.delete(key);
      this.owned.delete(key);
    }
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
