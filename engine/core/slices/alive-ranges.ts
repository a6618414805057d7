/** Which slices a pipeline was alive in, told from the slices it showed itself in. */

/** Inclusive first and last slice. */
export type SliceRange = readonly [number, number];

/**
 * Silence shorter than this many slices is bridged: heartbeats come every slice with some jitter, metric points
 * every minute.
 */
const BRIDGED_SLICES = 7;

/**
 * Ranges alive given the slices seen now and the latest seen before (`head`, undefined at first): a gap of up to a
 * minute and a slice after the head counts as alive, a longer one does not. Also returns the new head.
 */
export function aliveRanges(
  seen: Iterable<number>,
  head: number | undefined,
): { readonly ranges: readonly SliceRange[]; readonly head: number | undefined } {
  const ranges: [number, number][] = [];
  let latest = head;
  for (const slice of [...new Set(seen)].sort((a, b) => a - b)) {
    const bridged = latest !== undefined && slice > latest && slice - latest <= BRIDGED_SLICES;
    const from = bridged && latest !== undefined ? latest + 1 : slice;
    const last = ranges.at(-1);
    if (last !== undefined && from === last[1] + 1) last[1] = slice;
    else ranges.push([from, slice]);
    latest = latest === undefined ? slice : Math.max(latest, slice);
  }
  return { ranges, head: latest };
}
