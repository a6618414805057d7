import { AttributesBuilder } from './attributes.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { EnvelopeDecoder, type RecordReader } from './envelope.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { IdsBuilder } from './identifiers.ts';
import { SlicesBuilder } from './slices.ts';
import { SpanEventsBuilder } from './span-events.ts';
import { SpanLinksBuilder } from './span-links.ts';
import type { EncodedRequest, SpanBatch } from './types.ts';
import { malformed, skipField, varint, varint32, varintEnd } from './wire.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 1024;
const MAX_KIND = 5;
const MAX_STATUS = 2;

/** Decodes trace requests; the batch it returns is itself, valid until its next `decode`. */
export class SpanDecoder implements SpanBatch, RecordReader {
  readonly signal = 'traces';
  count = 0;
  scope = new Uint32Array(INITIAL);
  kind = new Uint8Array(INITIAL);
  flags = new Uint32Array(INITIAL);
  statusCode = new Uint8Array(INITIAL);
  readonly traceId = new IdsBuilder(4);
  readonly spanId = new IdsBuilder(2);
  readonly parentSpanId = new IdsBuilder(2);
  readonly traceState = new SlicesBuilder();
  readonly statusMessage = new SlicesBuilder();
  readonly #envelope = new EnvelopeDecoder(this.signal);
  readonly #arena = this.#envelope.arena;
  readonly name = {
    ids: new Uint32Array(INITIAL),
    dictionary: new DictionaryBuilder(this.#arena),
  };
  readonly attributes = new AttributesBuilder(this.#arena);
  readonly events = new SpanEventsBuilder(this.#arena);
  readonly links = new SpanLinksBuilder(this.#arena);
  readonly resources = this.#envelope.resources;
  readonly scopes = this.#envelope.scopes;
  readonly #start = new WordsBuilder();
  readonly #end = new WordsBuilder();
  #marked = 0;

  get source(): Uint8Array {
    return this.#arena.bytes;
  }

  get requests(): SpanBatch['requests'] {
    return this.#envelope.requests;
  }

  get undecodable(): SpanBatch['undecodable'] {
    return this.#envelope.undecodable;
  }

  get startNanos(): BigUint64Array {
    return this.#start.values;
  }

  get endNanos(): BigUint64Array {
    return this.#end.values;
  }

  /** Decodes `ExportTraceServiceRequest`s; never throws for what is in them. */
  decode(requests: readonly EncodedRequest[]): SpanBatch {
    this.#envelope.decode(requests, this);
    return this;
  }

  clear(): void {
    this.count = 0;
    this.name.dictionary.clear();
    for (const table of [this.attributes, this.events, this.links]) table.clear();
  }

  mark(): void {
    this.#marked = this.count;
    for (const table of [this.attributes, this.events, this.links]) table.mark();
  }

  rewind(): void {
    this.count = this.#marked;
    for (const table of [this.attributes, this.events, this.links]) table.rewind();
  }

  /**
   * Reads a Span message:
   *
   *   1 trace_id · 2 span_id · 3 trace_state · 4 parent_span_id · 5 name · 6 kind · 7 start_time_unix_nano (fixed64)
   *   8 end_time_unix_nano (fixed64) · 9 attributes · 11 events · 13 links · 15 status · 16 flags (fixed32)
   */
  read(start: number, end: number, scope: number): void {
    const row = this.#open(scope);
    const { bytes, view } = this.#arena;
    let at = start;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag > 0x7f) {
        tag = varint(bytes, at - 1);
        at = varintEnd(bytes, at - 1);
      }
      if ((tag & 7) === 2 && tag > 7) {
        let length = bytes[at++] as number;
        if (length > 0x7f) {
          length = varint(bytes, at - 1);
          at = varintEnd(bytes, at - 1);
        }
        const from = at;
        at += length;
        if (at > end) malformed('field beyond its span');
        if (tag === 0x4a) this.attributes.read(from, at);
        else this.#readText(row, tag, from, at);
      } else if (tag === 0x30) {
        const kind = varint32(bytes, at);
        this.kind[row] = kind > MAX_KIND ? 0 : kind;
        at = varintEnd(bytes, at);
      } else if (tag === 0x39) {
        this.#start.copy(row, view, at);
        at += 8;
      } else if (tag === 0x41) {
        this.#end.copy(row, view, at);
        at += 8;
      } else if (tag === 0x85) {
        this.flags[row] = view.getUint32(at, true);
        at += 4;
      } else {
        at = skipField(bytes, tag, at, end);
      }
    }
    if (at !== end) malformed('field beyond its span');
    this.attributes.endRow();
    this.events.endSpan();
    this.links.endSpan();
  }

  #readText(row: number, tag: number, start: number, end: number): void {
    const { view } = this.#arena;
    switch (tag) {
      case 0x0a:
        this.traceId.set(row, view, start, end);
        return;
      case 0x12:
        this.spanId.set(row, view, start, end);
        return;
      case 0x1a:
        this.traceState.set(row, start, end);
        return;
      case 0x22:
        this.parentSpanId.set(row, view, start, end);
        return;
      case 0x2a:
        this.name.ids[row] = this.name.dictionary.intern(start, end);
        return;
      case 0x5a:
        this.events.read(start, end);
        return;
      case 0x6a:
        this.links.read(start, end);
        return;
      case 0x7a:
        this.#readStatus(row, start, end);
        return;
    }
  }

  /** Status: 2 message · 3 code. */
  #readStatus(row: number, start: number, end: number): void {
    const fields = new Fields(this.#arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x12) this.statusMessage.set(row, fields.start, fields.end);
      else if (fields.tag === 0x18) {
        const code = varint32(this.#arena.bytes, fields.start);
        this.statusCode[row] = code > MAX_STATUS ? 0 : code;
      }
    }
  }

  /** A new row with every field at its default. */
  #open(scope: number): number {
    const row = this.count++;
    if (row === this.scope.length) this.#growRows();
    this.scope[row] = scope;
    this.name.ids[row] = 0;
    this.kind[row] = 0;
    this.flags[row] = 0;
    this.statusCode[row] = 0;
    this.#start.open(row);
    this.#end.open(row);
    this.traceId.open(row);
    this.spanId.open(row);
    this.parentSpanId.open(row);
    this.traceState.open(row);
    this.statusMessage.open(row);
    return row;
  }

  #growRows(): void {
    this.scope = grow(this.scope, 0);
    this.name.ids = grow(this.name.ids, 0);
    this.kind = grow(this.kind, 0);
    this.flags = grow(this.flags, 0);
    this.statusCode = grow(this.statusCode, 0);
  }
}
