import { LogError } from '../../log/errors.ts';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { HEADER_HEARTBEAT } from '../../schemas/names.ts';

/** Offsets from `first` on, up to but without `before`. */
export interface OffsetSpan {
  readonly first: number;
  readonly before: number;
}

/**
 * Whether the log has anything but heartbeats there; what it no longer has is nothing. Throws `log-failed` when a read
 * comes to nothing before the log's end: what is there nobody knows then.
 */
export async function holdsRecords(
  log: DurableLog,
  of: TopicPartition,
  { first, before }: OffsetSpan,
): Promise<boolean> {
  const { next: end } = await log.bounds(of);
  for (let at = first; at < Math.min(before, end); ) {
    const { records, next, free } = await log.read(of, at, { giveDamaged: true });
    const found = records.some(
      ({ offset, headers }) => offset < before && headers[HEADER_HEARTBEAT] === undefined,
    );
    free?.();
    if (found) return true;
    if (next <= at)
      throw new LogError(
        'log-failed',
        `Cannot read ${of.topic}/${of.partition} at ${at} as nothing was given`,
      );
    at = next;
  }
  return false;
}
