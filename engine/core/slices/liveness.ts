/** When the pipeline was alive for one signal, slice by slice: what coverage is measured with (docs/slo-mathematics.md). */
import type { SliceRange } from './alive-ranges.ts';
import { Timeline } from './timeline.ts';

const ALIVE = { good: 0, total: 1, late: 0 } as const;

/** Alive slices of one signal; marking twice is marking once. */
export class Liveness {
  /** Total counts alive slices; good and late stay 0. */
  readonly timeline = new Timeline();

  /** Marks the slices of a range, those no longer known at the finest level excepted. */
  mark([from, to]: SliceRange): void {
    const [floor] = this.timeline.floors();
    for (let slice = Math.max(from, floor); slice <= to; slice += 1) {
      if (this.timeline.sum(slice, slice + 1).total === 0) this.timeline.add(slice, ALIVE);
    }
  }

  /** Alive slices in [from, to). */
  count(from: number, to: number): number {
    return this.timeline.sum(from, to).total;
  }
}
