/**
 * Blocks of counts in one piece of memory. Tens of thousands of timelines have a hundred blocks each: as objects they
 * would take more room than their counts, and the garbage collector would look at every one.
 *
 * Invariants
 * 1. A block holds, for all of its cells, first the totals, then the bad ones (total − good), then the late ones, each as
 *    wide as the largest of them needs, and not at all where all are 0.
 * 2. Behind them, where sums are kept, stand those of the cells, in 8 bytes each.
 * 3. Memory that blocks have left is used again when there is no room behind the last one.
 */
import { PackedNumbers, WIDTHS, widthOf } from './packed-numbers.ts';

/** Totals, bad and late ones of a cell or of many. */
export type Counted = readonly [number, number, number];

/** A look at one block; lasts until the next change of the store. */
export interface BlockFields {
  readonly totals: PackedNumbers;
  readonly bads: PackedNumbers;
  readonly lates: PackedNumbers;
  /** Total, bad and late of all cells; all 0 when sums are not kept. */
  readonly sums: PackedNumbers;
}

export interface BlockStoreOptions {
  readonly cellsPerBlock: number;
  readonly hasSums: boolean;
}

/** Codes of widths are below it; see `WIDTHS`. */
const CODES = 8;
const SUM_WIDTH = 8;
/** New memory has this part of what is in it to spare. */
const SPARE = 8;

/** See above. */
export class BlockStore {
  readonly #options: BlockStoreOptions;
  /** Numbers of the blocks, ascending. */
  readonly #numbers: number[] = [];
  /** Where each of them begins, and the codes of its widths. */
  readonly #places: number[] = [];
  #memory: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(0));
  #used = 0;
  /** Bytes of the blocks that are left. */
  #live = 0;

  constructor(options: BlockStoreOptions) {
    this.#options = options;
  }

  /** Numbers of the blocks, ascending; not to be kept. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** Index of a block; undefined when there is none. */
  find(number: number): number | undefined {
    const index = this.firstFrom(number);
    return this.#numbers[index] === number ? index : undefined;
  }

  /** Index of the first block at or after a number; most often there is no gap. */
  firstFrom(number: number): number {
    const numbers = this.#numbers;
    const guess = number - (numbers[0] ?? number);
    if (guess <= 0) return 0;
    if (numbers[guess] === number) return guess;
    let [low, high] = [0, numbers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** An empty block in the place of the present one, wide enough for numbers up to these; returns its index. */
  renew(number: number, widest: Counted = [0, 0, 0]): number {
    const known = this.find(number);
    if (known !== undefined) this.#remove(known, 1);
    return this.#insert(number, [widthOf(widest[0]), widthOf(widest[1]), widthOf(widest[2])]);
  }

  /** Drops the blocks before a number; returns theirs. */
  dropBefore(number: number): readonly number[] {
    return this.#remove(0, this.firstFrom(number));
  }

  fields(index: number): BlockFields {
    const place = this.#places[index] as number;
    const memory = this.#memory;
    const { cellsPerBlock, hasSums } = this.#options;
    const [total, bad, late] = widthsOf(place);
    let start = startOf(place);
    const totals = new PackedNumbers(memory, { start, width: total });
    start += total * cellsPerBlock;
    const bads = new PackedNumbers(memory, { start, width: bad });
    start += bad * cellsPerBlock;
    const lates = new PackedNumbers(memory, { start, width: late });
    start += late * cellsPerBlock;
    return {
      totals,
      bads,
      lates,
      sums: new PackedNumbers(memory, { start, width: hasSums ? SUM_WIDTH : 0 }),
    };
  }

  /** The block's fields, wide enough for these numbers. */
  fieldsFor(index: number, counted: Counted): BlockFields {
    const place = this.#places[index] as number;
    const codes = codesOf(place);
    const wanted = counted.map(widthOf) as [number, number, number];
    if (wanted.every((code, field) => code <= (codes[field] as number))) return this.fields(index);
    return this.#widen(
      index,
      wanted.map((code, field) => Math.max(code, codes[field] as number)) as typeof wanted,
    );
  }

  #widen(index: number, codes: Counted): BlockFields {
    const { totals, bads, lates, sums } = this.fields(index);
    const numbers = (field: PackedNumbers, count: number) =>
      Array.from({ length: count }, (_, at) => field.get(at));
    const { cellsPerBlock } = this.#options;
    // Taken out first: room for the wider block may be other memory.
    const kept = [totals, bads, lates].map((field) => numbers(field, cellsPerBlock));
    const keptSums = numbers(sums, 3);
    const number = this.#numbers[index] as number;
    this.#remove(index, 1);
    this.#insert(number, codes);
    const wide = this.fields(index);
    const fields = [wide.totals, wide.bads, wide.lates];
    for (const [field, values] of kept.entries()) {
      for (const [cell, value] of values.entries()) fields[field]?.set(cell, value);
    }
    for (const [field, sum] of keptSums.entries()) wide.sums.set(field, sum);
    return wide;
  }

  #insert(number: number, codes: Counted): number {
    const bytes = this.#bytesOf(codes);
    if (this.#used + bytes > this.#memory.byteLength) this.#makeRoom(bytes);
    const index = this.firstFrom(number);
    this.#numbers.splice(index, 0, number);
    this.#places.splice(index, 0, placeOf(this.#used, codes));
    this.#used += bytes;
    this.#live += bytes;
    return index;
  }

  #remove(index: number, count: number): readonly number[] {
    for (const place of this.#places.splice(index, count)) this.#live -= this.#bytesOf(codesOf(place));
    return this.#numbers.splice(index, count);
  }

  /**
   * Moves the blocks into new memory, with room for so many bytes and some more. The old one is given back at once: for
   * memory outside its heap V8 collects the whole heap soon.
   */
  #makeRoom(bytes: number): void {
    const wanted = this.#live + bytes;
    const old = this.#memory.buffer;
    const size = wanted + Math.ceil(wanted / SPARE);
    if (this.#live === this.#used) {
      this.#memory = new DataView(old.transfer(size));
      return;
    }
    const memory = new Uint8Array(size);
    this.#used = this.#moveTogether(new Uint8Array(old), memory);
    old.transfer(0);
    this.#memory = new DataView(memory.buffer);
  }

  #moveTogether(old: Uint8Array, memory: Uint8Array): number {
    let used = 0;
    for (const [index, place] of this.#places.entries()) {
      const codes = codesOf(place);
      const start = startOf(place);
      const bytes = this.#bytesOf(codes);
      memory.set(old.subarray(start, start + bytes), used);
      this.#places[index] = placeOf(used, codes);
      used += bytes;
    }
    return used;
  }

  #bytesOf([total, bad, late]: Counted): number {
    const { cellsPerBlock, hasSums } = this.#options;
    const bytes = (WIDTHS[total] ?? 0) + (WIDTHS[bad] ?? 0) + (WIDTHS[late] ?? 0);
    return bytes * cellsPerBlock + (hasSums ? 3 * SUM_WIDTH : 0);
  }
}

function placeOf(start: number, [total, bad, late]: Counted): number {
  return start * CODES ** 3 + late * CODES ** 2 + bad * CODES + total;
}

function startOf(place: number): number {
  return Math.floor(place / CODES ** 3);
}

function codesOf(place: number): Counted {
  return [place % CODES, Math.floor(place / CODES) % CODES, Math.floor(place / CODES ** 2) % CODES];
}

function widthsOf(place: number): Counted {
  const [total, bad, late] = codesOf(place);
  return [WIDTHS[total] ?? 0, WIDTHS[bad] ?? 0, WIDTHS[late] ?? 0];
}
