import type { AttributesColumn } from '../../../otlp/columns/types.ts';
import { UsedEntries } from './dictionary-entries.ts';

const UNPLANNED = 0xffffffff;

/**
 * How to write the rows of each shape with their keys sorted: worked out once per shape of a block.
 *
 * The plan of a shape with n keys is n places in `order` and `keys` from `startOf(row)` on: which of the row's
 * entries comes next, and its key's number in the block's dictionary. Equal keys keep their order.
 */
export class ShapePlans {
  readonly entries: UsedEntries;
  order = new Uint32Array(64);
  keys = new Uint32Array(64);
  readonly #column: AttributesColumn;
  readonly #starts: Uint32Array;
  #length = 0;

  constructor(column: AttributesColumn) {
    this.#column = column;
    this.entries = new UsedEntries(column.keys.dictionary);
    this.#starts = new Uint32Array(column.shapeCount).fill(UNPLANNED);
  }

  /** Where the plan of the row's shape starts. */
  startOf(row: number): number {
    const shape = this.#column.shapes[row] as number;
    const start = this.#starts[shape] as number;
    return start === UNPLANNED ? this.#plan(row, shape) : start;
  }

  #plan(row: number, shape: number): number {
    const { offsets, keys } = this.#column;
    const first = offsets[row] as number;
    const ids = keys.ids.subarray(first, offsets[row + 1]);
    const texts = Array.from(ids, (id) => keys.dictionary.bytes(id));
    const sorted = Array.from(ids.keys()).sort((left, right) => compare(texts, left, right));
    const start = this.#length;
    this.#makeRoom(sorted.length);
    for (const position of sorted) {
      this.order[this.#length] = position;
      this.keys[this.#length] = this.entries.use(ids[position] as number);
      this.#length++;
    }
    this.#starts[shape] = start;
    return start;
  }

  #makeRoom(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.order.length) return;
    this.order = longer(this.order, needed);
    this.keys = longer(this.keys, needed);
  }
}

/** The sort is stable, so equal keys stay in their order. */
function compare(texts: readonly Uint8Array[], left: number, right: number): number {
  return Buffer.compare(texts[left] as Uint8Array, texts[right] as Uint8Array);
}

function longer(array: Uint32Array<ArrayBuffer>, needed: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(Math.max(needed, array.length * 2));
  grown.set(array);
  return grown;
}
