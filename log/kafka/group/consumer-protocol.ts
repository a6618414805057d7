/**
 * What the members of a group tell each other through the broker, in the format of Kafka's own consumers, so that its
 * tools can show who has what. All big-endian; a string is i16 length and UTF-8.
 *
 *     Subscription: version i16 | [topic string] | userData bytes (i32 length, -1 none) |
 *                   from version 1: [topic string | [partition i32]] owned | from version 2: generation i32
 *     Assignment:   version i16 | [topic string | [partition i32]] | userData bytes
 *
 * An array is i32 count and its elements.
 */
import type { TopicPartition } from '../../types.ts';

export interface Subscription {
  readonly topics: readonly string[];
  /** What the member works on now. */
  readonly owned: readonly TopicPartition[];
  /** Of the assignment that `owned` is from; -1 for none. */
  readonly generation: number;
}

const SUBSCRIPTION_VERSION = 2;
const ASSIGNMENT_VERSION = 0;
const NO_USER_DATA = -1;

export function encodeSubscription({ topics, owned, generation }: Subscription): Buffer {
  const writer = new BytesWriter();
  writer.int16(SUBSCRIPTION_VERSION);
  writer.array(topics, (topic) => writer.string(topic));
  writer.int32(NO_USER_DATA);
  writePartitions(writer, owned);
  writer.int32(generation);
  return writer.bytes();
}

/** Throws a `RangeError` when the bytes are no subscription. */
export function decodeSubscription(bytes: Buffer): Subscription {
  const reader = new BytesReader(bytes);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  reader.skip(Math.max(0, reader.int32()));
  const owned = version >= 1 ? readPartitions(reader) : [];
  const generation = version >= 2 ? reader.int32() : -1;
  return { topics, owned, generation };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new BytesWriter();
  writer.int16(ASSIGNMENT_VERSION);
  writePartitions(writer, partitions);
  writer.int32(NO_USER_DATA);
  return writer.bytes();
}

/** An empty assignment has no bytes at all. Throws a `RangeError` when the bytes are none. */
export function decodeAssignment(bytes: Buffer): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new BytesReader(bytes);
  reader.int16();
  return readPartitions(reader);
}

function writePartitions(writer: BytesWriter, partitions: readonly TopicPartition[]): void {
  writer.array([...Map.groupBy(partitions, ({ topic }) => topic)], ([topic, ofTopic]) => {
    writer.string(topic);
    writer.array(ofTopic, ({ partition }) => writer.int32(partition));
  });
}

function readPartitions(reader: BytesReader): readonly TopicPartition[] {
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => ({ topic, partition: reader.int32() }));
    })
    .flat();
}

class BytesWriter {
  readonly #parts: Buffer[] = [];

  int16(value: number): void {
    const part = Buffer.alloc(2);
    part.writeInt16BE(value);
    this.#parts.push(part);
  }

  int32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
  }

  string(value: string): void {
    const text = Buffer.from(value);
    this.int16(text.length);
    this.#parts.push(text);
  }

  array<Element>(elements: readonly Element[], write: (element: Element) => void): void {
    this.int32(elements.length);
    for (const element of elements) write(element);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

class BytesReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    const value = this.#bytes.readInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  int32(): number {
    const value = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  string(): string {
    const length = this.int16();
    const text = this.#bytes.toString('utf8', this.#at, this.#at + length);
    this.skip(length);
    return text;
  }

  array<Element>(read: () => Element): Element[] {
    const elements: Element[] = [];
    for (let left = this.int32(); left > 0; left--) elements.push(read());
    return elements;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }
}
