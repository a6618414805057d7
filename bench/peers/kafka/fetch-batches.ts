import type { TopicPartition } from '../../../log/types.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { WireWriter } from './wire-writer.ts';

const FETCH = { key: 1, version: 11 };
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_WAIT_MILLIS = 200;
const UNKNOWN_TOPIC = 3;

/**
 * The record batches of a partition from an offset on, as the broker keeps them, compressed as they were produced.
 * Empty when there is nothing, or no such topic yet.
 */
export async function fetchBatches(
  broker: BrokerConnection,
  { topic, partition }: TopicPartition,
  offset = 0n,
): Promise<Buffer> {
  const request = new WireWriter()
    .int32(-1) // not a replica
    .int32(MAX_WAIT_MILLIS)
    .int32(1) // least bytes
    .int32(MAX_BYTES)
    .int8(0) // read uncommitted
    .int32(0) // no fetch session
    .int32(-1)
    .int32(1)
    .text(topic)
    .int32(1)
    .int32(partition)
    .int32(-1) // any leader epoch
    .int64(offset)
    .int64(-1n) // no log start of ours
    .int32(MAX_BYTES)
    .int32(0) // no forgotten topics
    .text('');
  const answer = await broker.call(FETCH, request.finish());
  answer.skip(4); // throttle time
  const failure = answer.int16();
  if (failure !== 0) throw new Error(`Cannot fetch from ${topic}: error ${failure}`);
  answer.skip(4); // fetch session
  if (answer.int32() === 0) return Buffer.alloc(0);
  answer.text();
  if (answer.int32() === 0) return Buffer.alloc(0);
  answer.skip(4); // partition
  const error = answer.int16();
  if (error === UNKNOWN_TOPIC) return Buffer.alloc(0);
  if (error !== 0) throw new Error(`Cannot fetch from ${topic}/${partition}: error ${error}`);
  answer.skip(3 * 8); // high watermark, last stable and log start offset
  const aborted = Math.max(0, answer.int32());
  answer.skip(aborted * 16 + 4); // and the preferred replica
  return answer.bytes();
}
