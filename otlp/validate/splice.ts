import { varintSize } from '../wire/varint-size.ts';
import { WireReader } from '../wire/wire-reader.ts';

/**
 * A copy of the message without the cut fields. Everything else keeps its bytes and order; only the lengths of the
 * messages around a cut are written anew, with shorter ones where they shrank.
 *
 * @param bytes a valid message
 * @param cuts `[start, end)` pairs of whole fields, ascending and disjoint
 */
export function splice(bytes: Uint8Array, cuts: readonly number[]): Uint8Array {
  const pieces = keep(new WireReader(bytes), bytes.length, { cuts, next: 0 });
  const out = new Uint8Array(pieces.size);
  let at = 0;
  for (const piece of pieces.parts) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

interface Pieces {
  readonly parts: Uint8Array[];
  size: number;
}

/** Where in the list of cuts the copying has come. */
interface CutCursor {
  readonly cuts: readonly number[];
  next: number;
}

/** The kept bytes of the message from the reader's position to `end`; descends only where a cut lies. */
function keep(reader: WireReader, end: number, cursor: CutCursor): Pieces {
  const pieces: Pieces = { parts: [], size: 0 };
  let copied = reader.position;
  while (reader.position < end) {
    const cutStart = cursor.cuts[cursor.next] ?? Number.POSITIVE_INFINITY;
    if (cutStart >= end) break;
    const fieldStart = reader.position;
    const tag = reader.tag(end);
    const tagEnd = reader.position;
    reader.skip(tag, end, 0);
    const fieldEnd = reader.position;
    if (cutStart >= fieldEnd) continue;
    add(pieces, reader.bytes.subarray(copied, fieldStart));
    copied = fieldEnd;
    if (cutStart === fieldStart) {
      cursor.next += 2;
      continue;
    }
    reader.position = tagEnd;
    reader.length(end);
    const inner = keep(reader, fieldEnd, cursor);
    add(pieces, reader.bytes.subarray(fieldStart, tagEnd));
    add(pieces, encodeLength(inner.size));
    for (const part of inner.parts) add(pieces, part);
    reader.position = fieldEnd;
  }
  add(pieces, reader.bytes.subarray(copied, end));
  reader.position = end;
  return pieces;
}

function add(pieces: Pieces, part: Uint8Array): void {
  if (part.length === 0) return;
  pieces.parts.push(part);
  pieces.size += part.length;
}

function encodeLength(length: number): Uint8Array {
  const out = new Uint8Array(varintSize(length));
  let rest = length;
  for (let i = 0; i < out.length; i++) {
    out[i] = (rest % 128) | (i < out.length - 1 ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  }
  return out;
}
