import { type Connection, offsetCommitV8 } from '@platformatic/kafka';
import { LogError } from '../../errors.ts';
import type { OffsetCommit, TopicPartition } from '../../types.ts';
import type { AttemptOptions, Cluster } from '../cluster/cluster.ts';
import { Code, deniesMember, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import { Held, type Owner } from '../group/group-members.ts';
import type { MemberIdentity } from '../group/membership.ts';

/** Commits of one group by one member. */
export interface GroupCommit {
  readonly group: string;
  readonly held: Held;
  readonly commits: readonly OffsetCommit[];
}

const UNKNOWN_LEADER_EPOCH = -1;

/**
 * Sorts commits by group and member and takes note of who has the partitions now; throws `fenced` when this handle
 * does not have one of them.
 */
export function groupCommits(
  cluster: Pick<Cluster, 'knownTopic'>,
  members: { owner(group: string, of: TopicPartition): Owner | undefined },
  commits: readonly OffsetCommit[],
): readonly GroupCommit[] {
  const owned = commits.map((commit) => ({ commit, owner: members.owner(commit.group, commit) }));
  const byOwner = Map.groupBy(owned, ({ commit, owner }) => owner ?? commit.group);
  return [...byOwner.values()].map((ofOwner) => {
    const { commit, owner } = ofOwner[0] as (typeof owned)[number];
    const partitions = ofOwner.map((each) => each.commit);
    const { group } = commit;
    return { group, held: new Held(cluster, { group, owner, partitions }), commits: partitions };
  });
}

/** The commits as requests have them, by topic; of several for a partition the last one. */
export function committedTopics(commits: readonly OffsetCommit[]) {
  const last = new Map(commits.map((commit) => [keyOf(commit), commit]));
  return [...Map.groupBy(last.values(), ({ topic }) => topic)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, offset, metadata }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: UNKNOWN_LEADER_EPOCH,
      committedMetadata: metadata,
    })),
  }));
}

/** Commits outside a transaction; durable when it resolves. */
export async function commitOffsets(cluster: Cluster, commit: GroupCommit): Promise<void> {
  const { group } = commit;
  const topics = committedTopics(commit.commits);
  await commitAsOwner(cluster, commit, {
    act: `commit offsets of group "${group}"`,
    send: async (connection, { memberId, generation }) => {
      const { api } = offsetCommitV8;
      const answer = await cluster.ask(connection, api, group, generation, memberId, null, topics);
      return answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
    },
  });
}

export interface CommitRequest extends AttemptOptions {
  readonly act: string;
  /** Sends the commit in a member's name; the answer's codes. */
  readonly send: (connection: Connection, identity: MemberIdentity) => Promise<readonly number[]>;
}

/** Repeats a commit until it is definite, as long as the partitions stay with the member that had them at first. */
export async function commitAsOwner(
  cluster: Pick<Cluster, 'attempt' | 'atCoordinator'>,
  { group, held }: GroupCommit,
  { act, send, ...options }: CommitRequest,
): Promise<void> {
  const attempt = async () => {
    const identity = held.identity();
    const codes = await cluster.atCoordinator({ kind: 'group', key: group }, async (connection) => {
      const answered = await send(connection, identity);
      const waiting = answered.find((code) => passes(code) || code === Code.REBALANCE_IN_PROGRESS);
      if (waiting !== undefined) throw unsettled(act, waiting);
      return answered;
    });
    const code = codes.find((answered) => answered !== Code.NONE);
    if (code === undefined) return;
    if (deniesMember(code) && held.mayRepeat(identity)) throw unsettled(act, code);
    if (code === Code.OFFSET_METADATA_TOO_LARGE)
      throw new LogError('metadata-too-large', `Cannot ${act} as the metadata is over the broker's limit`);
    throw refusal(act, code);
  };
  await cluster.attempt(act, attempt, options);
}
