/**
 * One resolution of a timeline: counts in cells of equal length, kept in blocks so that gaps cost nothing and old
 * time is dropped block by block.
 *
 * Invariants
 * 1. Every cell whose block lies at or after `floorSlice` holds all counts ever added to it; earlier cells are gone.
 * 2. The sums of a block, where they are kept, equal the sums of its cells.
 */
import { BlockStore, type BlockStoreOptions, ENCODED_NUMBERS, type Sums } from './block-store.ts';

export type { Sums };

/** How a level is cut. */
export interface LevelShape extends BlockStoreOptions {
  /** Base slices in a cell. */
  readonly slicesPerCell: number;
}

/** Counts at one resolution; see the invariants above. */
export class Level {
  readonly shape: LevelShape;
  readonly #blocks: BlockStore;
  #floorSlice = 0;

  constructor(shape: LevelShape) {
    this.shape = shape;
    this.#blocks = new BlockStore(shape);
  }

  /** First slice this level still knows; a multiple of the block length. */
  get floorSlice(): number {
    return this.#floorSlice;
  }

  /** The block a slice falls into. */
  blockOf(slice: number): number {
    return Math.floor(slice / (this.shape.slicesPerCell * this.shape.cellsPerBlock));
  }

  /** Adds to the cell of a slice; before the floor it is dropped. Returns whether it was added. */
  add(slice: number, counts: Readonly<Sums>): boolean {
    if (slice < this.#floorSlice) return false;
    const number = this.blockOf(slice);
    const cell = Math.floor(slice / this.shape.slicesPerCell) - number * this.shape.cellsPerBlock;
    this.#blocks.add(number, cell, counts);
    return true;
  }

  /** Adds the cells [fromCell, toCell) to `into`; cells before the floor count nothing. */
  sum(fromCell: number, toCell: number, into: Sums): void {
    const { cellsPerBlock } = this.shape;
    const { numbers } = this.#blocks;
    let index = this.#blocks.firstFrom(Math.floor(fromCell / cellsPerBlock));
    for (; index < numbers.length; index += 1) {
      const begin = (numbers[index] as number) * cellsPerBlock;
      if (begin >= toCell) return;
      const from = Math.max(fromCell - begin, 0);
      const to = Math.min(toCell - begin, cellsPerBlock);
      this.#blocks.sum(index, { from, to }, into);
    }
  }

  /** Drops the blocks that end at or before the slice; returns their numbers. */
  forgetBefore(slice: number): readonly number[] {
    const first = this.blockOf(slice);
    const floor = first * this.shape.slicesPerCell * this.shape.cellsPerBlock;
    if (floor <= this.#floorSlice) return [];
    this.#floorSlice = floor;
    return this.#blocks.dropBefore(first);
  }

  /** The block's cells that are not empty, flat: index, good, total, late. */
  encodeBlock(number: number): number[] {
    return this.#blocks.encode(number);
  }

  /** Replaces a block with what {@link encodeBlock} gave. */
  restoreBlock(number: number, flat: readonly number[]): void {
    this.#blocks.restore(number, flat);
  }

  /** The first cell with events, as its first slice; undefined when there is none. */
  firstSlice(): number | undefined {
    for (const slice of this.slices()) return slice;
    return undefined;
  }

  /** The blocks there are. */
  blockNumbers(): Iterable<number> {
    return this.#blocks.numbers;
  }

  /** First slices of the cells with events, in ascending order. */
  *slices(): Generator<number> {
    const { cellsPerBlock, slicesPerCell } = this.shape;
    for (const number of [...this.#blocks.numbers]) {
      const flat = this.encodeBlock(number);
      for (let at = 0; at < flat.length; at += ENCODED_NUMBERS) {
        yield (number * cellsPerBlock + (flat[at] as number)) * slicesPerCell;
      }
    }
  }
}
