/** What the log knows of itself, as JSON in the `state` database: topics, partitions, groups and its own totals. */
import type { Database } from 'lmdb';
import type { CompleteTopicOptions } from '../checks.ts';
import { unknownTopic } from '../checks.ts';
import type { CommittedOffset, OffsetCommit, TopicPartition } from '../types.ts';
import { afterPrefix, groupKey, LOG_KEY, type Place, partitionKey, topicKey } from './keys.ts';

/** A topic. */
export interface TopicState extends CompleteTopicOptions {
  readonly id: number;
  readonly identity: string;
}

/** A partition. Offsets from `first` to `next - 1` are readable; `bytes` counts records as stored. */
export interface PartitionState {
  readonly first: number;
  readonly next: number;
  readonly bytes: number;
}

/** The log's totals. */
export interface LogState {
  /** Counts transactions that appended. */
  readonly sequence: number;
  /** All records as stored. */
  readonly bytes: number;
  readonly nextTopicId: number;
  /** Inode of the data file the identities belong to (see `home.ts`). */
  readonly home: string;
}

const NEW_LOG: LogState = { sequence: 0, bytes: 0, nextTopicId: 1, home: '' };
const NEW_PARTITION: PartitionState = { first: 0, next: 0, bytes: 0 };

/** Typed access to the `state` database; inside a write transaction it sees and changes that transaction. */
export class StateTable {
  readonly #state: Database<Uint8Array, Uint8Array>;

  constructor(state: Database<Uint8Array, Uint8Array>) {
    this.#state = state;
  }

  log(): LogState {
    return this.#get<LogState>(LOG_KEY) ?? NEW_LOG;
  }

  putLog(log: LogState): void {
    this.#put(LOG_KEY, log);
  }

  findTopic(topic: string): TopicState | undefined {
    return this.#get<TopicState>(topicKey(topic));
  }

  /** Throws {@link LogError} `unknown-topic`. */
  topic(topic: string): TopicState {
    const found = this.findTopic(topic);
    if (!found) throw unknownTopic(topic);
    return found;
  }

  /** Every topic, by name. */
  topics(): { name: string; topic: TopicState }[] {
    const range = this.#state.getRange({ start: topicKey(''), end: afterPrefix('topic/') });
    return [...range].map(({ key, value }) => ({
      name: textOf(key).slice('topic/'.length),
      topic: JSON.parse(textOf(value)) as TopicState,
    }));
  }

  putTopic(name: string, topic: TopicState): void {
    this.#put(topicKey(name), topic);
  }

  /** The place of a partition; throws {@link LogError} `unknown-topic` when there is none. */
  place({ topic, partition }: TopicPartition): Place & { readonly topic: TopicState } {
    const found = this.topic(topic);
    if (!Number.isInteger(partition) || partition < 0 || partition >= found.partitions)
      throw unknownTopic(topic, partition);
    return { topicId: found.id, partition, topic: found };
  }

  partition(place: Place): PartitionState {
    return this.#get<PartitionState>(partitionKey(place)) ?? NEW_PARTITION;
  }

  putPartition(place: Place, partition: PartitionState): void {
    this.#put(partitionKey(place), partition);
  }

  committed(group: string, { topic, partition }: TopicPartition): CommittedOffset | undefined {
    return this.#get<CommittedOffset>(groupKey(group, topic, partition));
  }

  putCommitted({ group, topic, partition, offset, metadata }: OffsetCommit): void {
    this.#put(groupKey(group, topic, partition), { offset, metadata });
  }

  #get<Value>(key: Buffer): Value | undefined {
    const bytes = this.#state.getBinary(key);
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as Value);
  }

  #put(key: Buffer, value: unknown): void {
    this.#state.putSync(key, Buffer.from(JSON.stringify(value)));
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
