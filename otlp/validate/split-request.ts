import type { Signal } from '../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../schemas/otlp.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeLength } from './encode-length.ts';
import type { MessageRange } from './message-range.ts';
import { recordStarts } from './record-starts.ts';
import { ACTION, ACTIONS, CHILDREN, messageNumber } from './wire-table.ts';

/** What a request was cut into. */
export interface Split {
  /** Valid requests, none larger than allowed, in the order of the records. */
  readonly pieces: readonly Uint8Array[];
  /** Records that are too large even alone: their numbers in the request, from 0, ascending. */
  readonly tooLarge: readonly number[];
}

/** A tag and a length take no more. */
const HEADER_BYTES = 10;

/**
 * Cuts a valid request into several of at most `maxBytes` each. What is around the records (resource, scope, metric)
 * is repeated in every piece, before them; records keep their bytes and order.
 */
export function splitRequest(signal: Signal, bytes: Uint8Array, maxBytes: number): Split {
  const splitter = new Splitter(bytes);
  const request = { type: messageNumber(REQUEST_MESSAGE[signal]), start: 0, end: bytes.length };
  const pieces = splitter.split(request, maxBytes);
  return { pieces: pieces.map(({ parts, size }) => Buffer.concat(parts, size)), tooLarge: splitter.tooLarge };
}

/** Bytes in parts. */
class Piece {
  readonly parts: Uint8Array[] = [];
  size = 0;

  add(part: Uint8Array): this {
    this.parts.push(part);
    this.size += part.length;
    return this;
  }

  addAll({ parts }: Piece): this {
    for (const part of parts) this.add(part);
    return this;
  }
}

/** A field with records in it, or one that is a record. */
interface Held extends MessageRange {
  /** Where its tag is. */
  readonly fieldStart: number;
  readonly isRecord: boolean;
}

class Splitter {
  readonly #bytes: Uint8Array;
  #records = 0;
  readonly tooLarge: number[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The message's content in pieces of at most so many bytes, each with all of the message's own fields. */
  split(message: MessageRange, maxBytes: number): readonly Piece[] {
    const { own, held } = this.#fields(message);
    const pieces: Piece[] = [];
    let piece: Piece | undefined;
    for (const field of held) {
      for (const [part, fitting] of this.#fitting(field, maxBytes - own.size).entries()) {
        // Parts of one field never meet again: a metric's data is a field a message has once.
        if (piece === undefined || part > 0 || piece.size + fitting.size > maxBytes) {
          piece = new Piece().addAll(own);
          pieces.push(piece);
        }
        piece.addAll(fitting);
      }
    }
    return pieces;
  }

  /** The field as it is when it fits, otherwise as several fields that do. */
  #fitting(field: Held, maxBytes: number): readonly Piece[] {
    const { fieldStart, start, end, isRecord } = field;
    if (end - fieldStart <= maxBytes) {
      this.#records += isRecord ? 1 : count(recordStarts(this.#bytes, field));
      return [new Piece().add(this.#bytes.subarray(fieldStart, end))];
    }
    if (isRecord) {
      this.tooLarge.push(this.#records++);
      return [];
    }
    const reader = new WireReader(this.#bytes);
    reader.position = fieldStart;
    reader.tag(start);
    const tag = this.#bytes.subarray(fieldStart, reader.position);
    return this.split(field, maxBytes - HEADER_BYTES).map((inner) =>
      new Piece().add(tag).add(encodeLength(inner.size)).addAll(inner),
    );
  }

  #fields({ type, start, end }: MessageRange): { readonly own: Piece; readonly held: readonly Held[] } {
    const reader = new WireReader(this.#bytes);
    const own = new Piece();
    const held: Held[] = [];
    reader.position = start;
    while (reader.position < end) {
      const fieldStart = reader.position;
      const tag = reader.tag(end);
      const slot = tag < 256 ? (type << 8) | tag : 0;
      const isRecord = ACTIONS[slot] === ACTION.record;
      if (!isRecord && ACTIONS[slot] !== ACTION.holder) {
        reader.skip(tag, end, 0);
        own.add(this.#bytes.subarray(fieldStart, reader.position));
        continue;
      }
      const length = reader.length(end);
      const from = reader.position;
      reader.position += length;
      held.push({ type: CHILDREN[slot] as number, fieldStart, start: from, end: reader.position, isRecord });
    }
    return { own, held };
  }
}

function count(items: Iterable<unknown>): number {
  let found = 0;
  for (const _ of items) found++;
  return found;
}
