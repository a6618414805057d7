/**
 * Who gets which partitions. Rules, the first one that decides wins:
 *
 * 1. A partition that another member still works on is given to nobody: its owner gives it back first, and the group
 *    meets again.
 * 2. Of each topic, every member gets the same number, or one more; those with the fewest partitions of all topics get
 *    the one more.
 * 3. A member keeps what it has.
 */
import type { TopicPartition } from '../../types.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import type { Subscription } from './consumer-protocol.ts';

export interface GroupMemberState extends Subscription {
  readonly memberId: string;
}

/** Partitions by member; the same for the same input, whatever the order of the members. */
export function assignPartitions(
  members: readonly GroupMemberState[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const sorted = members.toSorted((one, other) => (one.memberId < other.memberId ? -1 : 1));
  const owners = ownersOf(sorted);
  const assigned = new Map<string, TopicPartition[]>(sorted.map(({ memberId }) => [memberId, []]));
  for (const [topic, count] of [...partitionCounts].sort()) {
    const subscribed = sorted.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId);
    if (subscribed.length === 0) continue;
    const partitions = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
    for (const [member, target] of targets(partitions, { subscribed, owners, assigned }))
      assigned.get(member)?.push(...target);
  }
  return new Map([...assigned].map(([member, target]) => [member, withoutTaken(target, { member, owners })]));
}

interface TopicContext {
  readonly subscribed: readonly string[];
  readonly owners: ReadonlyMap<string, string>;
  readonly assigned: ReadonlyMap<string, readonly TopicPartition[]>;
}

/** The shares of one topic as they should be in the end. */
function targets(partitions: readonly TopicPartition[], { subscribed, owners, assigned }: TopicContext) {
  const owned = (member: string) => partitions.filter((partition) => owners.get(keyOf(partition)) === member);
  const least = Math.floor(partitions.length / subscribed.length);
  const extras = partitions.length % subscribed.length;
  const total = (member: string) => assigned.get(member)?.length ?? 0;
  // Those with the fewest partitions get one more; among equals those who would have to give it away.
  const byNeed = subscribed.toSorted(
    (one, other) => total(one) - total(other) || owned(other).length - owned(one).length,
  );
  const quota = new Map(byNeed.map((member, index) => [member, least + (index < extras ? 1 : 0)]));
  const target = new Map(
    subscribed.map((member) => [member, owned(member).slice(0, quota.get(member) ?? 0)]),
  );
  const kept = new Set([...target.values()].flat());
  const free = partitions.filter((partition) => !kept.has(partition));
  for (const member of subscribed) {
    const own = target.get(member) ?? [];
    own.push(...free.splice(0, (quota.get(member) ?? 0) - own.length));
  }
  return target;
}

function withoutTaken(
  target: readonly TopicPartition[],
  { member, owners }: { readonly member: string; readonly owners: ReadonlyMap<string, string> },
): readonly TopicPartition[] {
  return target.filter((partition) => (owners.get(keyOf(partition)) ?? member) === member);
}

/** Who works on what; of two claims the one of the later generation, of two of the same none. */
function ownersOf(members: readonly GroupMemberState[]): ReadonlyMap<string, string> {
  const claims = new Map<string, { readonly memberId: string; readonly generation: number }>();
  const disputed = new Set<string>();
  for (const { memberId, owned, generation } of members)
    for (const partition of owned) {
      const key = keyOf(partition);
      const other = claims.get(key);
      if (other?.generation === generation) disputed.add(key);
      if (other && other.generation >= generation) continue;
      claims.set(key, { memberId, generation });
      disputed.delete(key);
    }
  for (const key of disputed) claims.delete(key);
  return new Map([...claims].map(([key, { memberId }]) => [key, memberId]));
}
