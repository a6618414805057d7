import type { AttributesColumn } from './types.ts';

const UNKNOWN = -2;
const ABSENT = -1;

/**
 * Finds one attribute in the rows of a column; the first of equal keys wins. Where a shape has the key is found
 * once per shape, so a look-up costs a few array reads. Belongs to one batch.
 */
export class AttributeLookup {
  readonly #column: AttributesColumn;
  readonly #key: number;
  /** Shape → position within the row, or ABSENT or UNKNOWN. */
  readonly #positions: Int32Array;

  constructor(column: AttributesColumn, key: string) {
    this.#column = column;
    this.#key = column.keys.dictionary.find(key);
    this.#positions = new Int32Array(column.shapeCount).fill(this.#key === -1 ? ABSENT : UNKNOWN);
  }

  /** The index into the column's values, or -1 when the row does not have the attribute. */
  entry(row: number): number {
    const column = this.#column;
    const shape = column.shapes[row] as number;
    let position = this.#positions[shape] as number;
    if (position === UNKNOWN) position = this.#find(row, shape);
    return position === ABSENT ? -1 : (column.offsets[row] as number) + position;
  }

  #find(row: number, shape: number): number {
    const { offsets, keys } = this.#column;
    const first = offsets[row] as number;
    const until = offsets[row + 1] as number;
    let position = ABSENT;
    for (let entry = first; entry < until; entry++) {
      if (keys.ids[entry] !== this.#key) continue;
      position = entry - first;
      break;
    }
    this.#positions[shape] = position;
    return position;
  }
}
