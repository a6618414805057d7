import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { HEADER_BODY } from '../../schemas/names.ts';
import { REMEMBER_MILLIS, type RecentBodies } from './recent-bodies.ts';

/**
 * Fills the table from the last five minutes of a topic, so that a body acknowledged before a restart is still
 * known after it.
 */
export async function restoreRecentBodies(
  log: DurableLog,
  topic: string,
  { bodies, now }: { readonly bodies: RecentBodies; readonly now: number },
): Promise<void> {
  const partitions = await log.partitionCount(topic);
  for (let partition = 0; partition < partitions; partition++) {
    await restorePartition(log, { topic, partition }, { bodies, sinceMillis: now - REMEMBER_MILLIS });
  }
}

interface Target {
  readonly bodies: RecentBodies;
  readonly sinceMillis: number;
}

async function restorePartition(log: DurableLog, of: TopicPartition, target: Target): Promise<void> {
  const { first, next } = await log.bounds(of);
  let offset = await firstSince(log, of, { first, next, sinceMillis: target.sinceMillis });
  while (offset < next) {
    const read = await log.read(of, offset);
    if (read.next === offset) return;
    for (const { headers, appendedMillis } of read.records) {
      const key = headers[HEADER_BODY];
      if (key !== undefined) target.bodies.restore(key, appendedMillis);
    }
    offset = read.next;
  }
}

/** Binary search: append times ascend with offsets. */
async function firstSince(
  log: DurableLog,
  of: TopicPartition,
  {
    first,
    next,
    sinceMillis,
  }: { readonly first: number; readonly next: number; readonly sinceMillis: number },
): Promise<number> {
  let low = first;
  let high = next;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { records } = await log.read(of, middle, { maxRecords: 1 });
    const [record] = records;
    if (record === undefined || record.appendedMillis >= sinceMillis) high = middle;
    else low = record.offset + 1;
  }
  return low;
}
