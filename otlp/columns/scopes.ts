import type { Arena } from './arena.ts';
import { AttributesBuilder } from './attributes.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { SlicesBuilder } from './slices.ts';
import type { ScopeTable } from './types.ts';
import { varint32 } from './wire.ts';

const INITIAL = 64;

/** Instrumentation scopes, in the order of their ScopeSpans (ScopeLogs, ScopeMetrics) messages. */
export class ScopesBuilder implements ScopeTable {
  count = 0;
  resource = new Uint32Array(INITIAL);
  droppedAttributesCount = new Uint32Array(INITIAL);
  readonly name = new SlicesBuilder();
  readonly version = new SlicesBuilder();
  readonly schemaUrl = new SlicesBuilder();
  readonly attributes: AttributesBuilder;
  readonly #arena: Arena;
  #marked = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.attributes = new AttributesBuilder(arena);
  }

  clear(): void {
    this.count = 0;
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

  /** Opens a scope without anything known of it; returns its row. */
  open(resource: number): number {
    const row = this.count++;
    if (row === this.resource.length) {
      this.resource = grow(this.resource, 0);
      this.droppedAttributesCount = grow(this.droppedAttributesCount, 0);
    }
    for (const column of [this.name, this.version, this.schemaUrl]) column.open(row);
    this.resource[row] = resource;
    this.droppedAttributesCount[row] = 0;
    return row;
  }

  /**
   * Reads an InstrumentationScope message into the open row, adding to what is there:
   * 1 name · 2 version · 3 attributes · 4 dropped_attributes_count.
   */
  read(start: number, end: number): void {
    const row = this.count - 1;
    const fields = new Fields(this.#arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) this.name.set(row, fields.start, fields.end);
      else if (fields.tag === 0x12) this.version.set(row, fields.start, fields.end);
      else if (fields.tag === 0x1a) this.attributes.read(fields.start, fields.end);
      else if (fields.tag === 0x20) {
        this.droppedAttributesCount[row] = varint32(this.#arena.bytes, fields.start);
      }
    }
  }

  /** Closes the open row. */
  close(): void {
    this.attributes.endRow();
  }
}
