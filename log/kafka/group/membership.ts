/**
 * A member of a consumer group. Partitions change hands one by one: while the group meets, everybody goes on working;
 * what has to move is given back by its owner, and the group meets again to give it out. Invariants:
 *
 * 1. A partition is owned from before `assigned` is called until after `revoked` has resolved.
 * 2. Heartbeats go on while the listener works; only while the group meets there are none.
 * 3. When the membership is lost, ownership ends at once: commits are refused before the listener hears of it.
 * 4. It joins again, for ever.
 */
import type { Logger } from 'pino';
import { LogError } from '../../errors.ts';
import type { AssignmentListener, Membership, TopicPartition } from '../../types.ts';
import { type Cluster, OPERATION_LIMIT_MILLIS } from '../cluster/cluster.ts';
import { logClosed, Unsettled } from '../cluster/failures.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import { pauseMillis } from '../cluster/pause.ts';
import type { KafkaTopic } from '../cluster/topic-directory.ts';
import { GroupSession, type Meeting, MembershipLost, RebalanceNeeded } from './group-session.ts';
import { Heartbeats } from './heartbeats.ts';
import { WATCH_MILLIS } from './timings.ts';

export interface MembershipOptions {
  readonly cluster: Cluster;
  readonly logger: Logger;
  readonly group: string;
  readonly topics: readonly string[];
  readonly listener: AssignmentListener;
}

/** A partition in this member's hands; another object when it comes back after it was given away. */
export interface Ownership {
  readonly of: TopicPartition;
  /** The topic as it was then. */
  readonly topicId: string;
}

