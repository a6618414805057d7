/**
 * One resolution of a timeline: counts in cells of equal length, kept in blocks so that gaps cost nothing and old
 * time is dropped block by block.
 *
 * Invariants
 * 1. Every cell whose block lies at or after `floorSlice` holds all counts ever added to it; earlier cells are gone.
 * 2. A block's sums equal the sums of its cells.
 * 3. A block's cells are bytes until a number does not fit into one: quiet SLOs and liveness take an eighth.
 */

/** How a level is cut. */
export interface LevelShape {
  /** Base slices in a cell. */
  readonly slicesPerCell: number;
  /** Cells in a block. */
  readonly cellsPerBlock: number;
}

/** Running totals; `sum` adds into one, so a window over several levels needs no garbage. */
export interface Sums {
  good: number;
  total: number;
  late: number;
}

interface Block {
  /** good, total, late of each cell in turn. */
  cells: Uint8Array | Float64Array;
  readonly sums: Sums;
}

const FIELDS = 3;

/** Counts at one resolution; see the invariants above. */
export class Level {
  readonly shape: LevelShape;
  readonly #blocks = new Map<number, Block>();
  #floorSlice = 0;

  constructor(shape: LevelShape) {
    this.shape = shape;
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
    const block = this.#block(this.blockOf(slice));
    const at = this.#index(slice);
    const { cells, sums } = block;
    const good = (cells[at] ?? 0) + counts.good;
    const total = (cells[at + 1] ?? 0) + counts.total;
    const late = (cells[at + 2] ?? 0) + counts.late;
    setCell(block, at, { good, total, late });
    addTo(sums, counts.good, counts.total, counts.late);
    return true;
  }

  /** Adds the cells [fromCell, toCell) to `into`; cells before the floor count nothing. */
  sum(fromCell: number, toCell: number, into: Sums): void {
    const size = this.shape.cellsPerBlock;
    for (let cell = fromCell; cell < toCell; ) {
      const number = Math.floor(cell / size);
      const end = Math.min(toCell, (number + 1) * size);
      const block = this.#blocks.get(number);
      if (block !== undefined) sumBlock(block, cell - number * size, end - number * size, into);
      cell = end;
    }
  }

  /** Drops the blocks that end at or before the slice; returns their numbers. */
  forgetBefore(slice: number): readonly number[] {
    const first = this.blockOf(slice);
    const floor = first * this.shape.slicesPerCell * this.shape.cellsPerBlock;
    if (floor <= this.#floorSlice) return [];
    this.#floorSlice = floor;
    const gone = [...this.#blocks.keys()].filter((number) => number < first);
    for (const number of gone) this.#blocks.delete(number);
    return gone;
  }

  /** The block's cells that are not empty, flat: index, good, total, late. */
  encodeBlock(number: number): number[] {
    const cells = this.#blocks.get(number)?.cells ?? new Uint8Array(0);
    const flat: number[] = [];
    for (let at = 0; at < cells.length; at += FIELDS) {
      const good = cells[at] ?? 0;
      const total = cells[at + 1] ?? 0;
      const late = cells[at + 2] ?? 0;
      if (total !== 0 || late !== 0) flat.push(at / FIELDS, good, total, late);
    }
    return flat;
  }

  /** Replaces a block with what {@link encodeBlock} gave. */
  restoreBlock(number: number, flat: readonly number[]): void {
    this.#blocks.delete(number);
    const block = this.#block(number);
    for (let i = 0; i < flat.length; i += FIELDS + 1) {
      const [index = 0, good = 0, total = 0, late = 0] = flat.slice(i, i + FIELDS + 1);
      setCell(block, index * FIELDS, { good, total, late });
      addTo(block.sums, good, total, late);
    }
  }

  /** The first cell with events, as its first slice; undefined when there is none. */
  firstSlice(): number | undefined {
    const numbers = [...this.#blocks.keys()].sort((a, b) => a - b);
    for (const number of numbers) {
      const index = this.encodeBlock(number)[0];
      if (index !== undefined) return (number * this.shape.cellsPerBlock + index) * this.shape.slicesPerCell;
    }
    return undefined;
  }

  /** First slices of the cells with events, block by block. */
  *slices(): Generator<number> {
    for (const number of this.#blocks.keys()) {
      const flat = this.encodeBlock(number);
      for (let at = 0; at < flat.length; at += FIELDS + 1) {
        yield (number * this.shape.cellsPerBlock + (flat[at] ?? 0)) * this.shape.slicesPerCell;
      }
    }
  }

  #index(slice: number): number {
    const cell = Math.floor(slice / this.shape.slicesPerCell);
    return (cell - Math.floor(cell / this.shape.cellsPerBlock) * this.shape.cellsPerBlock) * FIELDS;
  }

  #block(number: number): Block {
    let block = this.#blocks.get(number);
    if (block === undefined) {
      const cells = new Uint8Array(this.shape.cellsPerBlock * FIELDS);
      block = { cells, sums: { good: 0, total: 0, late: 0 } };
      this.#blocks.set(number, block);
    }
    return block;
  }
}

/** Writes a cell, widening the block when a number is no byte. */
function setCell(block: Block, at: number, { good, total, late }: Readonly<Sums>): void {
  const fits = isByte(good) && isByte(total) && isByte(late);
  if (!fits && block.cells instanceof Uint8Array) block.cells = Float64Array.from(block.cells);
  const { cells } = block;
  cells[at] = good;
  cells[at + 1] = total;
  cells[at + 2] = late;
}

function isByte(number: number): boolean {
  return (number & 255) === number;
}

function addTo(into: Sums, good: number, total: number, late: number): void {
  into.good += good;
  into.total += total;
  into.late += late;
}

function sumBlock({ cells, sums }: Block, from: number, to: number, into: Sums): void {
  if (to - from === cells.length / FIELDS) {
    addTo(into, sums.good, sums.total, sums.late);
    return;
  }
  for (let at = from * FIELDS; at < to * FIELDS; at += FIELDS) {
    addTo(into, cells[at] ?? 0, cells[at + 1] ?? 0, cells[at + 2] ?? 0);
  }
}
