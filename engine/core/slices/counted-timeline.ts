/**
 * A timeline from which exclusions are taken out.
 *
 * Invariants
 * 1. `all` holds every count, `excluded` those of slices that an exclusion touches; what counts is the difference. So an
 *    exclusion can come and go, for the past as for the future, and nothing is counted anew.
 * 2. Counts that come while an exclusion is known are exact to the slice, and stay so when the others change. For an
 *    exclusion that comes later, slices that are no longer known one by one round outward to the finest cells still
 *    known: a minute, then 15.
 */
import type { Sums } from './level.ts';
import { type BlockPlace, type Floors, LEVEL_SLICES, Timeline } from './timeline.ts';
import type { WindowEdges } from './window-edges.ts';

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
  readonly #gone = new Map<string, BlockPlace>();

  constructor(unitSlices: number) {
    this.#unitSlices = unitSlices;
  }

  /** The counts taken out; undefined without exclusions. */
  get excluded(): Timeline | undefined {
    return this.#excluded;
  }

  /** Takes out what these exclusions touch, and nothing else. Not before the floors are those of the counts. */
  exclude(exclusions: Exclusions | undefined): void {
    const before = this.#exclusions;
    this.#exclusions = exclusions;
    if (before?.key === exclusions?.key) return;
    const excluded = this.#excluded;
    this.#excluded = exclusions && this.#takeOut(exclusions, before);
    for (const place of excluded?.places() ?? []) this.#gone.set(keyOf(place), place);
  }

  /** Says which exclusions the stored blocks are of. */
  assume(exclusions: Exclusions | undefined): void {
    this.#exclusions = exclusions;
    this.#excluded = exclusions && (this.#excluded ?? new Timeline());
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
  restoreExcluded(place: BlockPlace, cells: readonly number[]): void {
    this.#excluded ??= new Timeline();
    this.#excluded.restoreBlock(place, cells);
  }

  /** Blocks of what was taken out that are no more, since the last call. */
  takeGone(): readonly BlockPlace[] {
    const present = new Set(this.#excluded?.places().map(keyOf));
    const gone = [...this.#gone].filter(([key]) => !present.has(key)).map(([, place]) => place);
    this.#gone.clear();
    return gone;
  }

  #takeOut(exclusions: Exclusions, before: Exclusions | undefined): Timeline {
    const excluded = new Timeline();
    const floors = this.floors();
    excluded.forget(floors);
    const [fine, middle, coarse] = floors;
    const portions = [
      { size: LEVEL_SLICES[2] ?? 1, from: coarse, to: middle },
      { size: LEVEL_SLICES[1] ?? 1, from: middle, to: fine },
      { size: 1, from: fine, to: this.#end() },
    ];
    for (const { size, from, to } of portions) {
      const span = Math.max(size, this.#unitSlices);
      for (const cell of touchedCells(exclusions.ranges(from - span, to), { size, span, from, to })) {
        const isAsBefore = isSame(before?.ranges(cell, cell + span), exclusions.ranges(cell, cell + span));
        const source = isAsBefore && this.#excluded ? this.#excluded : this.all;
        const sums = source.sum(cell, cell + size);
        if (sums.total !== 0 || sums.late !== 0) excluded.add(cell, sums);
      }
    }
    return excluded;
  }

  /** Behind the last slice with counts. */
  #end(): number {
    let last = -1;
    for (const slice of this.all.fineSlices()) last = slice;
    return last + 1;
  }
}

interface Cells {
  readonly size: number;
  /** What a cell covers from its first slice on. */
  readonly span: number;
  readonly from: number;
  readonly to: number;
}

/** The cells in [from, to) that cover some of the ranges, each once. */
function* touchedCells(ranges: readonly WindowEdges[], { size, span, from, to }: Cells): Generator<number> {
  let next = from;
  for (const range of ranges) {
    const first = Math.floor((range.from - span) / size) * size + size;
    for (let cell = Math.max(next, first); cell < Math.min(range.to, to); cell += size) {
      yield cell;
      next = cell + size;
    }
  }
}

function isSame(one: readonly WindowEdges[] | undefined, other: readonly WindowEdges[]): boolean {
  return (
    one?.length === other.length &&
    one.every(({ from, to }, index) => from === other[index]?.from && to === other[index]?.to)
  );
}

function keyOf({ level, block }: BlockPlace): string {
  return `${level}:${block}`;
}
