import type { OtlpMessageName } from '../../schemas/otlp.ts';
import { RequestTooLargeError } from '../errors.ts';
import { WireError } from '../wire/wire-error.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { MAX_DEPTH } from '../wire/wire-type.ts';
import { type Dropped, EDIT, EditList } from './edit-list.ts';
import { RecordFacts } from './record-facts.ts';
import { RecordJudge } from './record-judge.ts';
import { repeatedBytes, rowBytes } from './stored-size.ts';
import { REJECTION_REASONS, type RecordPolicy, type RejectionReason } from './types.ts';
import { isUsualAttribute } from './usual-attribute.ts';
import { isUtf8Range } from './utf8.ts';
import { ACTION, ACTIONS, ATTRIBUTES, CHILDREN, messageNumber, VALUES } from './wire-table.ts';

/** A group of field 15 in a request: who reads the log takes what starts with this byte for JSON, rightly or not. */
const BRACE = 0x7b;
const TEMPORAL = (['Sum', 'Histogram', 'ExponentialHistogram'] as const).map(messageNumber);
const KEY_VALUE = messageNumber('KeyValue');
/** An attribute here and its value are not nested too deep. */
const USUAL_DEPTH = MAX_DEPTH - 1;
/** Above every count and length, and a small integer to the engine. */
const NO_LIMIT = 2 ** 30;
/** With so many edits no attribute is dropped any more: four bytes of a request could cost 48 of memory. */
const MOST_EDITS_WITH_DROPS = 2 ** 17;

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** Edits before what is cut: those inside it are forgotten. */
  readonly editsBefore: number;
}

interface LongValue {
  /** Where its tag is. */
  readonly fieldStart: number;
  readonly start: number;
  readonly end: number;
  readonly isText: boolean;
}

/**
 * One pass over a request's bytes. No object is made per record: what a record's verdict needs is kept in facts
 * that the next record overwrites.
 *
 * 1. Structure is checked for everything, known or not; a fault throws {@link WireError} and ends the walk.
 * 2. Records do not nest in records, nor metrics in each other: one set of facts is enough.
 * 3. A record's verdict falls after its last byte, that on what holds records (a metric's temporality, a resource's
 *    attributes) after its own; the latter takes the place of those inside.
 * 4. Cuts, drops and truncations are disjoint and ascending.
 * 5. A message that holds records counts what of it is in none of them once per record: rows repeat it.
 */
