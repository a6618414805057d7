import { type Signal, SOURCE_TOPICS } from '../schemas/names.ts';
import { LogError } from './errors.ts';
import type { DurableLog, TopicPartition } from './types.ts';

/** The topics a signal may come from that this log has. */
export async function sourceTopics(log: DurableLog, signal: Signal): Promise<readonly string[]> {
  const counts = await Promise.all(SOURCE_TOPICS[signal].map((topic) => partitionsOf(log, topic)));
  return SOURCE_TOPICS[signal].filter((_, index) => counts[index] !== 0);
}

/** Their partitions. */
export async function sourcePartitions(log: DurableLog, signal: Signal): Promise<readonly TopicPartition[]> {
  const counts = await Promise.all(SOURCE_TOPICS[signal].map((topic) => partitionsOf(log, topic)));
  return SOURCE_TOPICS[signal].flatMap((topic, index) =>
    Array.from({ length: counts[index] as number }, (_, partition) => ({ topic, partition })),
  );
}

async function partitionsOf(log: DurableLog, topic: string): Promise<number> {
  try {
    return await log.partitionCount(topic);
  } catch (error) {
    if (error instanceof LogError && error.code === 'unknown-topic') return 0;
    throw error;
  }
}
