import { createAPI, produceV9, Writer } from '@platformatic/kafka';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, passes } from '../cluster/codes.ts';
import { nameOf, Unsettled } from '../cluster/failures.ts';
import { Lane } from '../cluster/lanes.ts';

/** A stamped batch on its way. */
export interface OutgoingBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

/** What became of a batch. */
export interface BatchOutcome {
  readonly code: number;
  /** Of its first record. */
  readonly baseOffset: number;
}

interface ProduceRequest {
  readonly transactionalId: string | null;
  readonly batches: readonly OutgoingBatch[];
}

const ALL_IN_SYNC = -1;
/** How long the broker waits for replicas: less than this handle waits for the broker. */
const REPLICAS_TIMEOUT_MILLIS = 8000;
const PRODUCE_KEY = 0;
const PRODUCE_VERSION = 9;

/** The library's own request makes its batches from messages; this one takes them as they are. */
export const produceApi = createAPI<[ProduceRequest], produceV9.ProduceResponse>(
  PRODUCE_KEY,
  PRODUCE_VERSION,
  encodeRequest,
  produceV9.parseResponse,
);

/**
 * Sends batches, at most one per partition, to the node that leads them. The outcomes are in the order of the batches;
 * throws `Unsettled` when there was no answer: each batch is there or not.
 */
export async function produce(
  cluster: Cluster,
  node: number,
  request: ProduceRequest,
): Promise<readonly BatchOutcome[]> {
  const answer = await ask(cluster, node, request);
  const outcomes = new Map<string, BatchOutcome>();
  for (const { name, partitionResponses } of answer.responses)
    for (const { index, errorCode, baseOffset } of partitionResponses)
      outcomes.set(`${name}/${index}`, { code: errorCode, baseOffset: Number(baseOffset) });
  return request.batches.map(({ topic, partition }) => {
    const outcome = outcomes.get(`${topic}/${partition}`) ?? { code: Code.REQUEST_TIMED_OUT, baseOffset: -1 };
    if (passes(outcome.code)) cluster.repeats.inc({ topic, reason: nameOf(outcome.code) });
    return outcome;
  });
}

async function ask(
  cluster: Cluster,
  node: number,
  request: ProduceRequest,
): Promise<produceV9.ProduceResponse> {
  try {
    const connection = await cluster.connection({ node, lane: Lane.PRODUCE });
    return await cluster.ask(connection, produceApi, request);
  } catch (error) {
    if (error instanceof Unsettled)
      for (const { topic } of request.batches) cluster.repeats.inc({ topic, reason: 'NO_ANSWER' });
    throw error;
  }
}

/*
  Produce request, version 9: transactional_id compact nullable string | acks i16 | timeout_ms i32 |
    [name compact string | [index i32 | records compact bytes | tags] | tags] | tags
*/
function encodeRequest({ transactionalId, batches }: ProduceRequest): Writer {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(ALL_IN_SYNC)
    .appendInt32(REPLICAS_TIMEOUT_MILLIS)
    .appendArray(topics, (topicWriter, [topic, ofTopic]) => {
      topicWriter.appendString(topic).appendArray(ofTopic, (writer, { partition, bytes }) => {
        writer.appendInt32(partition).appendBytes(bytes);
      });
    })
    .appendTaggedFields();
}
