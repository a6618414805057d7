import { malformed, skipField, varint, varintEnd } from './wire.ts';

/**
 * Walks the fields of one message: `while (fields.next())`, then `tag`, `start` and `end` tell of the field. The
 * payload is `[start, end)`, without the length for wire type 2. Every field is checked to end inside the message;
 * `next` throws `MalformedError` else. For messages that are rare enough not to need their own loop.
 */
export class Fields {
  tag = 0;
  start = 0;
  end = 0;
  readonly #bytes: Uint8Array;
  readonly #messageEnd: number;
  #position: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#messageEnd = end;
  }

  /** Moves to the next field; false after the last one. */
  next(): boolean {
    const bytes = this.#bytes;
    const limit = this.#messageEnd;
    let at = this.#position;
    if (at >= limit) return false;
    let tag = bytes[at++] as number;
    if (tag > 0x7f) {
      tag = varint(bytes, at - 1);
      at = varintEnd(bytes, at - 1);
    }
    this.tag = tag;
    if ((tag & 7) === 2 && tag > 7) {
      const length = varint(bytes, at);
      at = varintEnd(bytes, at);
      this.start = at;
      this.end = at + length;
    } else {
      this.start = at;
      this.end = skipField(bytes, tag, at, limit);
    }
    if (this.end > limit) malformed('field beyond its message');
    this.#position = this.end;
    return true;
  }
}
