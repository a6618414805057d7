import type { Arena } from './arena.ts';
import { AttributesBuilder } from './attributes.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { IdsBuilder } from './identifiers.ts';
import { SlicesBuilder } from './slices.ts';
import type { SpanLinks } from './types.ts';

const INITIAL = 64;

/** Links of spans: `read` for each, `endSpan` after the last one of a span. */
export class SpanLinksBuilder implements SpanLinks {
  offsets = new Uint32Array(INITIAL);
  readonly traceId = new IdsBuilder(4);
  readonly spanId = new IdsBuilder(2);
  readonly traceState = new SlicesBuilder();
  readonly attributes: AttributesBuilder;
  readonly #arena: Arena;
  #spans = 0;
  #count = 0;
  #markedSpans = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.attributes = new AttributesBuilder(arena);
  }

  clear(): void {
    this.#spans = 0;
    this.#count = 0;
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

  /** Reads a Span.Link message: 1 trace_id · 2 span_id · 3 trace_state · 4 attributes. */
  read(start: number, end: number): void {
    const row = this.#count++;
    this.traceId.open(row);
    this.spanId.open(row);
    this.traceState.open(row);
    const { bytes, view } = this.#arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) this.traceId.set(row, view, fields.start, fields.end);
      else if (fields.tag === 0x12) this.spanId.set(row, view, fields.start, fields.end);
      else if (fields.tag === 0x1a) this.traceState.set(row, fields.start, fields.end);
      else if (fields.tag === 0x22) this.attributes.read(fields.start, fields.end);
    }
    this.attributes.endRow();
  }

  /** Closes a span's links. */
  endSpan(): void {
    this.#spans++;
    if (this.#spans === this.offsets.length) this.offsets = grow(this.offsets, 0);
    this.offsets[this.#spans] = this.#count;
  }
}
