import type { metadataV12 } from '@platformatic/kafka';
import { Code } from './codes.ts';
import { refusal, Unsettled } from './failures.ts';
import { type Asked, TurnGatherer } from './turn-gatherer.ts';

/** A topic as the brokers last described it. */
export interface KafkaTopic {
  readonly name: string;
  /** UUID; another one after the topic was made anew. */
  readonly id: string;
  /** Node ids by partition, -1 where there is none. */
  readonly leaders: readonly number[];
  /** Replicas of the partition that has the fewest. */
  readonly replicas: number;
  /** `performance.now()` of the description. */
  readonly at: number;
}

type DescribedTopic = metadataV12.MetadataResponse['topics'][number];

/** Asks a broker about topics; `Unsettled` when none answers. */
export type DescribeTopics = (names: readonly string[]) => Promise<readonly DescribedTopic[]>;

/** What is known of topics. Those looked up within one turn of the event loop are asked for together. */
export class TopicDirectory {
  readonly #describe: DescribeTopics;
  readonly #known = new Map<string, KafkaTopic>();
  readonly #gatherer = new TurnGatherer<string, KafkaTopic | undefined>((asked) => void this.#answer(asked));

  constructor(describe: DescribeTopics) {
    this.#describe = describe;
  }

  /** The topic as it was last described, unless that is older. */
  known(name: string, maxAgeMillis: number): KafkaTopic | undefined {
    const known = this.#known.get(name);
    return known && performance.now() - known.at <= maxAgeMillis ? known : undefined;
  }

  /** The topic as it is, undefined when there is none. */
  lookUp(name: string): Promise<KafkaTopic | undefined> {
    return this.#gatherer.ask(name);
  }

  /** What is known of the topic is old. */
  forget(name: string): void {
    const known = this.#known.get(name);
    if (known) this.#known.set(name, { ...known, at: Number.NEGATIVE_INFINITY });
  }

  /** What is known of topics with a partition led by the node is old. */
  forgetLedBy(node: number): void {
    for (const { name, leaders } of this.#known.values()) if (leaders.includes(node)) this.forget(name);
  }

  async #answer(asked: readonly Asked<string, KafkaTopic | undefined>[]): Promise<void> {
    try {
      const names = [...new Set(asked.map(({ item }) => item))];
      const described = new Map((await this.#describe(names)).map((topic) => [topic.name, topic]));
      for (const { item, resolve, reject } of asked) {
        const topic = described.get(item);
        const code = topic?.errorCode ?? Code.UNKNOWN_TOPIC_OR_PARTITION;
        if (code === Code.UNKNOWN_TOPIC_OR_PARTITION) resolve(this.#gone(item));
        else if (code === Code.LEADER_NOT_AVAILABLE) reject(new Unsettled(`Topic "${item}" is not ready`));
        else if (!topic || code !== Code.NONE) reject(refusal(`find topic "${item}"`, code));
        else resolve(this.#note(item, topic));
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  #gone(name: string): undefined {
    this.#known.delete(name);
  }

  #note(name: string, { topicId: id, partitions }: DescribedTopic): KafkaTopic {
    const leaders: number[] = new Array(partitions.length).fill(-1);
    for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId;
    const replicas = Math.min(...partitions.map(({ replicaNodes }) => replicaNodes.length));
    const topic = { name, id, leaders, replicas, at: performance.now() };
    this.#known.set(name, topic);
    return topic;
  }
}
