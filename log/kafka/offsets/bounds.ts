import { listOffsetsV7 } from '@platformatic/kafka';
import type { OffsetBounds, TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, concernsLeader, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';
import { Lane } from '../cluster/lanes.ts';
import { keyOf, LeaderGatherer } from '../cluster/leader-gatherer.ts';
import type { Asked } from '../cluster/turn-gatherer.ts';

interface BoundsItem {
  readonly of: TopicPartition;
}

const CLIENT = -1;
const READ_COMMITTED = 1;
const EARLIEST = -2n;
const LATEST = -1n;
const ACT = 'look up the offsets of a partition';

/** Where partitions begin and how far committed records reach. */
export class BoundsReader {
  readonly #cluster: Cluster;
  readonly #gatherer: LeaderGatherer<BoundsItem, OffsetBounds>;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#gatherer = new LeaderGatherer(cluster, (node, asked) => this.#askNode(node, asked));
  }

  bounds(of: TopicPartition): Promise<OffsetBounds> {
    return this.#cluster.attempt(ACT, () => this.#gatherer.ask({ of }));
  }

  async #askNode(node: number, asked: readonly Asked<BoundsItem, OffsetBounds>[]): Promise<void> {
    const [first, next] = await Promise.all([
      this.#list(node, asked, EARLIEST),
      this.#list(node, asked, LATEST),
    ]);
    for (const { item, resolve, reject } of asked) {
      const key = keyOf(item.of);
      const [begin, end] = [first.get(key), next.get(key)];
      const code = begin?.code || end?.code || Code.NONE;
      if (concernsLeader(code)) this.#cluster.forgetTopic(item.of.topic);
      if (passes(code) || !begin || !end) reject(unsettled(ACT, code));
      else if (code !== Code.NONE) reject(refusal(ACT, code));
      else resolve({ first: begin.offset, next: Math.max(begin.offset, end.offset) });
    }
  }

  async #list(node: number, asked: readonly Asked<BoundsItem, OffsetBounds>[], timestamp: bigint) {
    const byTopic = Map.groupBy(asked, ({ item }) => item.of.topic);
    const topics = [...byTopic].map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ item }) => ({
        partitionIndex: item.of.partition,
        currentLeaderEpoch: -1,
        timestamp,
      })),
    }));
    const connection = await this.#cluster.connection({ node, lane: Lane.CONTROL });
    const answer = await this.#cluster.ask(connection, listOffsetsV7.api, CLIENT, READ_COMMITTED, topics);
    const offsets = new Map<string, { readonly code: number; readonly offset: number }>();
    for (const { name, partitions } of answer.topics)
      for (const { partitionIndex, errorCode, offset } of partitions)
        offsets.set(keyOf({ topic: name, partition: partitionIndex }), {
          code: errorCode,
          offset: Number(offset),
        });
    return offsets;
  }
}
