/** A second translation of OTLP/JSON to protobuf, by way of trees; shares no code with the product's. */
import {
  jsonName,
  OTLP_MESSAGES,
  type OtlpField,
  type OtlpMessageName,
  type OtlpScalar,
} from '../../schemas/otlp.ts';
import type { TreeField, TreeMessage } from '../payload/tree.ts';
import { treeToProtobuf } from '../payload/tree-to-protobuf.ts';
import { doubleBits } from '../payload/wild.ts';
import { JsonFault, type JsonValue, readJson } from './json.ts';

/** Messages nest this deep, the request being the first, and so do values nobody knows, inside their place. */
const DEEPEST = 64;
/** A message of OTLP is an object in an object, or an object in an array in an object. */
const DEEPEST_JSON = DEEPEST * 3;

/** The request in protobuf; throws {@link JsonFault} when the text is no OTLP/JSON. */
export function translate(text: Uint8Array, name: OtlpMessageName): Uint8Array {
  const decoded = Buffer.from(text).toString('utf8');
  if (!Buffer.from(decoded).equals(text)) throw new JsonFault('no UTF-8');
  return treeToProtobuf(message(readJson(decoded, DEEPEST_JSON), name, 1));
}

const FIELDS = new Map(
  Object.entries(OTLP_MESSAGES).map(([name, fields]) => [
    name,
    new Map(fields.map((field) => [jsonName(field.name), field])),
  ]),
);

function message(value: JsonValue, name: OtlpMessageName, depth: number): TreeMessage {
  if (depth > DEEPEST) throw new JsonFault('too deep');
  if (value.kind !== 'object') throw new JsonFault('no object');
  const fields = value.members.flatMap(([key, member]) => {
    const field = FIELDS.get(name)?.get(key);
    if (field === undefined) return unknown(member, 0);
    return member.kind === 'null' ? [] : known(field, member, depth);
  });
  return { message: name, fields };
}

function unknown(value: JsonValue, depth: number): [] {
  if (depth > DEEPEST) throw new JsonFault('too deep');
  if (value.kind === 'array') for (const item of value.items) unknown(item, depth + 1);
  if (value.kind === 'object') for (const [, item] of value.members) unknown(item, depth + 1);
  return [];
}

function known(field: OtlpField, value: JsonValue, depth: number): TreeField[] {
  if (!field.repeated) return [single(field, value, depth)];
  if (value.kind !== 'array') throw new JsonFault('no array');
  const items = value.items.map((item) =>
    item.kind === 'null' ? nothing(field) : single(field, item, depth),
  );
  const isPacked = typeof field.type !== 'object' && field.type !== 'string';
  if (!isPacked) return items;
  // What a field with the items one by one would hold, without their tags.
  const bytes = treeToProtobuf({ message: 'Buckets', fields: items.map((item) => ({ ...item, number: 1 })) });
  return [{ number: field.number, wireType: 2, value: withoutTags(bytes, field.type as OtlpScalar) }];
}

function withoutTags(bytes: Uint8Array, type: OtlpScalar): Uint8Array {
  const kept: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    at++;
    const start = at;
    if (type === 'uint64') while ((bytes[at++] as number) > 0x7f);
    else at += 8;
    kept.push(...bytes.subarray(start, at));
  }
  return Uint8Array.from(kept);
}

/** An element that is `null`: the default. */
function nothing({ number, type }: OtlpField): TreeField {
  if (typeof type === 'object' || type === 'string') return { number, wireType: 2, value: new Uint8Array(0) };
  return { number, wireType: type === 'uint64' ? 0 : 1, value: 0n };
}

function single({ number, type }: OtlpField, value: JsonValue, depth: number): TreeField {
  if (typeof type === 'object')
    return { number, wireType: 2, value: message(value, type.message, depth + 1) };
  switch (type) {
    case 'string':
      return { number, wireType: 2, value: Buffer.from(textOf(value)) };
    case 'id':
      return { number, wireType: 2, value: hexadecimal(textOf(value)) };
    case 'bytes':
      return { number, wireType: 2, value: base64(textOf(value)) };
    case 'bool':
      if (value.kind !== 'boolean') throw new JsonFault('no boolean');
      return { number, wireType: 0, value: value.value ? 1n : 0n };
    case 'double':
      return { number, wireType: 1, value: doubleBits(double(value)) };
    default:
      return integer(number, type, value);
  }
}

function textOf(value: JsonValue): string {
  if (value.kind !== 'string') throw new JsonFault('no text');
  return value.value;
}

function hexadecimal(text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F][0-9a-fA-F])*$/.test(text)) throw new JsonFault('no id');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard or URL-safe, padded to a multiple of four or not at all. */
function base64(text: string): Uint8Array {
  const digits = text.replace(/={1,2}$/, '');
  const isPadded = digits.length < text.length;
  if (!/^[A-Za-z0-9+/_-]*$/.test(digits) || digits.length % 4 === 1) throw new JsonFault('no base64');
  if (isPadded && text.length % 4 !== 0) throw new JsonFault('no base64');
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const digit of digits.replaceAll('-', '+').replaceAll('_', '/')) {
    held = ((held << 6) | ALPHABET.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};
/** A number in a text may start with zeros. */
const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

function double(value: JsonValue): number {
  if (value.kind === 'string' && Object.hasOwn(SPECIAL, value.value)) return SPECIAL[value.value] as number;
  const text = numberText(value);
  const number = Number(text);
  if (!DECIMAL.test(text) || !Number.isFinite(number)) throw new JsonFault('no double');
  return number;
}

function numberText(value: JsonValue): string {
  if (value.kind === 'number') return value.text;
  if (value.kind === 'string') return value.value;
  throw new JsonFault('no number');
}

/** Least value and the one after the largest, by type. */
const LIMITS: Partial<Record<OtlpScalar, readonly [bigint, bigint]>> = {
  uint32: [0n, 2n ** 32n],
  fixed32: [0n, 2n ** 32n],
  uint64: [0n, 2n ** 64n],
  fixed64: [0n, 2n ** 64n],
  int64: [-(2n ** 63n), 2n ** 63n],
  sfixed64: [-(2n ** 63n), 2n ** 63n],
};

function integer(number: number, type: OtlpScalar, value: JsonValue): TreeField {
  if (type === 'enum' && value.kind !== 'number') throw new JsonFault('enum');
  const whole = wholeNumber(numberText(value));
  const [least, beyond] = LIMITS[type] ?? [-(2n ** 31n), 2n ** 31n];
  if (whole < least || whole >= beyond) throw new JsonFault('range');
  if (type === 'fixed32') return { number, wireType: 5, value: whole };
  if (type.endsWith('fixed64')) return { number, wireType: 1, value: whole };
  return { number, wireType: 0, value: type === 'sint32' ? zigzag(whole) : whole };
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value;
}

/** Exact; throws when the decimal is no integer or beyond all of OTLP's types. */
function wholeNumber(text: string): bigint {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === '') throw new JsonFault('no integer');
  let digits = (whole + fraction).replace(/^0+/, '');
  let power = Number(exponent) - fraction.length;
  if (digits === '') return 0n;
  const trimmed = digits.replace(/0+$/, '');
  power += digits.length - trimmed.length;
  digits = trimmed;
  if (power < 0 || power + digits.length > 20) throw new JsonFault('no integer');
  const magnitude = BigInt(digits) * 10n ** BigInt(power);
  return sign === '-' ? -magnitude : magnitude;
}
