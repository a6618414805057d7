import { crc32 } from 'node:zlib';

/**
 * The shard that holds the rows of a partition, from 0. Partitions of one topic follow one another round the shards.
 * The same for ever: a batch that is repeated must meet the tokens of its first attempt.
 */
export function shardOf(of: { readonly topic: string; readonly partition: number }, shards: number): number {
  return (crc32(of.topic) + of.partition) % shards;
}
