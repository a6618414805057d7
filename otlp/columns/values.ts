import type { Arena } from './arena.ts';
import { grow } from './grow.ts';
import { checkNestedValue } from './nested-value.ts';
import type { ValueColumn } from './types.ts';
import { malformed, skipField, varint, varintEnd } from './wire.ts';

const INITIAL = 1024;

/** AnyValues by index: `open` an index, then `read` into it; or `set` it. */
export class ValuesBuilder implements ValueColumn {
  kinds = new Uint8Array(INITIAL);
  starts = new Uint32Array(INITIAL);
  ends = new Uint32Array(INITIAL);
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Makes `index` writable, the empty value so far. */
  open(index: number): void {
    this.set(index, 0, 0, 0);
  }

  /** Sets a value of a kind whose content is at `[start, end)`. */
  set(index: number, kind: number, start: number, end: number): void {
    if (index >= this.kinds.length) {
      this.kinds = grow(this.kinds, index + 1);
      this.starts = grow(this.starts, index + 1);
      this.ends = grow(this.ends, index + 1);
    }
    this.kinds[index] = kind;
    this.starts[index] = start;
    this.ends[index] = end;
  }

  /**
   * Reads one AnyValue message, the last of its members winning:
   *
   *   1 string · 2 bool (varint) · 3 int (varint) · 4 double · 5 ArrayValue · 6 KeyValueList · 7 bytes
   */
  read(index: number, start: number, end: number): void {
    const bytes = this.#arena.bytes;
    let at = start;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag > 0x7f) {
        tag = varint(bytes, at - 1);
        at = varintEnd(bytes, at - 1);
      }
      switch (tag) {
        case 0x0a:
        case 0x2a:
        case 0x32:
        case 0x3a: {
          let length = bytes[at++] as number;
          if (length > 0x7f) {
            length = varint(bytes, at - 1);
            at = varintEnd(bytes, at - 1);
          }
          if (length > end - at) malformed('value beyond its message');
          this.kinds[index] = tag >>> 3;
          this.starts[index] = at;
          at += length;
          this.ends[index] = at;
          if (tag === 0x2a || tag === 0x32) checkNestedValue(bytes, tag >>> 3, at - length, at);
          break;
        }
        case 0x10:
        case 0x18:
          this.kinds[index] = tag >>> 3;
          this.starts[index] = at;
          at = varintEnd(bytes, at);
          this.ends[index] = at;
          break;
        case 0x21:
          this.kinds[index] = 4;
          this.starts[index] = at;
          at += 8;
          this.ends[index] = at;
          break;
        default:
          at = skipField(bytes, tag, at, end);
      }
    }
    if (at !== end) malformed('value beyond its message');
  }
}
