/**
 * A second reader of OTLP protobuf, made to be evidently right rather than fast: it builds a tree of everything and
 * shares no code with the product, only the description of the messages (`schemas/otlp.ts`).
 */
import { OTLP_MESSAGES, type OtlpField, type OtlpMessageName } from '../../schemas/otlp.ts';

/** A field as it stands in the bytes. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** The message it holds, when it is one OTLP knows. */
  readonly message: WireMessage | undefined;
  /** Of its tag. */
  readonly start: number;
  /** Of its payload, after tag and length. */
  readonly payload: number;
  readonly end: number;
}

/** A message and its fields, in the order they came. */
export interface WireMessage {
  readonly name: OtlpMessageName;
  readonly start: number;
  readonly end: number;
  readonly fields: readonly WireField[];
}

/** Messages and groups nest this deep, a request being the first. */
const DEEPEST = 64;
/** A request in the log that starts with it is one in JSON: no field 15 may be a group. */
const BRACE = 0x7b;
const LARGEST_TAG = 2 ** 32 - 1;

/** Not OTLP. */
export class WireFault extends Error {}

/** The request in the bytes; throws {@link WireFault} when they are none. */
export function readTree(bytes: Uint8Array, name: OtlpMessageName): WireMessage {
  return new TreeReader(bytes).message(name, { start: 0, end: bytes.length }, 1);
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

const FIELDS = new Map(
  Object.entries(OTLP_MESSAGES).map(([name, fields]) => [
    name,
    new Map(fields.map((field) => [field.number, field])),
  ]),
);

class TreeReader {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(name: OtlpMessageName, { start, end }: Extent, depth: number): WireMessage {
    if (depth > DEEPEST) throw new WireFault('too deep');
    const fields: WireField[] = [];
    for (let at = start; at < end; ) {
      const field = this.#field(name, { start: at, end }, depth);
      fields.push(field);
      at = field.end;
    }
    return { name, start, end, fields };
  }

  #field(name: OtlpMessageName, { start, end }: Extent, depth: number): WireField {
    const tag = this.#varint(start, end, 5);
    const number = Math.floor(tag.value / 8);
    const wireType = tag.value % 8;
    if (tag.value > LARGEST_TAG || number === 0) throw new WireFault('tag');
    if (tag.value === BRACE && depth === 1) throw new WireFault('brace');
    const payload = wireType === 2 ? this.#delimited({ start: tag.end, end }) : undefined;
    const extent = payload ?? { start: tag.end, end: this.#skip(tag.value, { start: tag.end, end }, depth) };
    const known = FIELDS.get(name)?.get(number);
    const message = known && this.#known(known, wireType, { extent, depth });
    return { number, wireType, message, start, payload: extent.start, end: extent.end };
  }

  /** Checks that a known field is what it should be; returns the message in it. */
  #known(
    { type, repeated }: OtlpField,
    wireType: number,
    { extent, depth }: { readonly extent: Extent; readonly depth: number },
  ): WireMessage | undefined {
    if (typeof type === 'object') {
      if (wireType !== 2) throw new WireFault('message of another wire type');
      return this.message(type.message, extent, depth + 1);
    }
    const isPacked = repeated && wireType === 2;
    switch (type) {
      case 'string':
        if (wireType !== 2 || !this.#isText(extent)) throw new WireFault('text');
        return undefined;
      case 'bytes':
      case 'id':
        if (wireType !== 2) throw new WireFault('bytes of another wire type');
        return undefined;
      case 'fixed64':
      case 'sfixed64':
      case 'double':
        if (isPacked ? (extent.end - extent.start) % 8 !== 0 : wireType !== 1) throw new WireFault('64 bits');
        return undefined;
      case 'fixed32':
        if (wireType !== 5) throw new WireFault('32 bits');
        return undefined;
      default:
        if (isPacked) this.#varints(extent);
        else if (wireType !== 0) throw new WireFault('integer of another wire type');
        return undefined;
    }
  }

  #isText({ start, end }: Extent): boolean {
    const bytes = this.#bytes;
    let at = start;
    while (at < end && (bytes[at] as number) < 0x80) at++;
    if (at === end) return true;
    // What is no UTF-8 becomes U+FFFD, which is written differently.
    return bytes.subarray(at, end).equals(Buffer.from(bytes.toString('utf8', at, end)));
  }

  #varints({ start, end }: Extent): void {
    for (let at = start; at < end; ) at = this.#varint(at, end, 10).end;
  }

  #delimited({ start, end }: Extent): Extent {
    const length = this.#varint(start, end, 5);
    if (length.value > end - length.end) throw new WireFault('length');
    return { start: length.end, end: length.end + length.value };
  }

  #skip(tag: number, { start, end }: Extent, depth: number): number {
    switch (tag % 8) {
      case 0:
        return this.#varint(start, end, 10).end;
      case 1:
        return within(start + 8, end);
      case 2:
        return this.#delimited({ start, end }).end;
      case 3:
        return this.#group(Math.floor(tag / 8), { start, end }, depth + 1);
      case 5:
        return within(start + 4, end);
      default:
        throw new WireFault('wire type');
    }
  }

  #group(number: number, { start, end }: Extent, depth: number): number {
    if (depth > DEEPEST) throw new WireFault('too deep');
    let at = start;
    for (;;) {
      const tag = this.#varint(at, end, 5);
      if (tag.value > LARGEST_TAG || tag.value < 8) throw new WireFault('tag');
      if (tag.value % 8 === 4) {
        if (Math.floor(tag.value / 8) !== number) throw new WireFault('end of another group');
        return tag.end;
      }
      at = this.#skip(tag.value, { start: tag.end, end }, depth);
    }
  }

  /** Exact up to 2^53. */
  #varint(start: number, end: number, longest: number): { readonly value: number; readonly end: number } {
    let value = 0;
    for (let count = 0; count < longest; count++) {
      if (start + count >= end) throw new WireFault('varint cut off');
      const byte = this.#bytes[start + count] as number;
      value += (byte % 128) * 128 ** count;
      if (byte < 128) return { value, end: start + count + 1 };
    }
    throw new WireFault('varint too long');
  }
}

function within(position: number, end: number): number {
  if (position > end) throw new WireFault('cut off');
  return position;
}

/** The 64 bits of a field of wire type 0, 1 or 5. */
export function bitsOf(bytes: Uint8Array, { wireType, payload, end }: WireField): bigint {
  if (wireType === 0) return varintBits(bytes.subarray(payload, end));
  const low = BigInt(uint32At(bytes, payload));
  return wireType === 5 ? low : low | (BigInt(uint32At(bytes, payload + 4)) << 32n);
}

function uint32At(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = [
    bytes[at],
    bytes[at + 1],
    bytes[at + 2],
    bytes[at + 3],
  ];
  return first + second * 2 ** 8 + third * 2 ** 16 + fourth * 2 ** 24;
}

/** The 64 bits of a varint. */
export function varintBits(varint: Uint8Array): bigint {
  let value = 0n;
  for (let at = varint.length - 1; at >= 0; at--)
    value = (value << 7n) | BigInt((varint[at] as number) % 128);
  return BigInt.asUintN(64, value);
}
