import type { Random } from '../../bench/payload/random.ts';
import { jsonName, OTLP_MESSAGES, type OtlpField, type OtlpScalar } from '../../schemas/otlp.ts';
import { fieldOf, isGroup, isMessage, type TreeField, type TreeMessage, type TreeValue } from './tree.ts';

const KEYS = new Map<OtlpField, string>(
  Object.values(OTLP_MESSAGES).flatMap((fields) =>
    fields.map((field) => [field, `"${jsonName(field.name)}":`]),
  ),
);

/**
 * A tree as OTLP/JSON text. Where JSON leaves a choice (integers as text or number, white space) `random` takes one.
 * Fields OTLP does not know get a name it does not know; wire types, lengths and groups have no counterpart.
 */
export function treeToJson(tree: TreeMessage, random: Random): string {
  const members: string[] = [];
  for (const [number, fields] of byNumber(tree.fields)) {
    const field = fieldOf(tree.message, number);
    if (field === undefined)
      members.push(...fields.map((one) => `"field${number}":${unknown(one.value, random)}`));
    else members.push(...known(field, fields, random));
  }
  return `{${members.join(random.below(50) === 0 ? ' ,\n\t' : ',')}}`;
}

/** Elements of a list stand together in JSON, however they were scattered. */
function byNumber(fields: readonly TreeField[]): ReadonlyMap<number, TreeField[]> {
  const groups = new Map<number, TreeField[]>();
  for (const field of fields) {
    const group = groups.get(field.number);
    if (group === undefined) groups.set(field.number, [field]);
    else group.push(field);
  }
  return groups;
}

function known(field: OtlpField, fields: readonly TreeField[], random: Random): string[] {
  const key = KEYS.get(field) as string;
  if (!field.repeated) return fields.map(({ value }) => key + valueText(field, value, random));
  const items = fields.flatMap(({ value }) => elements(field, value, random));
  return [`${key}[${items.join(',')}]`];
}

/** A packed list is several elements. */
function elements(field: OtlpField, value: TreeValue, random: Random): string[] {
  const isNumber = field.type === 'fixed64' || field.type === 'double' || field.type === 'uint64';
  if (!isNumber || !(value instanceof Uint8Array)) return [valueText(field, value, random)];
  if (field.type === 'uint64') return Array.from(value, String);
  const bytes = Buffer.from(value);
  const words = Array.from({ length: Math.floor(bytes.length / 8) }, (_, at) =>
    bytes.readBigUInt64LE(at * 8),
  );
  return words.map((word) => valueText(field, word, random));
}

function valueText({ type }: OtlpField, value: TreeValue, random: Random): string {
  if (isMessage(value)) return treeToJson(value, random);
  if (isGroup(value)) return '{}';
  if (typeof type === 'object') return unknown(value, random);
  return typeof value === 'bigint' ? numberText(type, value, random) : bytesText(type, value);
}

function bytesText(type: OtlpScalar, value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  if (type === 'id') return `"${bytes.toString('hex')}"`;
  if (type === 'bytes') return `"${bytes.toString('base64')}"`;
  return JSON.stringify(bytes.toString('utf8'));
}

function numberText(type: OtlpScalar, value: bigint, random: Random): string {
  switch (type) {
    case 'bool':
      return value === 0n ? 'false' : 'true';
    case 'double':
      return doubleText(value);
    case 'int64':
    case 'sfixed64':
      return integerText(BigInt.asIntN(64, value), random);
    case 'enum':
      return String(value);
    default:
      return integerText(value, random);
  }
}

function integerText(value: bigint, random: Random): string {
  return random.below(2) === 0 ? `"${value}"` : String(value);
}

function doubleText(bits: bigint): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, bits));
  const value = view.getFloat64(0);
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

function unknown(value: TreeValue, random: Random): string {
  if (isMessage(value)) return treeToJson(value, random);
  if (typeof value === 'bigint') return String(value);
  return isGroup(value)
    ? `{"group":[${'['.repeat(3)}${']'.repeat(3)}]}`
    : JSON.stringify(Buffer.from(value).toString());
}
