import type { Arena } from './arena.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { grow } from './grow.ts';
import { ShapesBuilder } from './shapes.ts';
import { type AttributesColumn, NONE, VALUE_KIND } from './types.ts';
import { ValuesBuilder } from './values.ts';
import { malformed, skipField, varint, varintEnd } from './wire.ts';

const INITIAL = 1024;

/** Attribute lists, built entry by entry: `read` for each KeyValue of a row, then `endRow`. */
export class AttributesBuilder implements AttributesColumn {
  offsets = new Uint32Array(INITIAL);
  shapes = new Uint32Array(INITIAL);
  readonly keys: { ids: Uint32Array; readonly dictionary: DictionaryBuilder };
  readonly values: ValuesBuilder;
  readonly #arena: Arena;
  readonly #shapes = new ShapesBuilder();
  #rows = 0;
  #entries = 0;
  /** The shape of the row under construction. */
  #shape = 0;
  #markedRows = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.values = new ValuesBuilder(arena);
    this.keys = { ids: new Uint32Array(INITIAL), dictionary: new DictionaryBuilder(arena) };
  }

  get shapeCount(): number {
    return this.#shapes.count;
  }

  clear(): void {
    this.#rows = 0;
    this.#entries = 0;
    this.#shape = 0;
    this.keys.dictionary.clear();
    this.#shapes.clear();
  }

  mark(): void {
    this.#markedRows = this.#rows;
  }

  rewind(): void {
    this.#rows = this.#markedRows;
    this.#entries = this.offsets[this.#rows] as number;
    this.#shape = 0;
  }

  /** Closes a row. */
  endRow(): void {
    const row = this.#rows++;
    if (this.#rows === this.offsets.length) {
      this.offsets = grow(this.offsets, 0);
      this.shapes = grow(this.shapes, 0);
    }
    this.shapes[row] = this.#shape;
    this.offsets[this.#rows] = this.#entries;
    this.#shape = 0;
  }

  /** Reads a KeyValue message into the row under construction: 1 key (string) · 2 value (AnyValue). */
  read(start: number, end: number): void {
    const entry = this.#entries++;
    if (entry === this.keys.ids.length) this.keys.ids = grow(this.keys.ids, 0);
    if (!this.#readUsual(entry, start, end)) this.#readAny(entry, start, end);
  }

  /**
   * Nearly all attributes are a key, then a value with one member, each length in one byte: false when this one is
   * not, and nothing was read. No look goes further than the arena's padding.
   */
  #readUsual(entry: number, start: number, end: number): boolean {
    const bytes = this.#arena.bytes;
    const keyStart = start + 2;
    const keyEnd = keyStart + (bytes[start + 1] as number);
    const value = keyEnd + 2;
    const isUsual =
      bytes[start] === 0x0a &&
      (bytes[start + 1] as number) < 0x80 &&
      bytes[keyEnd] === 0x12 &&
      bytes[keyEnd + 1] === end - value &&
      end - value < 0x80;
    if (!isUsual) return false;
    const tag = bytes[value] as number;
    if (tag === 0x0a && bytes[value + 1] === end - value - 2) {
      this.values.set(entry, VALUE_KIND.string, value + 2, end);
    } else if (tag === 0x18 && end > value && varintEnd(bytes, value + 1) === end) {
      this.values.set(entry, VALUE_KIND.int, value + 1, end);
    } else {
      return false;
    }
    this.#setKey(entry, keyStart, keyEnd);
    return true;
  }

  #readAny(entry: number, start: number, end: number): void {
    const bytes = this.#arena.bytes;
    this.values.open(entry);
    let keyStart = 0;
    let keyEnd = 0;
    let at = start;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag > 0x7f) {
        tag = varint(bytes, at - 1);
        at = varintEnd(bytes, at - 1);
      }
      if (tag === 0x0a || tag === 0x12) {
        let length = bytes[at++] as number;
        if (length > 0x7f) {
          length = varint(bytes, at - 1);
          at = varintEnd(bytes, at - 1);
        }
        if (length > end - at) malformed('attribute beyond its message');
        if (tag === 0x0a) {
          keyStart = at;
          keyEnd = at + length;
        } else {
          this.values.read(entry, at, at + length);
        }
        at += length;
      } else {
        at = skipField(bytes, tag, at, end);
      }
    }
    if (at !== end) malformed('attribute beyond its message');
    this.#setKey(entry, keyStart, keyEnd);
  }

  #setKey(entry: number, start: number, end: number): void {
    const shape = this.#shape;
    const expected = this.#shapes.expectedKey[shape] as number;
    if (expected !== NONE && this.keys.dictionary.equals(expected, start, end)) {
      this.keys.ids[entry] = expected;
      this.#shape = this.#shapes.expectedNode[shape] as number;
      return;
    }
    const key = this.keys.dictionary.intern(start, end);
    this.keys.ids[entry] = key;
    this.#shape = this.#shapes.follow(shape, key);
  }
}
