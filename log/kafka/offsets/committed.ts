import { offsetFetchV8 } from '@platformatic/kafka';
import type { CommittedOffset, TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, concernsCoordinator, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import { type Asked, TurnGatherer } from '../cluster/turn-gatherer.ts';

interface CommittedItem {
  readonly group: string;
  readonly of: TopicPartition;
}

type CommittedAsked = Asked<CommittedItem, CommittedOffset | undefined>;

/** Wait for transactions that are about to end, rather than give what was before them. */
const REQUIRE_STABLE = true;
const NEVER_COMMITTED = -1;

/** Reads what groups have committed. */
export class CommittedReader {
  readonly #cluster: Cluster;
  readonly #onUnstable: (group: string, of: TopicPartition) => void;
  readonly #gatherer = new TurnGatherer<CommittedItem, CommittedOffset | undefined>((asked) => {
    for (const [group, ofGroup] of Map.groupBy(asked, ({ item }) => item.group))
      void this.#ask(group, ofGroup);
  });

  /** `onUnstable` is told of a partition whose position is part of a transaction that has not ended. */
  constructor(cluster: Cluster, onUnstable: (group: string, of: TopicPartition) => void) {
    this.#cluster = cluster;
    this.#onUnstable = onUnstable;
  }

  committed(group: string, of: TopicPartition): Promise<CommittedOffset | undefined> {
    return this.#cluster.attempt(`read what group "${group}" committed`, () =>
      this.#gatherer.ask({ group, of }),
    );
  }

  async #ask(group: string, asked: readonly CommittedAsked[]): Promise<void> {
    try {
      const found = await this.#fetch(group, asked);
      for (const { item, resolve, reject } of asked) {
        const at = found.get(keyOf(item.of));
        const code = at?.errorCode ?? Code.REQUEST_TIMED_OUT;
        const act = `read what group "${group}" committed`;
        if (code === Code.UNSTABLE_OFFSET_COMMIT) this.#onUnstable(group, item.of);
        if (!at || passes(code)) reject(unsettled(act, code));
        else if (code !== Code.NONE) reject(refusal(act, code));
        else if (Number(at.committedOffset) === NEVER_COMMITTED) resolve(undefined);
        else resolve({ offset: Number(at.committedOffset), metadata: at.metadata ?? '' });
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  async #fetch(group: string, asked: readonly CommittedAsked[]) {
    const act = `read what group "${group}" committed`;
    const byTopic = Map.groupBy(asked, ({ item }) => item.of.topic);
    const topics = [...byTopic].map(([name, ofTopic]) => ({
      name,
      partitionIndexes: [...new Set(ofTopic.map(({ item }) => item.of.partition))],
    }));
    return this.#cluster.atCoordinator({ kind: 'group', key: group }, async (connection) => {
      const request = [{ groupId: group, memberId: null, memberEpoch: -1, topics }];
      const answer = await this.#cluster.ask(connection, offsetFetchV8.api, request, REQUIRE_STABLE);
      const code = answer.groups[0]?.errorCode ?? Code.COORDINATOR_NOT_AVAILABLE;
      if (concernsCoordinator(code) || passes(code)) throw unsettled(act, code);
      if (code !== Code.NONE) throw refusal(act, code);
      const entries = answer.groups[0]?.topics ?? [];
      return new Map(
        entries.flatMap(({ name, partitions }) =>
          partitions.map((at) => [keyOf({ topic: name, partition: at.partitionIndex }), at] as const),
        ),
      );
    });
  }
}
