import { describeLogDirsV4 } from '@platformatic/kafka';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/codes.ts';
import { nameOf, Unsettled } from '../cluster/failures.ts';
import { Lane } from '../cluster/lanes.ts';

type Answer = describeLogDirsV4.DescribeLogDirsResponse;
type Disk = Answer['results'][number];

/** Why brokers told nothing, once known. */
export interface FreeBytes {
  /** Of the fullest disk that has partitions of the topics; undefined when no broker tells. */
  readonly bytes: number | undefined;
  /** The broker's name for the reason why one did not tell. */
  readonly refusal?: string;
}

/**
 * Asks every broker how much room is left on its disks. One that does not answer is left out: what it leads moves to
 * the others meanwhile.
 */
export async function freeBytes(cluster: Cluster, topics: readonly string[]): Promise<FreeBytes> {
  const found = await Promise.all(topics.map((topic) => cluster.findTopic(topic)));
  const asked = found.flatMap((topic) =>
    topic ? [{ name: topic.name, partitions: [...topic.leaders.keys()] }] : [],
  );
  const ask = async (node: number): Promise<Answer | undefined> => {
    try {
      const connection = await cluster.connection({ node, lane: Lane.CONTROL });
      return await cluster.ask(connection, describeLogDirsV4.api, asked);
    } catch (error) {
      if (error instanceof Unsettled) return undefined;
      throw error;
    }
  };
  const answers = (await Promise.all(cluster.nodes.map(ask))).filter((answer) => answer !== undefined);
  const refused = answers.find(({ errorCode }) => errorCode !== Code.NONE);
  const rooms = answers.flatMap(({ results }) => results.filter(holdsAny).map(roomOf));
  return {
    bytes: rooms.length === 0 ? undefined : Math.min(...rooms),
    ...(refused && { refusal: nameOf(refused.errorCode) }),
  };
}

/** A disk that failed, one without the topics, and one whose size the broker does not know tell nothing. */
function holdsAny({ errorCode, topics, usableBytes }: Disk): boolean {
  return errorCode === Code.NONE && topics.length > 0 && usableBytes >= 0n;
}

function roomOf({ usableBytes }: Disk): number {
  return Number(usableBytes);
}
