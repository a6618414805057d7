import type { Arena } from './arena.ts';
import { AttributesBuilder } from './attributes.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import type { SpanEvents } from './types.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 64;

/** Events of spans: `read` for each, `endSpan` after the last one of a span. */
export class SpanEventsBuilder implements SpanEvents {
  offsets = new Uint32Array(INITIAL);
  readonly name: { ids: Uint32Array; readonly dictionary: DictionaryBuilder };
  readonly attributes: AttributesBuilder;
  readonly #time = new WordsBuilder();
  readonly #arena: Arena;
  #spans = 0;
  #count = 0;
  #markedSpans = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.attributes = new AttributesBuilder(arena);
    this.name = { ids: new Uint32Array(INITIAL), dictionary: new DictionaryBuilder(arena) };
  }

  get timeNanos(): BigUint64Array {
    return this.#time.values;
  }

  clear(): void {
    this.#spans = 0;
    this.#count = 0;
    this.name.dictionary.clear();
    this.attributes.clear();
  }

  mark(): void {
    this.#markedSpans = this.#spans;
    this.attributes.mark();
  }

  rewind(): void {
    this.#spans = this.#markedSpans;
    this.#count = this.offsets[this.#spans] as number;
    this.attributes.rewind();
  }

  /** Reads a Span.Event message: 1 time_unix_nano · 2 name · 3 attributes. */
  read(start: number, end: number): void {
    const row = this.#count++;
    if (row === this.name.ids.length) this.name.ids = grow(this.name.ids, 0);
    this.#time.open(row);
    this.name.ids[row] = 0;
    const fields = new Fields(this.#arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x09) this.#time.copy(row, this.#arena.view, fields.start);
      else if (fields.tag === 0x12) {
        this.name.ids[row] = this.name.dictionary.intern(fields.start, fields.end);
      } else if (fields.tag === 0x1a) this.attributes.read(fields.start, fields.end);
    }
    this.attributes.endRow();
  }

  /** Closes a span's events. */
  endSpan(): void {
    this.#spans++;
    if (this.#spans === this.offsets.length) this.offsets = grow(this.offsets, 0);
    this.offsets[this.#spans] = this.#count;
  }
}
