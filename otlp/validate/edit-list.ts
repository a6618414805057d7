/** What an edit does; each is about one field of the request, its payload, or a row of attributes. */
export const EDIT = {
  /** The field goes. */
  cut: 0,
  /** The field keeps only its payload's first bytes, as many as `value` says. */
  truncate: 1,
  /** The message in the field gets a time it did not have, number `value` of the times. */
  addTime: 2,
  /** The eight bytes become the time number `value`. */
  setTime: 3,
  /** The attributes go, one or several in a row. */
  drop: 4,
} as const;

/** Times an edit sets. */
export const TIME = { earliest: 0, now: 1 } as const;

/** One edit, read from the list. */
export interface Edit {
  readonly kind: number;
  /** Of the field from its tag on; of a `setTime` the eight bytes. */
  readonly start: number;
  readonly end: number;
  /** What it is depends on the kind; of a cut the index of its reason, of a drop where the content of its message starts. */
  readonly value: number;
  /** Records that go with a cut, attributes with a drop. */
  readonly count: number;
  /** Offset of what it is about, for the path that is told. */
  readonly at: number;
}

/** An attribute to be dropped. */
export interface Dropped {
  /** Where the content of the message starts that has it. */
  readonly list: number;
  /** Of the field from its tag on. */
  readonly start: number;
  readonly end: number;
}

const STRIDE = 6;

/**
 * What a walk over a request found to change. Kept as numbers: a request may hold a million records that are rejected.
 * Edits may lie inside the field of a later one, never across its ends.
 */
export class EditList {
  readonly #numbers: number[] = [];
  #size = 0;

  /** How many there are; also a mark for {@link forget}. */
  get size(): number {
    return this.#size;
  }

  add({ kind, start, end, value, count, at }: Edit): void {
    this.#numbers.push(kind, start, end, value, count, at);
    this.#size++;
  }

  /** Drops an attribute. A list of a million that have no room is one edit, not a million. */
  drop({ list, start, end }: Dropped): void {
    const last = (this.#size - 1) * STRIDE;
    const isNext = last >= 0 && this.#at(last) === EDIT.drop && this.#at(last + 2) === start;
    // The end of an event may touch its span's next attribute: no edit goes across the ends of a field.
    if (isNext && this.#at(last + 3) === list) {
      this.#numbers[last + 2] = end;
      this.#numbers[last + 4] = this.#at(last + 4) + 1;
    } else this.add({ kind: EDIT.drop, start, end, value: list, count: 1, at: start });
  }

  /** Forgets what was added since the size was this. */
  forget(size: number): void {
    if (size === this.#size) return;
    this.#numbers.length = size * STRIDE;
    this.#size = size;
  }

  get(index: number): Edit {
    const from = index * STRIDE;
    return {
      kind: this.#at(from),
      start: this.#at(from + 1),
      end: this.#at(from + 2),
      value: this.#at(from + 3),
      count: this.#at(from + 4),
      at: this.#at(from + 5),
    };
  }

  /** All of them, in the order they were added. */
  *[Symbol.iterator](): Generator<Edit> {
    for (let index = 0; index < this.size; index++) yield this.get(index);
  }

  #at(index: number): number {
    return this.#numbers[index] as number;
  }
}
