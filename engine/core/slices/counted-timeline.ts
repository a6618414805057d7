/**
 * A timeline from which exclusions are taken out.
 *
 * Invariants
 * 1. `all` holds every count, `excluded` those of slices that an exclusion touches; what counts is the difference. So an
 *    exclusion can come and go, for the past as for the future, and nothing is counted anew.
 * 2. Counts that come while an exclusion is known are exact to the slice. For an exclusion that comes later, slices that
 *    are no longer known one by one round outward to the finest cells still known: a minute, then 15.
 */
import type { Sums } from './level.ts';
import { type BlockPlace, type Floors, LEVEL_SLICES, Timeline } from './timeline.ts';
import { finestLevel, type WindowEdges } from './window-edges.ts';

/** Slices that are taken out. */
export interface Exclusions {
  /** Those with the same key take out the same. */
  readonly key: string;
  /** Whether a slice of [from, to) is taken out. */
  touches(from: number, to: number): boolean;
  /** What is taken out of the slices [from, to): ascending, apart from each other. */
  ranges(from: number, to: number): readonly WindowEdges[];
}

/** What windows are read from. */
export interface Counted {
  sum(from: number, to: number): Sums;
  floors(): Floors;
  firstSlice(): number | undefined;
}

/** See above. */
export class CountedTimeline implements Counted {
  readonly all = new Timeline();
  /** A count covers so many slices from the one it is at. */
  readonly #unitSlices: number;
  #excluded: Timeline | undefined;
  #exclusions: Exclusions | undefined;
  /** Of the exclusions that `excluded` is of; undefined: of none. */
  #key: string | undefined;
  readonly #gone = new Map<string, BlockPlace>();

  constructor(unitSlices: number) {
    this.#unitSlices = unitSlices;
  }

  /** The counts taken out; undefined without exclusions. */
  get excluded(): Timeline | undefined {
    return this.#excluded;
  }

  /** Of the exclusions whose counts are taken out. */
  get exclusionsKey(): string | undefined {
    return this.#key;
  }

  /** Takes out what these exclusions touch, and nothing else. */
  exclude(exclusions: Exclusions | undefined): void {
    this.#exclusions = exclusions;
    if (this.#key === exclusions?.key) return;
    this.#key = exclusions?.key;
    const before = this.#excluded;
    this.#excluded = exclusions && this.#takeOut(exclusions);
    for (const place of before?.places() ?? []) this.#gone.set(keyOf(place), place);
    for (const place of this.#excluded?.places() ?? []) this.#gone.delete(keyOf(place));
  }

  add(slice: number, counts: Readonly<Sums>): void {
    this.all.add(slice, counts);
    if (this.#exclusions?.touches(slice, slice + this.#unitSlices)) this.#excluded?.add(slice, counts);
  }

  sum(from: number, to: number): Sums {
    const sums = this.all.sum(from, to);
    if (this.#excluded === undefined) return sums;
    const { good, total, late } = this.#excluded.sum(from, to);
    return { good: sums.good - good, total: sums.total - total, late: sums.late - late };
  }

  floors(): Floors {
    return this.all.floors();
  }

  firstSlice(): number | undefined {
    return this.all.firstSlice();
  }

  /** Slices of [from, to) that exclusions touch: ascending, apart from each other. */
  excludedRanges(from: number, to: number): readonly WindowEdges[] {
    return this.#exclusions?.ranges(from, to) ?? [];
  }

  /** Puts a stored block of what was taken out in its place. */
  restoreExcluded(place: BlockPlace, cells: readonly number[], key: string): void {
    this.#excluded ??= new Timeline();
    this.#key = key;
    this.#excluded.restoreBlock(place, cells);
  }

  /** Blocks of what was taken out that are no more, since the last call. */
  takeGone(): readonly BlockPlace[] {
    const gone = [...this.#gone.values()];
    this.#gone.clear();
    return gone;
  }

  #takeOut(exclusions: Exclusions): Timeline {
    const excluded = new Timeline();
    const floors = this.floors();
    excluded.forget(floors);
    for (const level of [0, 1, 2]) {
      const size = LEVEL_SLICES[level] ?? 1;
      for (const cell of this.all.cells(level)) {
        const isFinest = finestLevel(cell, floors) === level;
        if (isFinest && exclusions.touches(cell, cell + Math.max(size, this.#unitSlices)))
          excluded.add(cell, this.all.sum(cell, cell + size));
      }
    }
    return excluded;
  }
}

function keyOf({ level, block }: BlockPlace): string {
  return `${level}:${block}`;
}
