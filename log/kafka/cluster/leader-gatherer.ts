import type { TopicPartition } from '../../types.ts';
import type { Cluster } from './cluster.ts';
import { type Asked, TurnGatherer } from './turn-gatherer.ts';

/** Something asked about a partition. */
export interface PartitionItem {
  readonly of: TopicPartition;
}

/** Asks one node about partitions it leads, none of them twice; has to settle every item. */
export type AskNode<Item, Answer> = (node: number, asked: readonly Asked<Item, Answer>[]) => Promise<void>;

/** Gathers what is asked within one turn of the event loop into one request per leader. */
export class LeaderGatherer<Item extends PartitionItem, Answer> {
  readonly #cluster: Cluster;
  readonly #askNode: AskNode<Item, Answer>;
  readonly #turn: TurnGatherer<Item, Answer>;

  constructor(cluster: Cluster, askNode: AskNode<Item, Answer>) {
    this.#cluster = cluster;
    this.#askNode = askNode;
    this.#turn = new TurnGatherer((asked) => void this.#distribute(asked));
  }

  ask(item: Item): Promise<Answer> {
    return this.#turn.ask(item);
  }

  async #distribute(asked: readonly Asked<Item, Answer>[]): Promise<void> {
    const byNode = new Map<number, Asked<Item, Answer>[]>();
    const place = async (one: Asked<Item, Answer>) => {
      try {
        const node = await this.#cluster.leader(one.item.of);
        const ofNode = byNode.get(node);
        if (ofNode) ofNode.push(one);
        else byNode.set(node, [one]);
      } catch (error) {
        one.reject(error);
      }
    };
    await Promise.all(asked.map(place));
    for (const [node, ofNode] of byNode)
      for (const request of withoutRepetition(ofNode)) void this.#ask(node, request);
  }

  async #ask(node: number, asked: readonly Asked<Item, Answer>[]): Promise<void> {
    try {
      await this.#askNode(node, asked);
    } catch (error) {
      // The leader may be another one by now.
      for (const { item, reject } of asked) {
        this.#cluster.forgetTopic(item.of.topic);
        reject(error);
      }
    }
  }
}

/** A key for maps by partition. */
export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** A request may name a partition only once; what is asked again goes into another one. */
function withoutRepetition<Item extends PartitionItem, Answer>(
  asked: readonly Asked<Item, Answer>[],
): readonly (readonly Asked<Item, Answer>[])[] {
  const requests: Asked<Item, Answer>[][] = [];
  const seen = new Map<string, number>();
  for (const one of asked) {
    const key = keyOf(one.item.of);
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    const request = requests[turn] ?? [];
    request.push(one);
    requests[turn] = request;
  }
  return requests;
}
