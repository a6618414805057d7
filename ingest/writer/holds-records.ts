import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { HEADER_HEARTBEAT } from '../../schemas/names.ts';

/** Offsets from `first` on, up to but without `before`. */
export interface OffsetSpan {
  readonly first: number;
  readonly before: number;
}

/** Whether the log has anything but heartbeats there; what it no longer has is nothing. */
export async function holdsRecords(
  log: DurableLog,
  of: TopicPartition,
  { first, before }: OffsetSpan,
): Promise<boolean> {
  for (let at = first; at < before; ) {
    const { records, next, free } = await log.read(of, at, { giveDamaged: true });
    const found = records.some(
      ({ offset, headers }) => offset < before && headers[HEADER_HEARTBEAT] === undefined,
    );
    free?.();
    if (found) return true;
    if (next <= at) return false;
    at = next;
  }
  return false;
}
