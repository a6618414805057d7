import type { OtlpMessageName } from '../../schemas/otlp.ts';
import { WireError } from '../wire/wire-error.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { MAX_DEPTH } from '../wire/wire-type.ts';
import { repeatedBytes, rowBytes } from './stored-size.ts';
import { REJECTION_REASONS, type RejectionReason, type TimeRange } from './types.ts';
import { isUtf8Range } from './utf8.ts';
import { ACTION, ACTIONS, CHILDREN, messageNumber } from './wire-table.ts';

const SPAN = messageNumber('Span');
const LOG_RECORD = messageNumber('LogRecord');
const HISTOGRAM_POINT = messageNumber('HistogramDataPoint');
const NANOS_PER_MILLI = 1e6;
/** Tag of `data_points` in every kind of metric. */
const DATA_POINTS_TAG = 0x0a;

/**
 * One pass over a request's bytes. No object is made per record: what a record's verdict needs is kept in fields
 * that the next record overwrites.
 *
 * 1. Structure is checked for everything, known or not; a fault throws {@link WireError} and ends the walk.
 * 2. Records do not nest in records, and temporal metrics not in each other: one set of fields is enough.
 * 3. A record's verdict falls after its last byte; a metric's temporality after its last point.
 * 4. `cuts` are disjoint and ascending.
 * 5. A message that holds records counts what of it is in none of them once per record: rows repeat it.
 */
