import { WireReader } from '../wire/wire-reader.ts';
import { EDIT, type Edit, type EditList } from './edit-list.ts';
import { encodeLength } from './encode-length.ts';

/** What {@link splice} puts in. */
export interface SpliceTimes {
  /** Nanoseconds since the epoch, by their number in edits. */
  readonly nanos: readonly bigint[];
  /** Tag of a record's time: of a span its start. */
  readonly tag: number;
}

/**
 * A copy of the message with the edits done. Everything else keeps its bytes and order; only the lengths of the
 * messages around an edit are written anew, with shorter ones where they shrank.
 *
 * @param bytes a valid message
 */
export function splice(bytes: Uint8Array, edits: EditList, times: SpliceTimes): Uint8Array {
  const source = withTimes(bytes, edits, times);
  const rest = structural(edits);
  if (rest.length === 0) return source;
  const pieces = keep(new WireReader(source), source.length, { edits, order: rest, next: 0, times });
  const out = new Uint8Array(pieces.size);
  let at = 0;
  for (const part of pieces.parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The bytes with the times set that keep their place; a copy when there are any. */
function withTimes(bytes: Uint8Array, edits: EditList, { nanos }: SpliceTimes): Uint8Array {
  let copy: Uint8Array | undefined;
  for (const { kind, start, value } of edits) {
    if (kind !== EDIT.setTime) continue;
    copy ??= Uint8Array.from(bytes);
    copy.set(fixed64(nanos[value]), start);
  }
  return copy ?? bytes;
}

/** The edits that change lengths, by where they start. */
function structural(edits: EditList): Uint32Array {
  const order = new Uint32Array(edits.size);
  let count = 0;
  let isAscending = true;
  for (let index = 0, last = 0; index < edits.size; index++) {
    const { kind, start } = edits.get(index);
    if (kind === EDIT.setTime) continue;
    if (start < last) isAscending = false;
    last = start;
    order[count++] = index;
  }
  const found = order.subarray(0, count);
  return isAscending ? found : found.sort((left, right) => edits.get(left).start - edits.get(right).start);
}

interface Pieces {
  readonly parts: Uint8Array[];
  size: number;
}

/** Where in the edits the copying has come. */
interface EditCursor {
  readonly edits: EditList;
  readonly order: Uint32Array;
  next: number;
  readonly times: SpliceTimes;
}

function current({ edits, order, next }: EditCursor): Edit | undefined {
  const index = order[next];
  return index === undefined ? undefined : edits.get(index);
}

/** The bytes of the message from the reader's position to `end`, edited; descends only where an edit lies. */
function keep(reader: WireReader, end: number, cursor: EditCursor): Pieces {
  const pieces: Pieces = { parts: [], size: 0 };
  let copied = reader.position;
  while (reader.position < end) {
    const edit = current(cursor);
    if (edit === undefined || edit.start >= end) break;
    const fieldStart = reader.position;
    const tag = reader.tag(end);
    const tagEnd = reader.position;
    reader.skip(tag, end, 0);
    const fieldEnd = reader.position;
    if (edit.start >= fieldEnd) continue;
    add(pieces, reader.bytes.subarray(copied, fieldStart));
    copied = fieldEnd;
    const isHere = edit.start === fieldStart;
    if (isHere) cursor.next++;
    if (isHere && (edit.kind === EDIT.cut || edit.kind === EDIT.drop)) {
      copied = reader.position = edit.end;
      continue;
    }
    reader.position = tagEnd;
    reader.length(end);
    add(pieces, reader.bytes.subarray(fieldStart, tagEnd));
    if (isHere && edit.kind === EDIT.truncate) {
      const kept = reader.bytes.subarray(reader.position, reader.position + edit.value);
      addPayload(pieces, { parts: [kept], size: kept.length });
    } else {
      const inner = keep(reader, fieldEnd, cursor);
      if (isHere) add(inner, timeField(edit, cursor.times));
      addPayload(pieces, inner);
    }
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

function addPayload(pieces: Pieces, payload: Pieces): void {
  add(pieces, encodeLength(payload.size));
  for (const part of payload.parts) add(pieces, part);
}

function timeField({ value }: Edit, { nanos, tag }: SpliceTimes): Uint8Array {
  const field = new Uint8Array(9);
  field[0] = tag;
  field.set(fixed64(nanos[value]), 1);
  return field;
}

function fixed64(value: bigint | undefined): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value ?? 0n, true);
  return bytes;
}
