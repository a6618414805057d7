/**
 * The counts of one SLO generation over time, at three resolutions: 10 s, 1 min, 15 min. Every event is in all
 * three; a window takes the coarsest cells that fit inside it and finer ones at its ends, so any window is some
 * dozens of look-ups, however long.
 */
import type { LevelShape, Sums } from './level.ts';
import { Level } from './level.ts';

/** 10 s in blocks of 15 min, 1 min in blocks of 1 h, 15 min in blocks of 1 d. */
const SHAPES: readonly [LevelShape, LevelShape, LevelShape] = [
  { slicesPerCell: 1, cellsPerBlock: 90, hasSums: false },
  { slicesPerCell: 6, cellsPerBlock: 60, hasSums: false },
  { slicesPerCell: 90, cellsPerBlock: 96, hasSums: true },
];

/** Base slices in the cells of the three levels. */
export const LEVEL_SLICES = SHAPES.map((shape) => shape.slicesPerCell) as readonly number[];

/** First slices to be kept at each of the three levels. */
export type Floors = readonly [number, number, number];

/** A block's place: level 0, 1 or 2 and its number there. */
export interface BlockPlace {
  readonly level: number;
  readonly block: number;
}

/** Counts over time; see above. Not bound to any clock: the owner says what to forget. */
export class Timeline {
  readonly #levels = SHAPES.map((shape) => new Level(shape)) as [Level, Level, Level];
  /** Blocks changed since they were taken last, as block × 3 + level; most timelines have none most of the time. */
  #dirty: Set<number> | undefined;

  /** First slice known at each level. */
  floors(): Floors {
    const [fine, middle, coarse] = this.#levels;
    return [fine.floorSlice, middle.floorSlice, coarse.floorSlice];
  }

  /** Adds counts to a slice, at every level that still reaches back to it. */
  add(slice: number, counts: Readonly<Sums>): void {
    this.#levels.forEach((level, index) => {
      if (level.add(slice, counts)) this.#touch(index, level.blockOf(slice));
    });
  }

  /**
   * The counts of the slices [from, to). Exact where the levels reach back that far: take the edges from
   * `windowEdges`, which knows the floors.
   */
  sum(from: number, to: number): Sums {
    const sums = { good: 0, total: 0, late: 0 };
    this.#sumLevel(0, from, to, sums);
    return sums;
  }

  /** Forgets what lies before the floors, whole blocks only; returns what is gone. */
  forget(floors: Floors): readonly BlockPlace[] {
    const gone = this.#levels.flatMap((level, index) =>
      level.forgetBefore(floors[index] ?? 0).map((block) => ({ level: index, block })),
    );
    for (const { level, block } of gone) this.#dirty?.delete(block * SHAPES.length + level);
    return gone;
  }

  /** The blocks changed since the last call. */
  takeDirty(): readonly BlockPlace[] {
    const places = [...(this.#dirty ?? [])].map((code) => ({
      level: code % SHAPES.length,
      block: Math.floor(code / SHAPES.length),
    }));
    this.#dirty = undefined;
    return places;
  }

  /** A block for storage: index, good, total, late of each cell that is not empty. */
  encodeBlock({ level, block }: BlockPlace): readonly number[] {
    return this.#levels[level]?.encodeBlock(block) ?? [];
  }

  /** Puts a stored block in the place of the present one. */
  restoreBlock({ level, block }: BlockPlace, flat: readonly number[]): void {
    this.#levels[level]?.restoreBlock(block, flat);
  }

  /** The first slice with events, as fine as the levels that reach back to it know. */
  firstSlice(): number | undefined {
    const [fine, middle, coarse] = this.#levels;
    const first = coarse.firstSlice();
    if (first === undefined) return undefined;
    if (first >= fine.floorSlice) return fine.firstSlice();
    return first >= middle.floorSlice ? middle.firstSlice() : first;
  }

  /** First slices of the cells with events at a level: 0, 1 or 2. */
  cells(level: number): Iterable<number> {
    return this.#levels[level]?.slices() ?? [];
  }

  /** The blocks there are. */
  places(): readonly BlockPlace[] {
    return this.#levels.flatMap((level, index) =>
      [...level.blockNumbers()].map((block) => ({ level: index, block })),
    );
  }

  /** Slices with events that are still known one by one. */
  fineSlices(): Iterable<number> {
    return this.#levels[0].slices();
  }

  #sumLevel(index: number, from: number, to: number, into: Sums): void {
    const level = this.#levels[index];
    const size = LEVEL_SLICES[index] ?? 1;
    if (level === undefined || from >= to) return;
    const coarser = LEVEL_SLICES[index + 1];
    const innerFrom = coarser === undefined ? to : Math.ceil(from / coarser) * coarser;
    const innerTo = coarser === undefined ? to : Math.floor(to / coarser) * coarser;
    if (coarser === undefined || innerFrom >= innerTo) {
      level.sum(from / size, to / size, into);
      return;
    }
    level.sum(from / size, innerFrom / size, into);
    level.sum(innerTo / size, to / size, into);
    this.#sumLevel(index + 1, innerFrom, innerTo, into);
  }

  #touch(level: number, block: number): void {
    this.#dirty ??= new Set();
    this.#dirty.add(block * SHAPES.length + level);
  }
}
