/**
 * One resolution of a timeline: counts in cells of equal length, kept in blocks so that gaps cost nothing and old
 * time is dropped block by block.
 *
 * Invariants
 * 1. Every cell whose block lies at or after `floorSlice` holds all counts ever added to it; earlier cells are gone.
 * 2. The sums of a block, where they are kept, equal the sums of its cells.
 */
import { type BlockFields, BlockStore, type Counted } from './block-store.ts';

/** How a level is cut. */
export interface LevelShape {
  /** Base slices in a cell. */
  readonly slicesPerCell: number;
  /** Cells in a block. */
  readonly cellsPerBlock: number;
  /** Whether sums of whole blocks are kept: where windows take many of them. */
  readonly hasSums: boolean;
}

/** Running totals; `sum` adds into one, so a window over several levels needs no garbage. */
export interface Sums {
  good: number;
  total: number;
  late: number;
}

/** Numbers of an encoded cell: index, good, total, late. */
const ENCODED = 4;

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
  add(slice: number, { good, total, late }: Readonly<Sums>): boolean {
    if (slice < this.#floorSlice) return false;
    const number = this.blockOf(slice);
    const index = this.#blocks.find(number) ?? this.#blocks.renew(number);
    const cell = Math.floor(slice / this.shape.slicesPerCell) - number * this.shape.cellsPerBlock;
    const { totals, bads, lates } = this.#blocks.fields(index);
    const added: Counted = [total, total - good, late];
    const counted: Counted = [
      totals.get(cell) + total,
      bads.get(cell) + total - good,
      lates.get(cell) + late,
    ];
    const fields = this.#blocks.fieldsFor(index, counted);
    setCell(fields, cell, counted);
    addToSums(fields, added);
    return true;
  }

  /** Adds the cells [fromCell, toCell) to `into`; cells before the floor count nothing. */
  sum(fromCell: number, toCell: number, into: Sums): void {
    const { cellsPerBlock, hasSums } = this.shape;
    const { numbers } = this.#blocks;
    let index = this.#blocks.firstFrom(Math.floor(fromCell / cellsPerBlock));
    for (; index < numbers.length; index += 1) {
      const begin = (numbers[index] as number) * cellsPerBlock;
      if (begin >= toCell) return;
      const from = Math.max(fromCell - begin, 0);
      const to = Math.min(toCell - begin, cellsPerBlock);
      const fields = this.#blocks.fields(index);
      if (hasSums && to - from === cellsPerBlock) addBlock(fields, into);
      else addCells(fields, { from, to }, into);
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
    const flat: number[] = [];
    const index = this.#blocks.find(number);
    if (index === undefined) return flat;
    const { totals, bads, lates } = this.#blocks.fields(index);
    for (let cell = 0; cell < this.shape.cellsPerBlock; cell += 1) {
      const total = totals.get(cell);
      const bad = bads.get(cell);
      const late = lates.get(cell);
      if (total !== 0 || bad !== 0 || late !== 0) flat.push(cell, total - bad, total, late);
    }
    return flat;
  }

  /** Replaces a block with what {@link encodeBlock} gave. */
  restoreBlock(number: number, flat: readonly number[]): void {
    const fields = this.#blocks.fields(this.#blocks.renew(number, widest(flat)));
    for (let at = 0; at < flat.length; at += ENCODED) {
      const counted = countedAt(flat, at);
      setCell(fields, flat[at] as number, counted);
      addToSums(fields, counted);
    }
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
      for (let at = 0; at < flat.length; at += ENCODED) {
        yield (number * cellsPerBlock + (flat[at] as number)) * slicesPerCell;
      }
    }
  }
}

function countedAt(flat: readonly number[], at: number): Counted {
  const total = flat[at + 2] as number;
  return [total, total - (flat[at + 1] as number), flat[at + 3] as number];
}

/** Numbers as wide as the widest of each kind. */
function widest(flat: readonly number[]): Counted {
  let [total, bad, late] = [0, 0, 0];
  for (let at = 0; at < flat.length; at += ENCODED) {
    const counted = countedAt(flat, at);
    total = wider(total, counted[0]);
    bad = wider(bad, counted[1]);
    late = wider(late, counted[2]);
  }
  return [total, bad, late];
}

/** Negative numbers take most room. */
function wider(one: number, other: number): number {
  return one < 0 || other < 0 ? -1 : Math.max(one, other);
}

function setCell({ totals, bads, lates }: BlockFields, cell: number, counted: Counted): void {
  totals.set(cell, counted[0]);
  bads.set(cell, counted[1]);
  lates.set(cell, counted[2]);
}

function addToSums({ sums }: BlockFields, added: Counted): void {
  for (let field = 0; field < added.length; field += 1) {
    sums.set(field, sums.get(field) + (added[field] as number));
  }
}

function addBlock({ sums }: BlockFields, into: Sums): void {
  const total = sums.get(0);
  into.good += total - sums.get(1);
  into.total += total;
  into.late += sums.get(2);
}

function addCells(
  { totals, bads, lates }: BlockFields,
  { from, to }: { readonly from: number; readonly to: number },
  into: Sums,
): void {
  const total = totals.sum(from, to);
  into.good += total - bads.sum(from, to);
  into.total += total;
  into.late += lates.sum(from, to);
}
