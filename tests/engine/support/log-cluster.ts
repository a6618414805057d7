/**
 * A log in memory with several handles on it, as several processes have: consumer groups give partitions out, take
 * them away and refuse commits of who does not own them. Transactions leave markers that occupy offsets, fail before
 * or after they took effect, and may show in compacted topics later than elsewhere.
 */
import { LogError } from '../../../log/errors.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type {
  AssignmentListener,
  DurableLog,
  LogRead,
  Membership,
  OffsetBounds,
  ReadOptions,
  TopicPartition,
  Transaction,
} from '../../../log/types.ts';
import { TOPIC_SLI } from '../../../schemas/names.ts';

/** What the next transaction of a handle does. */
export type Fault = 'none' | 'fails before' | 'fails after' | 'shows late';

interface Member {
  readonly handle: ClusterHandle;
  readonly group: string;
  readonly topics: readonly string[];
  readonly listener: AssignmentListener;
  owned: TopicPartition[];
  /** Taken away without the member knowing. */
  orphans: TopicPartition[];
}

const MARKER = 'marker';
const LATE_LOOKS = 4;

/** See above. */
export class LogCluster {
  readonly log: MemoryLog;
  readonly #members: Member[] = [];
  readonly #late = new Map<string, { readonly end: number; looks: number }>();
  /** Members come and go one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #markers = 0;

  constructor(now: () => number) {
    this.log = new MemoryLog({ now });
  }

  /** A handle of a process of its own. */
  open(): ClusterHandle {
    return new ClusterHandle(this);
  }

  /** Whom the member of the handle owns in a group. */
  owned(handle: ClusterHandle, group: string): readonly TopicPartition[] {
    return this.#members
      .filter((each) => each.handle === handle && each.group === group)
      .flatMap((each) => each.owned);
  }

  async join(
    handle: ClusterHandle,
    join: Pick<Member, 'group' | 'topics' | 'listener'>,
  ): Promise<Membership> {
    const member: Member = { handle, ...join, owned: [], orphans: [] };
    await this.#inTurn(async () => {
      this.#members.push(member);
      await this.#rebalance(join.group);
    });
    return { close: () => this.#inTurn(() => this.#leave(member)) };
  }

  /**
   * Gives the group's partitions out anew: to the member `choose` says, or in turn. Partitions change hands one by
   * one: the former owner has let go before the next one gets it.
   */
  rebalance(group: string, choose?: (partition: number, members: number) => number): Promise<void> {
    return this.#inTurn(() => this.#rebalance(group, choose));
  }

  /** The process hangs: the others get what it had, and it does not know. */
  expel(handle: ClusterHandle): Promise<void> {
    return this.#inTurn(() => this.#expel(handle));
  }

  /** The process is gone; nobody told it to end anything. */
  kill(handle: ClusterHandle): Promise<void> {
    handle.isDead = true;
    return this.#inTurn(async () => {
      const gone = this.#members.filter((member) => member.handle === handle);
      for (const member of gone) this.#members.splice(this.#members.indexOf(member), 1);
      for (const group of new Set(gone.map((member) => member.group))) await this.#rebalance(group);
    });
  }

  /** Commits what a handle hands in, if it may. */
  async transact(handle: ClusterHandle, transaction: Transaction, fault: Fault) {
    if (fault === 'shows late') await this.#hide(transaction);
    for (const commit of transaction.commits) {
      const joined = this.#members.filter((each) => each.handle === handle && each.group === commit.group);
      const isOwner = joined.some(({ owned }) => owned.some((each) => isSame(each, commit)));
      if (!isOwner) throw new LogError('fenced', 'Cannot commit as another member owns the partition');
    }
    if (fault === 'fails before') throw new LogError('log-failed', 'Cannot commit');
    const appends = transaction.appends.map((append) => {
      this.#markers += 1;
      const marker = {
        key: `${MARKER}|${this.#markers}`,
        headers: { [MARKER]: '' },
        value: Buffer.from('x'),
      };
      return { ...append, records: [...append.records, marker] };
    });
    const appended = await this.log.transact({ ...transaction, appends });
    if (fault === 'fails after') throw new LogError('log-failed', 'Cannot tell whether it was committed');
    return appended;
  }

  async bounds(of: TopicPartition): Promise<OffsetBounds> {
    const { first, next } = await this.log.bounds(of);
    return { first, next: Math.min(next, this.#visibleEnd(of)) };
  }

  async read(of: TopicPartition, from: number, options?: ReadOptions): Promise<LogRead> {
    const end = this.#visibleEnd(of);
    if (from >= end) return { from, records: [], next: from };
    const read = await this.log.read(of, from, options);
    const records = read.records.filter(({ offset, headers }) => offset < end && !(MARKER in headers));
    return { from: read.from, records, next: Math.min(read.next, end) };
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #rebalance(group: string, choose?: (partition: number, members: number) => number): Promise<void> {
    const members = this.#members.filter((member) => member.group === group);
    for (const member of members) await this.#returnOrphans(member);
    const first = members[0];
    if (first === undefined) return;
    for (const of of await this.#partitions(first.topics)) {
      const index = choose?.(of.partition, members.length) ?? of.partition;
      const next = members[index % members.length] as Member;
      const owner = members.find((member) => member.owned.some((each) => isSame(each, of)));
      if (owner === next) continue;
      if (owner !== undefined) await this.#revoke(owner, [of]);
      next.owned.push(of);
      await next.listener.assigned([of]);
    }
  }

  async #expel(handle: ClusterHandle): Promise<void> {
    for (const member of this.#members.filter((each) => each.handle === handle)) {
      member.orphans.push(...member.owned.splice(0));
      // Who hangs as well gets nothing.
      const others = this.#members.filter(
        (each) => each.group === member.group && each !== member && each.orphans.length === 0,
      );
      if (others.length === 0) continue;
      for (const of of member.orphans) {
        const heir = others[of.partition % others.length] as Member;
        heir.owned.push(of);
        await heir.listener.assigned([of]);
      }
    }
  }

  /** The transaction's records in compacted topics are not shown for some looks. */
  async #hide({ appends }: Transaction): Promise<void> {
    for (const { topic, partition = 0 } of appends.filter((append) => append.topic !== TOPIC_SLI)) {
      const { next } = await this.log.bounds({ topic, partition });
      this.#late.set(`${topic}/${partition}`, { end: next, looks: LATE_LOOKS });
    }
  }

  #visibleEnd({ topic, partition }: TopicPartition): number {
    const late = this.#late.get(`${topic}/${partition}`);
    if (late === undefined) return Number.POSITIVE_INFINITY;
    late.looks -= 1;
    if (late.looks === 0) this.#late.delete(`${topic}/${partition}`);
    return late.end;
  }

  async #partitions(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    const all = await Promise.all(
      topics.map(async (topic) => {
        const count = await this.log.partitionCount(topic);
        return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
      }),
    );
    return all.flat();
  }

  async #leave(member: Member): Promise<void> {
    await this.#returnOrphans(member);
    await this.#revoke(member, [...member.owned]);
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    await this.#rebalance(member.group);
  }

  async #returnOrphans(member: Member): Promise<void> {
    const orphans = member.orphans.splice(0);
    if (orphans.length > 0 && !member.handle.isDead) await member.listener.revoked(orphans);
  }

  async #revoke(member: Member, given: readonly TopicPartition[]): Promise<void> {
    if (given.length > 0 && !member.handle.isDead) await member.listener.revoked(given);
    member.owned = member.owned.filter((of) => !given.some((each) => isSame(each, of)));
  }
}

