import { deleteRecordsV2 } from '@platformatic/kafka';
import { LogError } from '../../errors.ts';
import type { TopicPartition } from '../../types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, concernsLeader, passes } from '../cluster/codes.ts';
import { nameOf, refusal, unsettled } from '../cluster/failures.ts';
import { Lane } from '../cluster/lanes.ts';

const TO_THE_END = -1n;
const REPLICAS_TIMEOUT_MILLIS = 8000;

/** Drops the records before the offset; before the end when it lies beyond. */
export async function truncate(cluster: Cluster, of: TopicPartition, beforeOffset: number): Promise<void> {
  const act = `drop records of partition ${of.partition} of topic "${of.topic}"`;
  const ask = async (offset: bigint) => {
    const connection = await cluster.connection({ node: await cluster.leader(of), lane: Lane.ADMIN });
    const request = [{ name: of.topic, partitions: [{ partitionIndex: of.partition, offset }] }];
    const answer = await cluster.ask(connection, deleteRecordsV2.api, request, REPLICAS_TIMEOUT_MILLIS);
    return answer.topics[0]?.partitions[0]?.errorCode ?? Code.REQUEST_TIMED_OUT;
  };
  await cluster.attempt(act, async () => {
    let code = await ask(BigInt(beforeOffset));
    if (code === Code.OFFSET_OUT_OF_RANGE) code = await ask(TO_THE_END);
    if (code === Code.NONE) return;
    if (concernsLeader(code)) cluster.forgetTopic(of.topic);
    if (passes(code)) throw unsettled(act, code);
    if (code === Code.POLICY_VIOLATION)
      throw new LogError('log-failed', `Cannot ${act} as it is compacted: ${nameOf(code)}`);
    throw refusal(act, code);
  });
}
