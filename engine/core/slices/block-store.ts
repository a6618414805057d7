/**
 * Blocks of counts in one piece of memory. Tens of thousands of timelines have a hundred blocks each: as objects they
 * would take more room than their counts, and the garbage collector would look at every one.
 *
 * Invariants
 * 1. A block holds, for all of its cells, first the totals, then the bad ones (total − good), then the late ones, each as
 *    wide as the largest of them needs, and not at all where all are 0.
 * 2. Behind them, where sums are kept, stand those of the cells in the same order, in 8 bytes each.
 * 3. A block that is new or grows goes behind the last one, where nothing has to be moved for it; the last one grows
 *    where it is. Only when there is no room blocks move, into the gaps that others have left.
 */
import {
  BADS,
  BLOCK_SUMS,
  codesOf,
  fieldWidth,
  LATES,
  placeAt,
  SUM_WIDTH,
  startOf,
  TOTALS,
  widerCodes,
  withCode,
} from './block-place.ts';
import { readNumber, sumNumbers, widthCode, widthOf, writeNumber } from './packed-numbers.ts';

/** Running totals; sums are added into one, so a window over several levels needs no garbage. */
export interface Sums {
  good: number;
  total: number;
  late: number;
}

/** How blocks are cut. */
export interface BlockStoreOptions {
  /** Cells in a block. */
  readonly cellsPerBlock: number;
  /** Whether sums of whole blocks are kept: where windows take many of them. */
  readonly hasSums: boolean;
}

/** Of an encoded cell: index, good, total, late. */
export const ENCODED_NUMBERS = 4;

/** New memory has this part of what is in it to spare, and at least so many bytes. */
const SPARE = 8;
const SPARE_BYTES = 256;

/** See above. */
export class BlockStore {
  readonly #options: BlockStoreOptions;
  /** Numbers of the blocks, ascending. */
  readonly #numbers: number[] = [];
  readonly #places: number[] = [];
  #memory: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(0));
  /** Behind the last block. */
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

