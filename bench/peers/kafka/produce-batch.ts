import type { TopicPartition } from '../../../log/types.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { WireWriter } from './wire-writer.ts';

/** The last version without tagged fields that takes ZSTD. */
const PRODUCE = { key: 0, version: 8 };
const ALL_REPLICAS = -1;
const TIMEOUT_MILLIS = 30_000;

/** Produces one record batch as it is, with acks=all; resolves with the offset of its first record. */
export async function produceBatch(
  broker: BrokerConnection,
  { topic, partition }: TopicPartition,
  batch: Uint8Array,
): Promise<bigint> {
  const request = new WireWriter()
    .text(null) // no transaction
    .int16(ALL_REPLICAS)
    .int32(TIMEOUT_MILLIS)
    .int32(1)
    .text(topic)
    .int32(1)
    .int32(partition)
    .bytes(batch);
  const answer = await broker.call(PRODUCE, request.finish());
  answer.skip(4); // one topic
  answer.text();
  answer.skip(4 + 4); // one partition, its number
  const error = answer.int16();
  if (error !== 0) throw new Error(`Cannot produce to ${topic}/${partition}: error ${error}`);
  return answer.int64();
}
