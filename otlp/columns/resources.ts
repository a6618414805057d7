import type { Arena } from './arena.ts';
import { AttributesBuilder } from './attributes.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { SlicesBuilder } from './slices.ts';
import { type ResourceTable, VALUE_KIND } from './types.ts';
import { valueText } from './value-text.ts';

const INITIAL = 64;
const SERVICE_NAME = 'service.name';
const encoder = new TextEncoder();

/** Resources, in the order of their ResourceSpans (ResourceLogs, ResourceMetrics) messages. */
export class ResourcesBuilder implements ResourceTable {
  count = 0;
  request = new Uint32Array(INITIAL);
  readonly serviceName: { ids: Uint32Array; readonly dictionary: DictionaryBuilder };
  readonly attributes: AttributesBuilder;
  readonly schemaUrl = new SlicesBuilder();
  readonly #arena: Arena;
  #marked = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.attributes = new AttributesBuilder(arena);
    this.serviceName = { ids: new Uint32Array(INITIAL), dictionary: new DictionaryBuilder(arena) };
  }

  clear(): void {
    this.count = 0;
    this.attributes.clear();
    this.serviceName.dictionary.clear();
  }

  mark(): void {
    this.#marked = this.count;
    this.attributes.mark();
  }

  rewind(): void {
    this.count = this.#marked;
    this.attributes.rewind();
  }

  /** Opens a resource without anything known of it; returns its row. */
  open(request: number): number {
    const row = this.count++;
    if (row === this.request.length) {
      this.request = grow(this.request, 0);
      this.serviceName.ids = grow(this.serviceName.ids, 0);
    }
    this.schemaUrl.open(row);
    this.request[row] = request;
    return row;
  }

  /** Reads a Resource message into the open row, adding to what is there: 1 attributes. */
  read(start: number, end: number): void {
    const fields = new Fields(this.#arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) this.attributes.read(fields.start, fields.end);
    }
  }

  /** Closes the open row. */
  close(): void {
    this.attributes.endRow();
    this.serviceName.ids[this.count - 1] = this.#serviceNameOf(this.count - 1);
  }

  /** The first `service.name` wins; what is not text counts by its text. */
  #serviceNameOf(row: number): number {
    const { keys, values, offsets } = this.attributes;
    const key = keys.dictionary.find(SERVICE_NAME);
    const until = offsets[row + 1] as number;
    for (let entry = offsets[row] as number; entry < until; entry++) {
      if (keys.ids[entry] !== key) continue;
      const start = values.starts[entry] as number;
      const end = values.ends[entry] as number;
      if (values.kinds[entry] === VALUE_KIND.string) return this.serviceName.dictionary.intern(start, end);
      return this.#internText(valueText(this.#arena.bytes, values.kinds[entry] as number, start, end));
    }
    return 0;
  }

  #internText(text: string): number {
    const utf8 = encoder.encode(text);
    const start = this.#arena.append(utf8);
    return this.serviceName.dictionary.intern(start, start + utf8.length);
  }
}
