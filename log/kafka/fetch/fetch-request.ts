import { createAPI, fetchV13, type Reader } from '@platformatic/kafka';
import type { TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/codes.ts';
import { unsettled } from '../cluster/failures.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';

/** From where to fetch a partition. */
export interface FetchAsk {
  readonly of: TopicPartition;
  readonly topicId: string;
  readonly offset: number;
  /** Most bytes of it in the answer, unless its first batch is larger. */
  readonly maxBytes: number;
}

/** A producer's transaction that was aborted, from an offset on. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** What a broker answered about one partition. */
export interface FetchedPartition {
  readonly code: number;
  /** Where committed records end. */
  readonly stableOffset: number;
  /** Whole batches and maybe the beginning of another. */
  readonly batches: Buffer;
  readonly aborted: readonly AbortedTransaction[];
}

export interface FetchOptions {
  readonly node: number;
  readonly lane: string;
  /** The broker answers at once when it has anything, else after this long. */
  readonly maxWaitMillis: number;
}

const FETCH_KEY = 1;
const FETCH_VERSION = 13;
const MIN_BYTES = 1;
/** Of one answer, unless its first batch is larger. */
const MAX_BYTES = 16 * 2 ** 20;
const READ_COMMITTED = 1;
const NO_SESSION = 0;
const FINAL_EPOCH = -1;
const EMPTY = Buffer.alloc(0);

type FetchArguments = Parameters<typeof fetchV13.createRequest>;

interface RawPartition extends FetchedPartition {
  readonly topicId: string;
  readonly partition: number;
}

/** The library's own answer is records, unfolded one by one; this one keeps the batches as they came. */
export const fetchApi = createAPI<
  FetchArguments,
  { readonly code: number; readonly partitions: RawPartition[] }
>(FETCH_KEY, FETCH_VERSION, fetchV13.createRequest, parseAnswer);

/** One request for several partitions, none of them twice. The answer is by {@link keyOf}, errors inside. */
export async function fetchPartitions(
  cluster: Cluster,
  asks: readonly FetchAsk[],
  { node, lane, maxWaitMillis }: FetchOptions,
): Promise<ReadonlyMap<string, FetchedPartition>> {
  const byTopic = Map.groupBy(asks, ({ topicId }) => topicId);
  const topics = [...byTopic].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: ofTopic.map(({ of, offset, maxBytes }) => ({
      partition: of.partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: maxBytes,
    })),
  }));
  const connection = await cluster.connection({ node, lane });
  const { code, partitions } = await cluster.ask(
    connection,
    fetchApi,
    maxWaitMillis,
    MIN_BYTES,
    Math.max(MAX_BYTES, ...asks.map(({ maxBytes }) => maxBytes)),
    READ_COMMITTED,
    NO_SESSION,
    FINAL_EPOCH,
    topics,
    [],
    '',
  );
  if (code !== Code.NONE) throw unsettled('read', code);
  const names = new Map(asks.map(({ topicId, of }) => [topicId, of.topic]));
  return new Map(
    partitions.map((found) => [
      keyOf({ topic: names.get(found.topicId) ?? '', partition: found.partition }),
      found,
    ]),
  );
}

/*
  Fetch answer, version 13: throttle_time_ms i32 | error_code i16 | session_id i32 |
    [topic_id uuid | [partition_index i32 | error_code i16 | high_watermark i64 | last_stable_offset i64 |
      log_start_offset i64 | [producer_id i64 | first_offset i64 | tags] | preferred_read_replica i32 |
      records compact bytes | tags] | tags] | tags
*/
function parseAnswer(_correlationId: number, _key: number, _version: number, reader: Reader) {
  reader.skip(4);
  const code = reader.readInt16();
  reader.skip(4);
  const partitions: RawPartition[] = [];
  reader.readArray(() => {
    const topicId = reader.readUUID();
    reader.readArray(() => partitions.push(parsePartition(topicId, reader)));
  });
  return { code, partitions };
}

function parsePartition(topicId: string, reader: Reader): RawPartition {
  const partition = reader.readInt32();
  const code = reader.readInt16();
  reader.skip(8);
  const stableOffset = Number(reader.readInt64());
  reader.skip(8);
  const aborted =
    reader.readNullableArray(() => ({
      producerId: reader.readInt64(),
      firstOffset: Number(reader.readInt64()),
    })) ?? [];
  reader.skip(4);
  const bytes = reader.readUnsignedVarInt() - 1;
  if (bytes <= 0) return { topicId, partition, code, stableOffset, aborted, batches: EMPTY };
  const batches = reader.buffer.slice(reader.position, reader.position + bytes);
  reader.skip(bytes);
  return { topicId, partition, code, stableOffset, aborted, batches };
}