/** By which the coordinator knows whose commit it is. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly generation: number;
}

const LEAVE_LIMIT_MILLIS = 3000;

export class GroupMembership implements Membership {
  readonly #options: MembershipOptions;
  readonly #session: GroupSession;
  readonly #heartbeats: Heartbeats;
  readonly #owned = new Map<string, Ownership>();
  readonly #first = Promise.withResolvers<void>();
  /** Lost, and the listener has not heard of it. */
  #orphans: readonly Ownership[] = [];
  /** Given back right now. */
  #leavingHands: ReadonlySet<Ownership> = new Set();
  #counts: Meeting['counts'];
  #isMeeting = true;
  #isRebalanceNeeded = false;
  #isLeaving = false;
  #wake = Promise.withResolvers<undefined>();
  #ended: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { cluster } = options;
    this.#session = new GroupSession(cluster, options);
    this.#heartbeats = new Heartbeats({
      cluster,
      session: this.#session,
      onRebalance: () => this.#needRebalance(),
      onLost: () => this.#lose(),
    });
  }

  get group(): string {
    return this.#options.group;
  }

  /** Whom to commit as. */
  get identity(): MemberIdentity {
    const { memberId, generation } = this.#session;
    return { memberId, generation };
  }

  /** Resolves when the first partitions have been handed over; rejects when the group cannot be joined. */
  async join(): Promise<void> {
    this.#ended = this.#run();
    await this.#first.promise;
  }

  /** The partition as this member has it now; undefined when it does not. */
  ownership(of: TopicPartition): Ownership | undefined {
    return this.#owned.get(keyOf(of));
  }

  /** The coordinator has refused this identity; true when there will be another one, so that it may be tried again. */
  wasOutdated({ memberId, generation }: MemberIdentity): boolean {
    const now = this.identity;
    if (this.#isMeeting || now.memberId !== memberId || now.generation !== generation) return true;
    this.#lose();
    return false;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { cluster, logger, group } = this.#options;
    this.#isLeaving = true;
    this.#first.promise.catch(() => {});
    this.#first.reject(logClosed());
    this.#wake.resolve(undefined);
    // The others may keep a meeting waiting for long.
    if (this.#isMeeting) await this.#session.breakOff();
    await this.#ended;
    await this.#revoke([...this.#orphans, ...this.#owned.values()]);
    this.#heartbeats.stop();
    const deadline = performance.now() + LEAVE_LIMIT_MILLIS;
    await cluster
      .attempt(`leave group "${group}"`, () => this.#session.leave(), { deadline })
      .catch((err: unknown) => logger.warn({ err, group }, 'left the group without its coordinator knowing'));
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const joinBy = performance.now() + OPERATION_LIMIT_MILLIS;
    let hasJoined = false;
    for (let failures = 0; !this.#isLeaving && !this.#options.cluster.closed; ) {
      await this.#revoke(this.#orphans);
      try {
        const meeting = await this.#meet();
        await this.#apply(meeting);
        this.#first.resolve();
        hasJoined = true;
        failures = 0;
      } catch (error) {
        if (!hasJoined && isHopeless(error, joinBy)) return this.#first.reject(this.#settled(error));
        await this.#afterFailure(error, failures++);
        continue;
      }
      await this.#untilCalled();
    }
  }

  /** Who joins is told in the log's own terms, and may try again. */
  #settled(error: unknown): unknown {
    if (!(error instanceof Unsettled)) return error;
    const { group } = this.#options;
    return new LogError('log-failed', `Cannot join group "${group}" in time: ${error.message}`, {
      cause: error,
    });
  }

  async #meet(): Promise<Meeting> {
    this.#heartbeats.stop();
    this.#isMeeting = true;
    this.#isRebalanceNeeded = false;
    const meeting = await this.#session.meet([...this.#owned.values()].map(({ of }) => of));
    this.#isMeeting = false;
    this.#heartbeats.start();
    return meeting;
  }

  async #afterFailure(error: unknown, failures: number): Promise<void> {
    const { cluster, logger, group } = this.#options;
    if (error instanceof MembershipLost || this.#heartbeats.isSessionOver) this.#lose();
    const isExpected =
      error instanceof MembershipLost || error instanceof RebalanceNeeded || error instanceof Unsettled;
    if (!isExpected && !cluster.closed) logger.error({ err: error, group }, 'cannot join the group');
    if (failures > 0 || !isExpected) await cluster.sleep(pauseMillis(failures));
  }

  async #apply({ assigned, counts }: Meeting): Promise<void> {
    this.#counts = counts;
    const keys = new Set(assigned.map(keyOf));
    const surplus = [...this.#owned.values()].filter(({ of }) => !keys.has(keyOf(of)));
    if (surplus.length > 0) {
      await this.#revoke(surplus);
      // The others can have it now.
      this.#isRebalanceNeeded = true;
    }
    if (!this.#isLeaving && this.#orphans.length === 0)
      await this.#assign(assigned.filter((of) => !this.#owned.has(keyOf(of))));
  }

  async #assign(added: readonly TopicPartition[]): Promise<void> {
    if (added.length === 0) return;
    const names = new Set(added.map(({ topic }) => topic));
    const ids = new Map((await this.#findTopics([...names], 0)).map(({ name, id }) => [name, id]));
    for (const of of added) this.#owned.set(keyOf(of), { of, topicId: ids.get(of.topic) ?? '' });
    await this.#tell('assigned', added);
  }

  async #revoke(given: readonly Ownership[]): Promise<void> {
    this.#orphans = this.#orphans.filter((orphan) => !given.includes(orphan));
    if (given.length === 0) return;
    this.#leavingHands = new Set(given);
    await this.#tell(
      'revoked',
      given.map(({ of }) => of),
    );
    this.#leavingHands = new Set();
    for (const ownership of given)
      if (this.ownership(ownership.of) === ownership) this.#owned.delete(keyOf(ownership.of));
  }

  async #tell(what: 'assigned' | 'revoked', partitions: readonly TopicPartition[]): Promise<void> {
    const { listener, logger, group } = this.#options;
    try {
      await listener[what](partitions.toSorted(byTopicAndPartition));
    } catch (err) {
      logger.error({ err, group, partitions }, `the listener failed as partitions were ${what}`);
    }
  }

  /** Until the group meets again, the membership is lost, or it ends. */
  async #untilCalled(): Promise<void> {
    const isCalled = () =>
      this.#isRebalanceNeeded || this.#orphans.length > 0 || this.#isLeaving || this.#options.cluster.closed;
    while (!isCalled()) {
      await this.#orCalled(this.#options.cluster.sleep(WATCH_MILLIS));
      if (isCalled()) return;
      const topics = await this.#orCalled(this.#findTopics(this.#options.topics, WATCH_MILLIS));
      if (topics && !isCalled()) await this.#compare(topics);
    }
  }

  /** The result, or undefined when something calls first. */
  #orCalled<Result>(result: Promise<Result>): Promise<Result | undefined> {
    this.#wake = Promise.withResolvers();
    return Promise.race([result, this.#wake.promise]);
  }

  async #findTopics(names: readonly string[], maxAgeMillis: number): Promise<readonly KafkaTopic[]> {
    const { cluster } = this.#options;
    const found = names.map((name) => cluster.findTopic(name, maxAgeMillis).catch(() => undefined));
    return (await Promise.all(found)).filter((topic) => topic !== undefined);
  }

  /** More partitions: the group has to meet. Made anew: its partitions are handed over once more. */
  async #compare(topics: readonly KafkaTopic[]): Promise<void> {
    const renewed: Ownership[] = [];
    for (const { name, id, leaders } of topics) {
      if (this.#counts && this.#counts.get(name) !== leaders.length) this.#isRebalanceNeeded = true;
      for (const ownership of this.#owned.values())
        if (ownership.of.topic === name && ownership.topicId !== id) renewed.push(ownership);
    }
    await this.#revoke(renewed);
    if (this.#orphans.length === 0) await this.#assign(renewed.map(({ of }) => of));
  }

  #needRebalance(): void {
    this.#isRebalanceNeeded = true;
    this.#wake.resolve(undefined);
  }

  #lose(): void {
    const { logger, group } = this.#options;
    const lost = [...this.#owned.values()].filter((ownership) => !this.#leavingHands.has(ownership));
    this.#owned.clear();
    this.#orphans = [...this.#orphans, ...lost];
    if (lost.length > 0)
      logger.warn({ group, partitions: lost.length }, 'the membership in the group was lost');
    this.#needRebalance();
  }
}

/** What does not get better within the time that joining may take. */
function isHopeless(error: unknown, joinBy: number): boolean {
  if (error instanceof Unsettled) return performance.now() > joinBy;
  return !(error instanceof RebalanceNeeded || error instanceof MembershipLost);
}

function byTopicAndPartition(one: TopicPartition, other: TopicPartition): number {
  return one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : one.partition - other.partition;
}
