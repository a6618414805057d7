import { OTLP_MESSAGES, type OtlpField, type OtlpMessageName } from '../../../schemas/otlp.ts';

/** Fields whose zero is told apart from their absence. */
const PRESENT = new Set(['as_int', 'as_double', 'int_value', 'double_value', 'bool_value', 'string_value']);

/**
 * Decodes a message into plain objects, one name per field, zeros of fields without presence left out: equal objects
 * mean equal messages, whatever order or defaults the bytes had. Unknown fields throw unless they are to be skipped,
 * which is possible for length-delimited ones.
 */
export function decode(
  name: OtlpMessageName,
  input: Uint8Array,
  { skipUnknown = false }: { readonly skipUnknown?: boolean } = {},
): Record<string, unknown> {
  const bytes = Buffer.from(input);
  const out: Record<string, unknown> = {};
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++] as number);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = OTLP_MESSAGES[name].find((known) => known.number === tag >>> 3);
    if (field === undefined && skipUnknown && (tag & 7) === 2) {
      const length = Number(varint());
      at += length;
      continue;
    }
    if (field === undefined) throw new Error(`unknown field ${tag >>> 3} in ${name}`);
    const start = at;
    switch (tag & 7) {
      case 0:
        put(out, field, varint());
        break;
      case 1:
        at += 8;
        put(out, field, field.type === 'double' ? bytes.readDoubleLE(start) : bytes.readBigUInt64LE(start));
        break;
      case 5:
        at += 4;
        put(out, field, bytes.readUInt32LE(start));
        break;
      default: {
        const length = Number(varint());
        const payload = bytes.subarray(at, at + length);
        at += length;
        putPayload(out, { field, payload, skipUnknown });
      }
    }
  }
  return out;
}

interface Payload {
  readonly field: OtlpField;
  readonly payload: Buffer;
  readonly skipUnknown: boolean;
}

function putPayload(out: Record<string, unknown>, { field, payload, skipUnknown }: Payload): void {
  if (typeof field.type === 'object') put(out, field, decode(field.type.message, payload, { skipUnknown }));
  else if (field.type === 'string') put(out, field, payload.toString('utf8'));
  else if (field.type === 'bytes' || field.type === 'id') put(out, field, payload.toString('hex'));
  else if (payload.length === 0) return;
  else if (field.type === 'uint64') put(out, field, `packed ${payload.toString('hex')}`);
  else {
    for (let at = 0; at < payload.length; at += 8) {
      put(out, field, field.type === 'double' ? payload.readDoubleLE(at) : payload.readBigUInt64LE(at));
    }
  }
}

function put(out: Record<string, unknown>, field: OtlpField, value: unknown): void {
  if (field.repeated) {
    out[field.name] = [...((out[field.name] as unknown[] | undefined) ?? []), value];
    return;
  }
  const isZero = value === 0 || value === 0n || value === '';
  if (!isZero || PRESENT.has(field.name)) out[field.name] = value;
}