/** One process's handle. */
export class ClusterHandle implements DurableLog {
  readonly #cluster: LogCluster;
  /** Every call fails from then on. */
  isDead = false;
  nextFault: Fault = 'none';
  /** Awaited by each transaction on its way to the log. */
  beforeTransact: () => Promise<void> = () => Promise.resolve();
  /** Awaited by each read when its records are on their way back. */
  afterRead: (of: TopicPartition) => Promise<void> = () => Promise.resolve();

  constructor(cluster: LogCluster) {
    this.#cluster = cluster;
  }

  ensureTopic: DurableLog['ensureTopic'] = (topic, options) => this.#live().log.ensureTopic(topic, options);
  identity: DurableLog['identity'] = (topic) => this.#live().log.identity(topic);
  partitionCount: DurableLog['partitionCount'] = (topic) => this.#live().log.partitionCount(topic);
  maxRecordBytes: DurableLog['maxRecordBytes'] = (topic) => this.#live().log.maxRecordBytes(topic);
  append: DurableLog['append'] = (topic, records, partition) =>
    this.#live().log.append(topic, records, partition);
  read: DurableLog['read'] = async (of, from, options) => {
    const read = await this.#live().read(of, from, options);
    await this.afterRead(of);
    return read;
  };
  bounds: DurableLog['bounds'] = (of) => this.#live().bounds(of);
  committed: DurableLog['committed'] = (group, of) => this.#live().log.committed(group, of);
  freeBytes: DurableLog['freeBytes'] = (topics) => this.#live().log.freeBytes(topics);
  truncate: DurableLog['truncate'] = (of, before) => this.#live().log.truncate(of, before);
  commit: DurableLog['commit'] = async (commits) => {
    await this.transact({ appends: [], commits });
  };

  async join(group: string, topics: readonly string[], listener: AssignmentListener): Promise<Membership> {
    return await this.#live().join(this, { group, topics, listener });
  }

  async transact(transaction: Transaction) {
    const fault = this.nextFault;
    this.nextFault = 'none';
    await this.beforeTransact();
    return await this.#live().transact(this, transaction, fault);
  }

  async close(): Promise<void> {
    this.isDead = true;
  }

  #live(): LogCluster {
    if (this.isDead) throw new LogError('log-closed', 'Cannot use the log as the process is gone');
    return this.#cluster;
  }
}

function isSame(one: TopicPartition, other: TopicPartition): boolean {
  return one.topic === other.topic && one.partition === other.partition;
}
