/** Trace requests that can be told apart in the store: the first eight bytes of every trace id are the request's number. */
import { generatePayload } from './generate.ts';

/** How many of the spans' bytes are the same among requests; a few templates keep the payload varied. */
const TEMPLATES = 8;

export interface NumberedRequests {
  /** The bytes of one request; a new buffer at each call. */
  request(number: number): Uint8Array<ArrayBuffer>;
}

/** The number as it stands at the start of a TraceId column. */
export function requestKey(number: number): string {
  return number.toString(16).padStart(16, '0');
}

/** Requests of `spans` spans each, with times around `atMillis`. */
export function numberedRequests(spans: number, atMillis: number): NumberedRequests {
  const templates = generatePayload('traces', {
    requests: TEMPLATES,
    records: spans,
    baseNanos: BigInt(Math.trunc(atMillis)) * 1_000_000n,
  }).map((bytes) => ({ bytes, offsets: traceIdOffsets(bytes) }));
  return {
    request(number) {
      const template = templates[number % TEMPLATES];
      if (!template) throw new RangeError(`Cannot number a request: current value is ${number}`);
      const bytes = Buffer.from(template.bytes);
      for (const offset of template.offsets) bytes.writeBigUInt64BE(BigInt(number), offset);
      return bytes;
    },
  };
}

/** Where the trace ids are: a span starts with field 1, sixteen bytes, then field 2, eight bytes. */
function traceIdOffsets(bytes: Uint8Array): readonly number[] {
  const offsets: number[] = [];
  for (let at = 0; at + 19 < bytes.length; at++) {
    if (bytes[at] === 0x0a && bytes[at + 1] === 16 && bytes[at + 18] === 0x12 && bytes[at + 19] === 8)
      offsets.push(at + 2);
  }
  return offsets;
}
