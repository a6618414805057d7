/** The slices that the exclusions of an SLO take out, rounded outward. */
import { createHash } from 'node:crypto';
import type { Exclusions } from '../slices/counted-timeline.ts';
import { SLICE_MILLIS, sliceAt, sliceFrom } from '../slices/slice.ts';
import type { WindowEdges } from '../slices/window-edges.ts';
import type { Exclusion } from '../types.ts';
import { occurrences } from './occurrences.ts';

/** Recurrences are followed so far at a time: 32 days, in slices. */
const CHUNK = 32 * 8640;
/** Windows look back over a year at most, and evaluation moves on: what is older is worked out again when asked for. */
const MAX_CHUNKS = 40;

/** See above. */
export class ExclusionCalendar implements Exclusions {
  readonly key: string;
  readonly exclusions: readonly Exclusion[];
  readonly #chunks = new Map<number, readonly WindowEdges[]>();

  constructor(exclusions: readonly Exclusion[]) {
    this.exclusions = exclusions;
    const text = JSON.stringify(
      exclusions.map(({ start, timeZone, seconds, rule }) => [start, timeZone, seconds, rule ?? '']),
    );
    this.key = createHash('sha256').update(text).digest('hex').slice(0, 16);
  }

  touches(from: number, to: number): boolean {
    return this.ranges(from, to).length > 0;
  }

  ranges(from: number, to: number): readonly WindowEdges[] {
    const found: WindowEdges[] = [];
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk += 1)
      for (const range of this.#chunk(chunk)) {
        const clipped = { from: Math.max(range.from, from), to: Math.min(range.to, to) };
        if (clipped.from < clipped.to) append(found, clipped);
      }
    return found;
  }

  #chunk(chunk: number): readonly WindowEdges[] {
    let ranges = this.#chunks.get(chunk);
    if (ranges === undefined) {
      ranges = this.#find(chunk * CHUNK, (chunk + 1) * CHUNK);
      if (this.#chunks.size >= MAX_CHUNKS) this.#chunks.clear();
      this.#chunks.set(chunk, ranges);
    }
    return ranges;
  }

  #find(from: number, to: number): readonly WindowEdges[] {
    const all = this.exclusions
      .flatMap((exclusion) => occurrences(exclusion, from * SLICE_MILLIS, to * SLICE_MILLIS))
      .map(({ fromMillis, toMillis }) => ({ from: sliceAt(fromMillis), to: sliceFrom(toMillis) }))
      .sort((a, b) => a.from - b.from);
    const merged: WindowEdges[] = [];
    for (const range of all) append(merged, range);
    return merged;
  }
}

/** Adds a range that begins at or after the others, melted with the last one when they touch. */
function append(ranges: WindowEdges[], range: WindowEdges): void {
  const last = ranges.at(-1);
  if (last === undefined || range.from > last.to) ranges.push(range);
  else ranges[ranges.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
}
