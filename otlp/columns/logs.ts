import { AttributesBuilder } from './attributes.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { EnvelopeDecoder, type RecordReader } from './envelope.ts';
import { grow } from './grow.ts';
import { IdsBuilder } from './identifiers.ts';
import type { EncodedRequest, LogBatch } from './types.ts';
import { ValuesBuilder } from './values.ts';
import { malformed, skipField, varint, varint32, varintEnd } from './wire.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 1024;
const MAX_SEVERITY = 255;

/** Decodes log requests; the batch it returns is itself, valid until its next `decode`. */
export class LogDecoder implements LogBatch, RecordReader {
  readonly signal = 'logs';
  count = 0;
  scope = new Uint32Array(INITIAL);
  severityNumber = new Uint8Array(INITIAL);
  flags = new Uint32Array(INITIAL);
  readonly traceId = new IdsBuilder(4);
  readonly spanId = new IdsBuilder(2);
  readonly #envelope = new EnvelopeDecoder(this.signal);
  readonly #arena = this.#envelope.arena;
  readonly severityText = {
    ids: new Uint32Array(INITIAL),
    dictionary: new DictionaryBuilder(this.#arena),
  };
  readonly eventName = {
    ids: new Uint32Array(INITIAL),
    dictionary: new DictionaryBuilder(this.#arena),
  };
  readonly body = new ValuesBuilder(this.#arena);
  readonly attributes = new AttributesBuilder(this.#arena);
  readonly resources = this.#envelope.resources;
  readonly scopes = this.#envelope.scopes;
  readonly #time = new WordsBuilder();
  readonly #observed = new WordsBuilder();
  #marked = 0;

  get source(): Uint8Array {
    return this.#arena.bytes;
  }

  get requests(): LogBatch['requests'] {
    return this.#envelope.requests;
  }

  get undecodable(): LogBatch['undecodable'] {
    return this.#envelope.undecodable;
  }

  get timeNanos(): BigUint64Array {
    return this.#time.values;
  }

  get observedNanos(): BigUint64Array {
    return this.#observed.values;
  }

  /** Decodes `ExportLogsServiceRequest`s; never throws for what is in them. */
  decode(requests: readonly EncodedRequest[]): LogBatch {
    this.#envelope.decode(requests, this);
    return this;
  }

  clear(): void {
    this.count = 0;
    this.severityText.dictionary.clear();
    this.eventName.dictionary.clear();
    this.attributes.clear();
  }

  mark(): void {
    this.#marked = this.count;
    this.attributes.mark();
  }

  rewind(): void {
    this.count = this.#marked;
    this.attributes.rewind();
  }

  /**
   * Reads a LogRecord message:
   *
   *   1 time_unix_nano (fixed64) · 2 severity_number · 3 severity_text · 5 body (AnyValue) · 6 attributes
   *   8 flags (fixed32) · 9 trace_id · 10 span_id · 11 observed_time_unix_nano (fixed64) · 12 event_name
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
        if (at > end) malformed('field beyond its log record');
        if (tag === 0x32) this.attributes.read(from, at);
        else this.#readText(row, tag, from, at);
      } else if (tag === 0x09) {
        this.#time.copy(row, view, at);
        at += 8;
      } else if (tag === 0x59) {
        this.#observed.copy(row, view, at);
        at += 8;
      } else if (tag === 0x10) {
        const severity = varint32(bytes, at);
        this.severityNumber[row] = severity > MAX_SEVERITY ? 0 : severity;
        at = varintEnd(bytes, at);
      } else if (tag === 0x45) {
        this.flags[row] = view.getUint32(at, true);
        at += 4;
      } else {
        at = skipField(bytes, tag, at, end);
      }
    }
    if (at !== end) malformed('field beyond its log record');
    this.attributes.endRow();
  }

  #readText(row: number, tag: number, start: number, end: number): void {
    const { view } = this.#arena;
    switch (tag) {
      case 0x1a:
        this.severityText.ids[row] = this.severityText.dictionary.intern(start, end);
        return;
      case 0x2a:
        this.body.read(row, start, end);
        return;
      case 0x4a:
        this.traceId.set(row, view, start, end);
        return;
      case 0x52:
        this.spanId.set(row, view, start, end);
        return;
      case 0x62:
        this.eventName.ids[row] = this.eventName.dictionary.intern(start, end);
        return;
    }
  }

  /** A new row with every field at its default. */
  #open(scope: number): number {
    const row = this.count++;
    if (row === this.scope.length) this.#growRows();
    this.scope[row] = scope;
    this.severityNumber[row] = 0;
    this.flags[row] = 0;
    this.severityText.ids[row] = 0;
    this.eventName.ids[row] = 0;
    this.#time.open(row);
    this.#observed.open(row);
    this.traceId.open(row);
    this.spanId.open(row);
    this.body.open(row);
    return row;
  }

  #growRows(): void {
    this.scope = grow(this.scope, 0);
    this.severityNumber = grow(this.severityNumber, 0);
    this.flags = grow(this.flags, 0);
    this.severityText.ids = grow(this.severityText.ids, 0);
    this.eventName.ids = grow(this.eventName.ids, 0);
  }
}
