import { Fields } from './fields.ts';
import { VALUE_KIND } from './types.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What JSON text escapes beyond JSON's own rules, like Go's encoder: `<`, `>`, `&` and two line separators. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * An AnyValue as text, as the Collector's `AsString` gives it: text as it is, true/false, decimal integers, the
 * shortest decimal that reads back as the same double, base64, and compact JSON with sorted keys for arrays and
 * lists. The arguments are those of a ValueColumn's entry of a decoded batch.
 */
export function valueText(source: Uint8Array, kind: number, start: number, end: number): string {
  switch (kind) {
    case VALUE_KIND.string:
      return decoder.decode(source.subarray(start, end));
    case VALUE_KIND.bool:
      return String(boolOf(source, start, end));
    case VALUE_KIND.int:
      return String(intOf(source, start, end));
    case VALUE_KIND.double:
      return doubleText(doubleOf(source, start));
    case VALUE_KIND.bytes:
      return base64(source, start, end);
    case VALUE_KIND.array:
      return arrayJson(source, start, end);
    case VALUE_KIND.kvlist:
      return listJson(source, start, end);
    default:
      return '';
  }
}

/** The boolean whose varint is `source[start, end)`. */
export function boolOf(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (((source[at] as number) & 0x7f) !== 0) return true;
  return false;
}

/** The 64-bit integer whose varint is `source[start, end)`, exactly. */
export function intOf(source: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt((source[at] as number) & 0x7f);
  return BigInt.asIntN(64, value);
}

/** The double in the eight bytes from `start`. */
export function doubleOf(source: Uint8Array, start: number): number {
  return new DataView(source.buffer, source.byteOffset + start, 8).getFloat64(0, true);
}

/** JavaScript's own notation but for -0 and what is not finite, which the Collector words so. */
function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'json: unsupported value: NaN';
  if (!Number.isFinite(value)) return `json: unsupported value: ${value < 0 ? '-' : '+'}Inf`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function base64(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('base64');
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JSON has no word for a number that is not finite: null. */
function valueJson(source: Uint8Array, start: number, end: number): string {
  let json = 'null';
  const fields = new Fields(source, start, end);
  while (fields.next()) {
    const kind = fields.tag >>> 3;
    if (fields.tag === 0x0a) json = quoted(valueText(source, kind, fields.start, fields.end));
    else if (fields.tag === 0x3a) json = `"${base64(source, fields.start, fields.end)}"`;
    else if (fields.tag === 0x21) {
      const value = doubleOf(source, fields.start);
      json = Number.isFinite(value) ? doubleText(value) : 'null';
    } else if (fields.tag === 0x10 || fields.tag === 0x18 || fields.tag === 0x2a || fields.tag === 0x32) {
      json = valueText(source, kind, fields.start, fields.end);
    }
  }
  return json;
}

/** ArrayValue: 1 values (AnyValue). */
function arrayJson(source: Uint8Array, start: number, end: number): string {
  const items: string[] = [];
  const fields = new Fields(source, start, end);
  while (fields.next()) if (fields.tag === 0x0a) items.push(valueJson(source, fields.start, fields.end));
  return `[${items.join(',')}]`;
}

/** KeyValueList: 1 values (KeyValue: 1 key, 2 value); of equal keys the last one holds. */
function listJson(source: Uint8Array, start: number, end: number): string {
  const members = new Map<string, string>();
  const pairs = new Fields(source, start, end);
  while (pairs.next()) {
    if (pairs.tag !== 0x0a) continue;
    let key = '';
    let value = 'null';
    const fields = new Fields(source, pairs.start, pairs.end);
    while (fields.next()) {
      if (fields.tag === 0x0a) key = decoder.decode(source.subarray(fields.start, fields.end));
      else if (fields.tag === 0x12) value = valueJson(source, fields.start, fields.end);
    }
    members.set(key, value);
  }
  const sorted = [...members].sort(([left], [right]) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  return `{${sorted.map(([key, value]) => `${quoted(key)}:${value}`).join(',')}}`;
}
