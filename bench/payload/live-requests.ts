/**
 * Requests for a running Valet: each differs from every other, and its records happen when it is sent. Made from a
 * few templates by writing into a copy, so that the sender costs little.
 */
import type { Signal } from '../../schemas/names.ts';
import { BASE_NANOS } from './common.ts';
import { generatePayload } from './generate.ts';

/** How many of the records' bytes are the same among requests; a few templates keep the payload varied. */
const TEMPLATES = 8;
/** Times of the templates lie in so many nanoseconds after {@link BASE_NANOS}. */
const SPAN_NANOS = 60_000_000_000n;
/** They are drawn together so much, and end when the request is sent: what was sent is news. */
const SHRINK = 1000n;

/** Bytes of one request, new at each call. */
export type LiveRequest = (number: number, atMillis: number) => Uint8Array<ArrayBuffer>;

/** Requests of `records` records each. Trace ids of spans begin with the request's number, see `requestKey`. */
export function liveRequests(signal: Signal, records: number): LiveRequest {
  const templates = generatePayload(signal, { requests: TEMPLATES, records }).map((bytes) => ({
    bytes,
    times: timesOf(bytes),
    traceIds: signal === 'traces' ? traceIdOffsets(bytes) : [],
  }));
  return (number, atMillis) => {
    const template = templates[number % TEMPLATES];
    if (!template) throw new RangeError(`Cannot number a request: current value is ${number}`);
    const bytes = Buffer.from(template.bytes);
    // Nanoseconds below the millisecond make even requests of one millisecond differ.
    const at = BigInt(Math.trunc(atMillis)) * 1_000_000n + BigInt(number % 1_000_000);
    for (const { offset, delta, isEnd } of template.times) {
      const start = isEnd ? bytes.readBigUInt64LE(offset - 9) : at - (SPAN_NANOS - delta) / SHRINK;
      bytes.writeBigUInt64LE(isEnd ? start + delta : start, offset);
    }
    for (const offset of template.traceIds) bytes.writeBigUInt64BE(BigInt(number), offset);
    return bytes;
  };
}

/** A time in a template. */
interface TimeSlot {
  readonly offset: number;
  /** Nanoseconds after the base; for a span's end, which stands right behind its start, after that. */
  readonly delta: bigint;
  readonly isEnd: boolean;
}

const END_TAG = 0x41;

function timesOf(bytes: Uint8Array): readonly TimeSlot[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const slots: TimeSlot[] = [];
  let previous = -9;
  for (let offset = 1; offset + 8 <= buffer.length; offset++) {
    // The base's two highest bytes; a whole look only where they fit.
    if (buffer[offset + 7] !== HIGH_BYTES[1] || buffer[offset + 6] !== HIGH_BYTES[0]) continue;
    const time = buffer.readBigUInt64LE(offset);
    if (time < BASE_NANOS || time >= BASE_NANOS + SPAN_NANOS) continue;
    const isEnd = offset === previous + 9 && buffer[offset - 1] === END_TAG;
    const from = isEnd ? buffer.readBigUInt64LE(previous) : BASE_NANOS;
    slots.push({ offset, delta: time - from, isEnd });
    previous = offset;
  }
  return slots;
}

const HIGH_BYTES = [Number((BASE_NANOS >> 48n) & 0xffn), Number(BASE_NANOS >> 56n)] as const;

/** Where the trace ids are: a span starts with field 1, sixteen bytes, then field 2, eight bytes. */
function traceIdOffsets(bytes: Uint8Array): readonly number[] {
  const offsets: number[] = [];
  for (let at = 0; at + 19 < bytes.length; at++) {
    if (bytes[at] === 0x0a && bytes[at + 1] === 16 && bytes[at + 18] === 0x12 && bytes[at + 19] === 8)
      offsets.push(at + 2);
  }
  return offsets;
}