export class RequestWalk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #reader: WireReader;
  readonly #earliestNanos: number;
  readonly #latestNanos: number;
  readonly #counts = new Uint32Array(REJECTION_REASONS.length);
  readonly #firstOffsets = new Uint32Array(REJECTION_REASONS.length);
  #records = 0;
  /** Messages so far, whatever they are. */
  #messages = 0;
  #storedBytes = 0;

  // About the record or metric being walked.
  #traceIdValid = false;
  #spanIdValid = false;
  #parentValid = true;
  /** Nanoseconds as doubles: exact to about 256 ns, the range is in milliseconds. */
  #time = 0;
  #otherTime = 0;
  #bucketCounts = 0;
  #bounds = 0;
  #temporality = 0;

  /** Rejected records, `[start, end)` pairs from their tag to their end. */
  readonly cuts: number[] = [];

  constructor(bytes: Uint8Array, range: TimeRange) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = new WireReader(bytes);
    this.#earliestNanos = range.earliestMillis * NANOS_PER_MILLI;
    this.#latestNanos = range.latestMillis * NANOS_PER_MILLI;
  }

  /** Spans, data points or log records seen. */
  get records(): number {
    return this.#records;
  }

  /** About how many bytes all records become as rows, see stored-size.ts. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Walks the whole of the bytes as the message. */
  walk(message: OtlpMessageName): void {
    this.#message(messageNumber(message), 0, this.#bytes.length, 1);
  }

  /** How many records were rejected for the reason, and the offset of the first one. */
  rejectedFor(reason: RejectionReason): { readonly count: number; readonly firstOffset: number } {
    const index = REJECTION_REASONS.indexOf(reason);
    return { count: this.#counts[index] ?? 0, firstOffset: this.#firstOffsets[index] ?? 0 };
  }

  // The hot loop: about 60 fields per span come through here. Single-byte tags, lengths and varints, nearly all
  // there are, are read in line; the reader does the rest.
  #message(type: number, start: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireError(start, `nested deeper than ${MAX_DEPTH}`);
    const bytes = this.#bytes;
    const reader = this.#reader;
    const messagesBefore = ++this.#messages;
    const recordsBefore = this.#records;
    let ownBytes = end - start;
    let ownMessages = 0;
    let pos = start;
    while (pos < end) {
      const fieldStart = pos;
      const messages = this.#messages;
      const records = this.#records;
      let tag = bytes[pos++] as number;
      if (tag >= 0x80 || tag < 8) {
        reader.position = fieldStart;
        tag = reader.tag(end);
        pos = reader.position;
      }
      const slot = (type << 8) | tag;
      const action = tag < 256 ? (ACTIONS[slot] as number) : ACTION.unknown;
      let length = 0;
      if ((tag & 7) === 2) {
        if (pos < end && (bytes[pos] as number) < 0x80) {
          length = bytes[pos++] as number;
          if (length > end - pos) throw new WireError(pos - 1, 'length reaches past the end');
        } else {
          reader.position = pos;
          length = reader.length(end);
          pos = reader.position;
        }
      }
      switch (action) {
        case ACTION.string:
          if (!isUtf8Range(this.#view, pos, pos + length)) throw new WireError(pos, 'text that is not UTF-8');
          pos += length;
          break;
        case ACTION.message:
          this.#message(CHILDREN[slot] as number, pos, pos + length, depth + 1);
          pos += length;
          break;
        case ACTION.varint:
          if (pos < end && (bytes[pos] as number) < 0x80) pos++;
          else pos = this.#varint(pos, end);
          break;
        case ACTION.fixed64:
          pos = advance(pos, 8, end);
          break;
        case ACTION.fixed32:
          pos = advance(pos, 4, end);
          break;
        case ACTION.bytes:
          pos += length;
          break;
        case ACTION.record:
          this.#record(CHILDREN[slot] as number, fieldStart, pos, pos + length, depth + 1);
          pos += length;
          break;
        case ACTION.temporalMetric:
          this.#temporalMetric(CHILDREN[slot] as number, pos, pos + length, depth + 1);
          pos += length;
          break;
        case ACTION.mistyped:
          throw new WireError(fieldStart, `wire type ${tag & 7} does not fit the field`);
        case ACTION.unknown:
          if ((tag & 7) === 2) {
            pos += length;
          } else {
            reader.position = pos;
            reader.skip(tag, end, depth);
            pos = reader.position;
          }
          break;
        default:
          pos = this.#noted(action, pos, length, end);
      }
      if (this.#records === records) continue;
      ownBytes -= pos - fieldStart;
      ownMessages -= this.#messages - messages;
    }
    if (depth === 1 || this.#records === recordsBefore) return;
    ownMessages += this.#messages - messagesBefore;
    this.#storedBytes += (this.#records - recordsBefore) * repeatedBytes(ownBytes, ownMessages);
  }

  /** A field the verdict on its record needs; returns where the next one starts. */
  #noted(action: number, pos: number, length: number, end: number): number {
    switch (action) {
      case ACTION.traceId:
        this.#traceIdValid = length === 16 && this.#isSet(pos, length);
        return pos + length;
      case ACTION.spanId:
        this.#spanIdValid = length === 8 && this.#isSet(pos, length);
        return pos + length;
      case ACTION.parentSpanId:
        // All zero is what some senders write for a root.
        this.#parentValid = length === 0 || length === 8;
        return pos + length;
      case ACTION.startTime:
      case ACTION.time:
        this.#time = this.#nanos(pos, end);
        return pos + 8;
      case ACTION.endTime:
      case ACTION.observedTime:
        this.#otherTime = this.#nanos(pos, end);
        return pos + 8;
      case ACTION.temporality:
        this.#reader.position = pos;
        this.#temporality = this.#reader.varint32(end);
        return this.#reader.position;
      case ACTION.bucketCount:
        this.#bucketCounts++;
        return advance(pos, 8, end);
      case ACTION.bound:
        this.#bounds++;
        return advance(pos, 8, end);
      case ACTION.bucketCounts:
        this.#bucketCounts += packedFixed64(pos, length);
        return pos + length;
      case ACTION.bounds:
        this.#bounds += packedFixed64(pos, length);
        return pos + length;
      case ACTION.packedFixed64:
        packedFixed64(pos, length);
        return pos + length;
      case ACTION.packedVarint:
        // A bucket of one byte becomes one of eight.
        this.#storedBytes += length * 7;
        for (let at = pos; at < pos + length; ) at = this.#varint(at, pos + length);
        return pos + length;
      default:
        throw new RangeError(`Cannot validate a field as its action is unknown: current value is ${action}`);
    }
  }

  #record(type: number, fieldStart: number, start: number, end: number, depth: number): void {
    this.#records++;
    this.#traceIdValid = false;
    this.#spanIdValid = false;
    this.#parentValid = true;
    this.#time = 0;
    this.#otherTime = 0;
    this.#bucketCounts = 0;
    this.#bounds = 0;
    const messages = this.#messages;
    this.#message(type, start, end, depth);
    this.#storedBytes += rowBytes(end - start, this.#messages - messages);
    const flaw =
      type === SPAN ? this.#spanFlaw() : type === LOG_RECORD ? this.#logFlaw() : this.#pointFlaw(type);
    if (flaw !== undefined) this.#reject(flaw, fieldStart, end);
  }

  #spanFlaw(): RejectionReason | undefined {
    if (!this.#traceIdValid) return 'invalid-trace-id';
    if (!this.#spanIdValid) return 'invalid-span-id';
    if (!this.#parentValid) return 'invalid-parent-span-id';
    return this.#timeFlaw(this.#time, Math.max(this.#time, this.#otherTime));
  }

  #logFlaw(): RejectionReason | undefined {
    const time = this.#time === 0 ? this.#otherTime : this.#time;
    // Both 0 means unknown (otlp: time_unix_nano), which no range can judge.
    return time === 0 ? undefined : this.#timeFlaw(time, time);
  }

  #pointFlaw(type: number): RejectionReason | undefined {
    if (type === HISTOGRAM_POINT && !this.#bucketsFit()) return 'bucket-mismatch';
    return this.#timeFlaw(this.#time, this.#time);
  }

  #bucketsFit(): boolean {
    return this.#bucketCounts === this.#bounds + 1 || (this.#bucketCounts === 0 && this.#bounds === 0);
  }

  #timeFlaw(first: number, last: number): RejectionReason | undefined {
    if (first < this.#earliestNanos) return 'too-old';
    return last > this.#latestNanos ? 'too-far-ahead' : undefined;
  }

  #temporalMetric(type: number, start: number, end: number, depth: number): void {
    const recordsBefore = this.#records;
    const cutsBefore = this.cuts.length;
    const countsBefore = this.#counts.slice();
    this.#temporality = 0;
    this.#message(type, start, end, depth);
    if (this.#records === recordsBefore || this.#temporality === 1 || this.#temporality === 2) return;
    this.cuts.length = cutsBefore;
    this.#counts.set(countsBefore);
    this.#rejectPoints(start, end);
  }

  #rejectPoints(start: number, end: number): void {
    const reader = this.#reader;
    reader.position = start;
    while (reader.position < end) {
      const fieldStart = reader.position;
      const tag = reader.tag(end);
      reader.skip(tag, end, 0);
      if (tag === DATA_POINTS_TAG) this.#reject('unspecified-temporality', fieldStart, reader.position);
    }
  }

  #reject(reason: RejectionReason, start: number, end: number): void {
    const index = REJECTION_REASONS.indexOf(reason);
    if (this.#counts[index] === 0) this.#firstOffsets[index] = start;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.cuts.push(start, end);
  }

  #isSet(pos: number, length: number): boolean {
    for (let i = pos; i < pos + length; i++) if (this.#bytes[i] !== 0) return true;
    return false;
  }

  #nanos(pos: number, end: number): number {
    advance(pos, 8, end);
    return this.#view.getUint32(pos + 4, true) * 2 ** 32 + this.#view.getUint32(pos, true);
  }

  #varint(pos: number, end: number): number {
    this.#reader.position = pos;
    this.#reader.varint32(end);
    return this.#reader.position;
  }
}

function advance(pos: number, count: number, end: number): number {
  if (count > end - pos) throw new WireError(pos, 'truncated field');
  return pos + count;
}

function packedFixed64(pos: number, length: number): number {
  if (length % 8 !== 0) throw new WireError(pos, 'packed numbers end in the middle of one');
  return length / 8;
}