  /** Index of the first block at or after a number. */
  firstFrom(number: number): number {
    const numbers = this.#numbers;
    const last = numbers.length - 1;
    // Time goes on, and most often there is no gap.
    if (last < 0 || number > (numbers[last] as number)) return last + 1;
    const guess = number - (numbers[0] as number);
    if (guess <= 0) return 0;
    if (guess <= last && numbers[guess] === number) return guess;
    let [low, high] = [0, last];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds to a cell of a block, which is there from now on. */
  add(number: number, cell: number, counts: Readonly<Sums>): void {
    const index = this.firstFrom(number);
    if (this.#numbers[index] !== number) this.#insert(index, number, codesFor(counts));
    this.#addCell(index, cell, counts);
  }

  /** Adds the cells [from, to) of a block to `into`. */
  sum(index: number, { from, to }: { readonly from: number; readonly to: number }, into: Sums): void {
    const place = this.#places[index] as number;
    const { cellsPerBlock, hasSums } = this.#options;
    const isWhole = hasSums && to - from === cellsPerBlock;
    const total = isWhole ? this.#blockSum(place, TOTALS) : this.#cellSum(place, TOTALS, from, to);
    const bad = isWhole ? this.#blockSum(place, BADS) : this.#cellSum(place, BADS, from, to);
    into.good += total - bad;
    into.total += total;
    into.late += isWhole ? this.#blockSum(place, LATES) : this.#cellSum(place, LATES, from, to);
  }

  /** The block's cells that are not empty, flat: index, good, total, late. */
  encode(number: number): number[] {
    const flat: number[] = [];
    const index = this.firstFrom(number);
    if (this.#numbers[index] !== number) return flat;
    const place = this.#places[index] as number;
    const memory = this.#memory;
    const [totalsAt, totalWidth] = [this.#fieldStart(place, TOTALS), fieldWidth(place, TOTALS)];
    const [badsAt, badWidth] = [this.#fieldStart(place, BADS), fieldWidth(place, BADS)];
    const [latesAt, lateWidth] = [this.#fieldStart(place, LATES), fieldWidth(place, LATES)];
    for (let cell = 0; cell < this.#options.cellsPerBlock; cell += 1) {
      const total = readNumber(memory, totalsAt + cell * totalWidth, totalWidth);
      const bad = readNumber(memory, badsAt + cell * badWidth, badWidth);
      const late = readNumber(memory, latesAt + cell * lateWidth, lateWidth);
      if (total !== 0 || bad !== 0 || late !== 0) flat.push(cell, total - bad, total, late);
    }
    return flat;
  }

  /** Replaces a block with what {@link encode} gave. */
  restore(number: number, flat: readonly number[]): void {
    const index = this.firstFrom(number);
    this.#renew(index, number, widestCodes(flat));
    for (let at = 0; at < flat.length; at += ENCODED_NUMBERS) {
      this.#addCell(index, flat[at] as number, countsAt(flat, at));
    }
  }

  /** Drops the blocks before a number; returns theirs. */
  dropBefore(number: number): readonly number[] {
    return this.#remove(0, this.firstFrom(number));
  }

  #addCell(index: number, cell: number, { good, total, late }: Readonly<Sums>): void {
    const bad = total - good;
    this.#addTo(index, TOTALS, cell, total);
    this.#addTo(index, BADS, cell, bad);
    this.#addTo(index, LATES, cell, late);
    if (!this.#options.hasSums) return;
    this.#addTo(index, BLOCK_SUMS, TOTALS, total);
    this.#addTo(index, BLOCK_SUMS, BADS, bad);
    this.#addTo(index, BLOCK_SUMS, LATES, late);
  }

  #addTo(index: number, field: number, cell: number, added: number): void {
    // Most events are good and in time.
    if (added === 0) return;
    const place = this.#places[index] as number;
    const width = fieldWidth(place, field);
    const at = this.#fieldStart(place, field) + cell * width;
    const sum = readNumber(this.#memory, at, width) + added;
    const code = widthCode(sum);
    if (widthOf(code) <= width) writeNumber(this.#memory, at, width, sum);
    else {
      this.#widen(index, field, code);
      const wide = widthOf(code);
      writeNumber(
        this.#memory,
        this.#fieldStart(this.#places[index] as number, field) + cell * wide,
        wide,
        sum,
      );
    }
  }

  #blockSum(place: number, field: number): number {
    return readNumber(this.#memory, this.#fieldStart(place, BLOCK_SUMS) + field * SUM_WIDTH, SUM_WIDTH);
  }

  #cellSum(place: number, field: number, from: number, to: number): number {
    const width = fieldWidth(place, field);
    if (width === 0) return 0;
    const start = this.#fieldStart(place, field);
    return sumNumbers(this.#memory, start + from * width, start + to * width, width);
  }

  /** Where a field begins. */
  #fieldStart(place: number, field: number): number {
    let width = field > TOTALS ? fieldWidth(place, TOTALS) : 0;
    if (field > BADS) width += fieldWidth(place, BADS);
    if (field > LATES) width += fieldWidth(place, LATES);
    return startOf(place) + width * this.#options.cellsPerBlock;
  }

  /** Makes a field of a block wider. */
  #widen(index: number, field: number, code: number): void {
    const codes = withCode(codesOf(this.#places[index] as number), field, code);
    const bytes = this.#bytesOf(codes);
    const present = this.#bytesOf(this.#places[index] as number);
    const isLast = startOf(this.#places[index] as number) + present === this.#used;
    this.#reserve(isLast ? bytes - present : bytes);
    // Blocks have moved if there was no room; which one is last has not changed.
    const old = this.#places[index] as number;
    const start = isLast ? startOf(old) : this.#used;
    const place = placeAt(start, codes);
    this.#copyFields(old, place);
    this.#places[index] = place;
    this.#used = start + bytes;
    this.#live += bytes - present;
  }

  /** From the last number to the first: the new place may begin where the old one does. */
  #copyFields(from: number, to: number): void {
    const { cellsPerBlock, hasSums } = this.#options;
    for (let field = hasSums ? BLOCK_SUMS : LATES; field >= TOTALS; field -= 1) {
      const count = field === BLOCK_SUMS ? BLOCK_SUMS : cellsPerBlock;
      const [fromWidth, toWidth] = [fieldWidth(from, field), fieldWidth(to, field)];
      const [fromAt, toAt] = [this.#fieldStart(from, field), this.#fieldStart(to, field)];
      for (let cell = count - 1; cell >= 0; cell -= 1) {
        const value = readNumber(this.#memory, fromAt + cell * fromWidth, fromWidth);
        writeNumber(this.#memory, toAt + cell * toWidth, toWidth, value);
      }
    }
  }

  /** An empty block in the place of the present one, if there is one. */
  #renew(index: number, number: number, codes: number): void {
    if (this.#numbers[index] !== number) {
      this.#insert(index, number, codes);
      return;
    }
    const place = this.#places[index] as number;
    if (codesOf(place) === codes) this.#clear(place);
    else {
      this.#remove(index, 1);
      this.#insert(index, number, codes);
    }
  }

  #insert(index: number, number: number, codes: number): void {
    const bytes = this.#bytesOf(codes);
    this.#reserve(bytes);
    const start = this.#used;
    const place = placeAt(start, codes);
    if (index === this.#numbers.length) {
      this.#numbers.push(number);
      this.#places.push(place);
    } else {
      this.#numbers.splice(index, 0, number);
      this.#places.splice(index, 0, place);
    }
    this.#used = start + bytes;
    this.#live += bytes;
    // Others may have been here before.
    this.#clear(place);
  }

  #clear(place: number): void {
    const start = startOf(place);
    new Uint8Array(this.#memory.buffer).fill(0, start, start + this.#bytesOf(place));
  }

  #remove(index: number, count: number): readonly number[] {
    for (const place of this.#places.splice(index, count)) this.#live -= this.#bytesOf(place);
    return this.#numbers.splice(index, count);
  }

  /**
   * Makes room for so many bytes behind the last block, and some more. Memory that is left is given back at once: for
   * memory outside its heap V8 collects the whole heap soon.
   */
  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#memory.byteLength) return;
    if (this.#live < this.#used) this.#moveTogether();
    const wanted = this.#used + bytes;
    const spare = Math.max(SPARE_BYTES, Math.ceil(wanted / SPARE));
    const free = this.#memory.byteLength - wanted;
    // With less than half of it blocks would have to move again soon.
    if (free >= spare / 2 && free <= spare * 2) return;
    this.#memory = new DataView(this.#memory.buffer.transfer(wanted + spare));
  }

  /** Moves the blocks to the beginning, in the order they are in. */
  #moveTogether(): void {
    const places = this.#places;
    const bytes = new Uint8Array(this.#memory.buffer);
    const inOrder = [...places.keys()].sort(
      (one, other) => (places[one] as number) - (places[other] as number),
    );
    this.#used = 0;
    for (const index of inOrder) {
      const place = places[index] as number;
      const start = startOf(place);
      const length = this.#bytesOf(place);
      bytes.copyWithin(this.#used, start, start + length);
      places[index] = placeAt(this.#used, codesOf(place));
      this.#used += length;
    }
  }

  /** Of a block with these codes, or at this place. */
  #bytesOf(codes: number): number {
    const { cellsPerBlock, hasSums } = this.#options;
    const widths = fieldWidth(codes, TOTALS) + fieldWidth(codes, BADS) + fieldWidth(codes, LATES);
    return widths * cellsPerBlock + (hasSums ? BLOCK_SUMS * SUM_WIDTH : 0);
  }
}

function codesFor({ good, total, late }: Readonly<Sums>): number {
  const codes = withCode(widthCode(total), BADS, widthCode(total - good));
  return withCode(codes, LATES, widthCode(late));
}

function widestCodes(flat: readonly number[]): number {
  let codes = 0;
  for (let at = 0; at < flat.length; at += ENCODED_NUMBERS) {
    const needed = codesFor(countsAt(flat, at));
    if (needed !== codes) codes = widerCodes(codes, needed);
  }
  return codes;
}

function countsAt(flat: readonly number[], at: number): Sums {
  return { good: flat[at + 1] as number, total: flat[at + 2] as number, late: flat[at + 3] as number };
}
