import type { Arena } from './arena.ts';
import { AttributesBuilder } from './attributes.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { IdsBuilder } from './identifiers.ts';
import type { Exemplars } from './types.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 64;

/** Exemplars of points: `read` for each, `endPoint` after the last one of a point. */
export class ExemplarsBuilder implements Exemplars {
  offsets = new Uint32Array(INITIAL);
  readonly traceId = new IdsBuilder(4);
  readonly spanId = new IdsBuilder(2);
  readonly attributes: AttributesBuilder;
  readonly #arena: Arena;
  readonly #time = new WordsBuilder();
  readonly #value = new WordsBuilder();
  #points = 0;
  #count = 0;
  #markedPoints = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.attributes = new AttributesBuilder(arena);
  }

  get timeNanos(): BigUint64Array {
    return this.#time.values;
  }

  get value(): Float64Array {
    return this.#value.doubles;
  }

  clear(): void {
    this.#points = 0;
    this.#count = 0;
    this.attributes.clear();
  }

  mark(): void {
    this.#markedPoints = this.#points;
    this.attributes.mark();
  }

  rewind(): void {
    this.#points = this.#markedPoints;
    this.#count = this.offsets[this.#points] as number;
    this.attributes.rewind();
  }

  /**
   * Reads an Exemplar message: 2 time_unix_nano · 3 as_double · 4 span_id · 5 trace_id · 6 as_int (sfixed64)
   * 7 filtered_attributes.
   */
  read(start: number, end: number): void {
    const row = this.#open();
    const { bytes, view } = this.#arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x11) this.#time.copy(row, view, fields.start);
      else if (fields.tag === 0x19) this.#value.copy(row, view, fields.start);
      else if (fields.tag === 0x31) this.#value.setDoubleOfInteger(row, view, fields.start);
      else if (fields.tag === 0x22) this.spanId.set(row, view, fields.start, fields.end);
      else if (fields.tag === 0x2a) this.traceId.set(row, view, fields.start, fields.end);
      else if (fields.tag === 0x3a) this.attributes.read(fields.start, fields.end);
    }
    this.attributes.endRow();
  }

  /** Closes a point's exemplars. */
  endPoint(): void {
    this.#points++;
    if (this.#points === this.offsets.length) this.offsets = grow(this.offsets, 0);
    this.offsets[this.#points] = this.#count;
  }

  #open(): number {
    const row = this.#count++;
    this.traceId.open(row);
    this.spanId.open(row);
    this.#time.open(row);
    this.#value.open(row);
    return row;
  }
}
