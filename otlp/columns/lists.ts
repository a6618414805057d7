import type { Arena } from './arena.ts';
import { grow } from './grow.ts';
import type { ListColumn } from './types.ts';
import { malformed, varintEnd } from './wire.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 64;

/**
 * Lists of 64-bit words (fixed64, double, or uint64 varints), built element by element, packed or not; `endRow`
 * closes a list.
 */
export class WordListsBuilder {
  offsets = new Uint32Array(INITIAL);
  /** The elements. */
  readonly words = new WordsBuilder();
  readonly #arena: Arena;
  #rows = 0;
  #count = 0;
  #markedRows = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** The elements as integers. */
  get integers(): BigUint64Array {
    return this.words.values;
  }

  /** The elements as doubles. */
  get doubles(): Float64Array {
    return this.words.doubles;
  }

  clear(): void {
    this.#rows = 0;
    this.#count = 0;
  }

  mark(): void {
    this.#markedRows = this.#rows;
  }

  rewind(): void {
    this.#rows = this.#markedRows;
    this.#count = this.offsets[this.#rows] as number;
  }

  endRow(): void {
    this.#rows++;
    if (this.#rows === this.offsets.length) this.offsets = grow(this.offsets, 0);
    this.offsets[this.#rows] = this.#count;
  }

  /** Appends a zero; returns its index in `words`. */
  addZero(): number {
    const index = this.#count++;
    this.words.open(index);
    return index;
  }

  /** Takes eight-byte elements: one, or all of a packed field. */
  readFixed(start: number, end: number): void {
    if ((end - start) % 8 !== 0) malformed('packed list of broken length');
    this.words.ensure(this.#count + (end - start) / 8);
    const { view } = this.#arena;
    for (let at = start; at < end; at += 8) this.words.copy(this.#count++, view, at);
  }

  /** Takes varint elements: one, or all of a packed field. */
  readVarints(start: number, end: number): void {
    const { bytes } = this.#arena;
    this.words.ensure(this.#count + (end - start));
    let at = start;
    while (at < end) {
      const next = varintEnd(bytes, at);
      this.words.setVarint(this.#count++, bytes, at, next);
      at = next;
    }
    if (at !== end) malformed('packed list of broken length');
  }
}

/** The list as a column of integers. */
export function integerLists(lists: WordListsBuilder): ListColumn<BigUint64Array> {
  return {
    get offsets() {
      return lists.offsets;
    },
    get values() {
      return lists.integers;
    },
  };
}

/** The list as a column of doubles. */
export function doubleLists(lists: WordListsBuilder): ListColumn<Float64Array> {
  return {
    get offsets() {
      return lists.offsets;
    },
    get values() {
      return lists.doubles;
    },
  };
}