export class RequestWalk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #reader: WireReader;
  readonly #judge: RecordJudge;
  readonly #facts = new RecordFacts();
  readonly #maxAttributes: number;
  readonly #maxValueBytes: number;
  readonly #truncates: boolean;
  readonly #drops: boolean;
  readonly #maxStoredBytes: number;
  #records = 0;
  /** Messages so far, whatever they are. */
  #messages = 0;
  #storedBytes = 0;
  #temporality = 0;
  /** What of the policy the innermost record or holder breaks, and where. */
  #flaw: RejectionReason | undefined;
  #flawAt = 0;

  /** What has to be changed in the bytes. */
  readonly edits = new EditList();

  constructor(bytes: Uint8Array, policy: RecordPolicy) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = new WireReader(bytes);
    this.#judge = new RecordJudge(policy);
    this.#maxAttributes = policy.maxAttributes ?? NO_LIMIT;
    this.#maxValueBytes = policy.maxValueBytes ?? NO_LIMIT;
    this.#truncates = policy.overLongValues === 'truncate';
    this.#drops = policy.excessAttributes === 'truncate';
    this.#maxStoredBytes = policy.maxStoredBytes ?? Number.POSITIVE_INFINITY;
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
    if (this.#storedBytes > this.#maxStoredBytes) this.#tooManyRows();
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
    let attributes = 0;
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
          // A length of one byte is within every limit.
          if (length > this.#maxValueBytes && VALUES[slot] === 1)
            this.#overLong({ fieldStart, start: pos, end: pos + length, isText: action === ACTION.string });
        }
      }
      switch (action) {
        case ACTION.string:
          if (!isUtf8Range(this.#view, pos, pos + length)) throw new WireError(pos, 'text that is not UTF-8');
          pos += length;
          break;
        case ACTION.message: {
          const child = CHILDREN[slot] as number;
          if (child !== KEY_VALUE) this.#message(child, pos, pos + length, depth + 1);
          else if (++attributes > this.#maxAttributes && ATTRIBUTES[slot] === 1)
            this.#excess({ list: start, start: fieldStart, end: pos + length }, pos, depth + 1);
          else if (depth < USUAL_DEPTH && isUsualAttribute(bytes, this.#view, pos, pos + length))
            this.#messages += 2;
          else this.#message(child, pos, pos + length, depth + 1);
          pos += length;
          break;
        }
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
        case ACTION.holder:
          this.#holder(CHILDREN[slot] as number, fieldStart, pos, pos + length, depth + 1);
          pos += length;
          break;
        case ACTION.mistyped:
          throw new WireError(fieldStart, `wire type ${tag & 7} does not fit the field`);
        case ACTION.unknown:
          if ((tag & 7) === 2) {
            pos += length;
          } else {
            if (tag === BRACE && depth === 1)
              throw new WireError(fieldStart, 'group that would read as JSON');
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
    const facts = this.#facts;
    switch (action) {
      case ACTION.traceId:
        facts.traceIdValid = length === 16 && this.#isSet(pos, length);
        return pos + length;
      case ACTION.spanId:
        facts.spanIdValid = length === 8 && this.#isSet(pos, length);
        return pos + length;
      case ACTION.parentSpanId:
        // All zero is what some senders write for a root.
        facts.parentValid = length === 0 || length === 8;
        return pos + length;
      case ACTION.startTime:
      case ACTION.time:
        facts.time = this.#nanos(pos, end);
        facts.timeAt = pos;
        return pos + 8;
      case ACTION.endTime:
      case ACTION.observedTime:
        facts.otherTime = this.#nanos(pos, end);
        facts.otherTimeAt = pos;
        return pos + 8;
      case ACTION.temporality:
        this.#reader.position = pos;
        this.#temporality = this.#reader.varint32(end);
        return this.#reader.position;
      case ACTION.bucketCount:
        facts.bucketCounts++;
        return advance(pos, 8, end);
      case ACTION.bound:
        facts.bounds++;
        return advance(pos, 8, end);
      case ACTION.bucketCounts:
        facts.bucketCounts += packedFixed64(pos, length);
        return pos + length;
      case ACTION.bounds:
        facts.bounds += packedFixed64(pos, length);
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
    this.#facts.reset(type, fieldStart, end);
    const editsBefore = this.edits.size;
    const messages = this.#messages;
    const flawAround = this.#flaw;
    const flawAroundAt = this.#flawAt;
    if (flawAround !== undefined) this.#flaw = undefined;
    this.#message(type, start, end, depth);
    const inside = this.#messages - messages;
    this.#storedBytes += rowBytes(end - start, inside);
    if (this.#storedBytes > this.#maxStoredBytes) this.#tooManyRows();
    if (this.#flaw === undefined && this.#judge.isGood(this.#facts)) {
      if (flawAround === undefined) return;
    } else {
      const flaw =
        this.#judge.formFlaw(this.#facts) ?? this.#flaw ?? this.#judge.timeFlaw(this.#facts, this.edits);
      if (flaw !== undefined) this.#cut(flaw, { start: fieldStart, end, count: 1, editsBefore });
    }
    this.#flaw = flawAround;
    this.#flawAt = flawAroundAt;
  }

  /** A message with records in it: what is wrong with itself is wrong with all of them. */
  #holder(type: number, fieldStart: number, start: number, end: number, depth: number): void {
    const editsBefore = this.edits.size;
    const recordsBefore = this.#records;
    const flawAround = this.#flaw;
    const flawAroundAt = this.#flawAt;
    this.#flaw = undefined;
    this.#temporality = 0;
    this.#message(type, start, end, depth);
    const records = this.#records - recordsBefore;
    if (records > 0) {
      const isUnspecified = TEMPORAL.includes(type) && this.#temporality !== 1 && this.#temporality !== 2;
      const flaw = this.#flaw ?? (isUnspecified ? 'unspecified-temporality' : undefined);
      if (flaw !== undefined) this.#cut(flaw, { start: fieldStart, end, count: records, editsBefore });
    }
    this.#flaw = flawAround;
    this.#flawAt = flawAroundAt;
  }

  #cut(reason: RejectionReason, { start, end, count, editsBefore }: Cut): void {
    const at = reason === this.#flaw ? this.#flawAt : start;
    this.edits.forget(editsBefore);
    this.edits.add({ kind: EDIT.cut, start, end, value: REJECTION_REASONS.indexOf(reason), count, at });
  }

  /** The first thing of the policy that a record or holder breaks is the one that is told. */
  #break(reason: RejectionReason, at: number): void {
    if (this.#flaw !== undefined) return;
    this.#flaw = reason;
    this.#flawAt = at;
  }

  #overLong({ fieldStart, start, end, isText }: LongValue): void {
    if (!this.#truncates) {
      this.#break('value-too-long', fieldStart);
      return;
    }
    let kept = this.#maxValueBytes;
    // Not in the middle of a character: its bytes after the first are 0b10xxxxxx.
    if (isText) while (((this.#bytes[start + kept] as number) & 0xc0) === 0x80) kept--;
    const place = { start: fieldStart, end, at: fieldStart };
    this.edits.add({ kind: EDIT.truncate, ...place, value: kept, count: 0 });
  }

  /** An attribute its list has no room for. It must be well-formed all the same. */
  #excess(attribute: Dropped, contentStart: number, depth: number): void {
    const editsBefore = this.edits.size;
    const isDropped = this.#drops && editsBefore < MOST_EDITS_WITH_DROPS;
    if (!isDropped) this.#break('too-many-attributes', attribute.start);
    const flaw = this.#flaw;
    this.#message(KEY_VALUE, contentStart, attribute.end, depth);
    if (!isDropped) return;
    // What its value breaks goes with it.
    this.#flaw = flaw;
    this.edits.forget(editsBefore);
    this.edits.drop(attribute);
  }

  #tooManyRows(): never {
    throw new RequestTooLargeError(this.#maxStoredBytes, 'rows');
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
