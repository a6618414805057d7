import { heartbeatV4, joinGroupV9, leaveGroupV5, syncGroupV5 } from '@platformatic/kafka';
import { LogError } from '../../errors.ts';
import type { TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, deniesMember, passes } from '../cluster/codes.ts';
import { nameOf, unsettled } from '../cluster/failures.ts';
import { Lane, meetingLane } from '../cluster/lanes.ts';
import { assignPartitions, type GroupMemberState } from './assign-partitions.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts';
import { HEARTBEAT_TIMEOUT_MILLIS, REBALANCE_MILLIS, SESSION_MILLIS } from './timings.ts';

/** The group no longer knows the member as it is: whatever it had is lost. */
export class MembershipLost extends Error {}

/** The group is meeting again: come. */
export class RebalanceNeeded extends Error {}

const PROTOCOL_TYPE = 'consumer';
/** All members of a group have to speak the same: the name changes with `assign-partitions.ts`. */
const PROTOCOL_NAME = 'valet-sticky-1';
/** Beside the time that the meeting itself may take. */
const MEETING_MARGIN_MILLIS = 10_000;

/** Outcome of a meeting. */
export interface Meeting {
  readonly assigned: readonly TopicPartition[];
  /** Partitions by topic when this member did the assignment: it has to see when they change. */
  readonly counts: ReadonlyMap<string, number> | undefined;
}

/**
 * A member as its group's coordinator knows it. Requests throw `Unsettled` without an answer, {@link MembershipLost}
 * and {@link RebalanceNeeded} as the coordinator says, and a `log-failed` when it refuses for good.
 */
export class GroupSession {
  readonly #cluster: Cluster;
  readonly #group: string;
  readonly #topics: readonly string[];
  readonly #meetingLane: string;
  memberId = '';
  generation = -1;

  constructor(cluster: Cluster, options: { readonly group: string; readonly topics: readonly string[] }) {
    this.#cluster = cluster;
    this.#group = options.group;
    this.#topics = options.topics;
    this.#meetingLane = meetingLane(options.group);
  }

  /** Meets with the others; resolves when all have come and the partitions are given out. */
  async meet(owned: readonly TopicPartition[]): Promise<Meeting> {
    const coordination = {
      kind: 'group',
      key: this.#group,
      lane: this.#meetingLane,
      requestTimeoutMillis: REBALANCE_MILLIS + MEETING_MARGIN_MILLIS,
    } as const;
    return this.#cluster.atCoordinator(coordination, async (connection) => {
      const subscription = { topics: this.#topics, owned, generation: this.generation };
      const protocols = [{ name: PROTOCOL_NAME, metadata: encodeSubscription(subscription) }];
      const joined = await this.#cluster.ask(
        connection,
        joinGroupV9.api,
        this.#group,
        SESSION_MILLIS,
        REBALANCE_MILLIS,
        this.memberId,
        null,
        PROTOCOL_TYPE,
        protocols,
        null,
      );
      if (joined.errorCode === Code.MEMBER_ID_REQUIRED) {
        this.memberId = joined.memberId ?? '';
        throw new RebalanceNeeded();
      }
      this.#check(joined.errorCode);
      this.memberId = joined.memberId ?? '';
      const isLeader = joined.leader === this.memberId;
      const plan = isLeader && !joined.skipAssignment ? await this.#plan(joined.members) : NO_PLAN;
      const synced = await this.#cluster.ask(
        connection,
        syncGroupV5.api,
        this.#group,
        joined.generationId,
        this.memberId,
        null,
        PROTOCOL_TYPE,
        PROTOCOL_NAME,
        plan.assignments,
      );
      this.#check(synced.errorCode);
      this.generation = joined.generationId;
      return { assigned: decodeAssignment(synced.assignment), counts: plan.counts };
    });
  }

  /** Tells that the member is alive. */
  async heartbeat(): Promise<void> {
    const coordination = {
      kind: 'group',
      key: this.#group,
      lane: Lane.HEARTBEAT,
      requestTimeoutMillis: HEARTBEAT_TIMEOUT_MILLIS,
    } as const;
    await this.#cluster.atCoordinator(coordination, async (connection) => {
      const { generation, memberId } = this;
      const answer = await this.#cluster.ask(
        connection,
        heartbeatV4.api,
        this.#group,
        generation,
        memberId,
        null,
      );
      this.#check(answer.errorCode);
    });
  }

  /** Ends a meeting that still waits for others; {@link meet} throws. */
  breakOff(): Promise<void> {
    return this.#cluster.dropLane(this.#meetingLane);
  }

  /** Gives up the membership; the others meet at once. */
  async leave(): Promise<void> {
    await this.breakOff();
    if (this.memberId === '') return;
    const member = { memberId: this.memberId, groupInstanceId: null, reason: null };
    await this.#cluster.atCoordinator({ kind: 'group', key: this.#group }, async (connection) => {
      await this.#cluster.ask(connection, leaveGroupV5.api, this.#group, [member]);
    });
  }

  /** The member is unknown: the next meeting makes a new one. */
  forget(): void {
    this.memberId = '';
    this.generation = -1;
  }

  #check(code: number): void {
    if (code === Code.NONE) return;
    const act = `be a member of group "${this.#group}"`;
    if (code === Code.REBALANCE_IN_PROGRESS) throw new RebalanceNeeded();
    if (deniesMember(code)) {
      if (code !== Code.ILLEGAL_GENERATION) this.forget();
      throw new MembershipLost(nameOf(code));
    }
    if (passes(code)) throw unsettled(act, code);
    throw new LogError('log-failed', `Cannot ${act}: ${nameOf(code)}`);
  }

  async #plan(members: readonly { readonly memberId: string; readonly metadata?: Buffer | null }[]) {
    const states: GroupMemberState[] = members.map(({ memberId, metadata }) => ({
      memberId,
      ...decodeSubscription(metadata ?? Buffer.alloc(0)),
    }));
    const names = new Set(states.flatMap(({ topics }) => topics));
    const counts = new Map<string, number>();
    for (const name of names) {
      const topic = await this.#cluster.findTopic(name, 0);
      counts.set(name, topic?.leaders.length ?? 0);
    }
    const assignments = [...assignPartitions(states, counts)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment(partitions),
    }));
    return { assignments, counts };
  }
}

const NO_PLAN = { assignments: [], counts: undefined };
