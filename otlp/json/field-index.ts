import {
  jsonName,
  OTLP_MESSAGES,
  type OtlpField,
  type OtlpMessageName,
  type OtlpScalar,
} from '../../schemas/otlp.ts';
import { WIRE_TYPE, WIRE_TYPE_OF_SCALAR, type WireType } from '../wire/wire-type.ts';

/** What the translator needs to know of a field. */
export interface FieldPlan {
  readonly number: number;
  /** JSON name. */
  readonly name: string;
  /** Undefined for a message. */
  readonly scalar: OtlpScalar | undefined;
  /** Wire type of one value. */
  readonly wireType: WireType;
  readonly message: OtlpMessageName | undefined;
  readonly repeated: boolean;
  /** Repeated numbers are written packed. */
  readonly packed: boolean;
}

interface Entry {
  readonly key: Buffer;
  readonly plan: FieldPlan;
}

/** Finds a message's fields by the bytes of their JSON name, without making a string of them. */
export class FieldIndex {
  readonly #entries = new Map<number, Entry>();

  constructor(message: OtlpMessageName) {
    for (const field of OTLP_MESSAGES[message]) {
      const key = Buffer.from(jsonName(field.name));
      const hash = hashOf(key, 0, key.length);
      if (this.#entries.has(hash)) throw new RangeError(`Cannot index ${message} as two names share a hash`);
      this.#entries.set(hash, { key, plan: planOf(field) });
    }
  }

  /** The field called `text[start, end)`, or undefined. */
  find(text: Buffer, start: number, end: number): FieldPlan | undefined {
    const entry = this.#entries.get(hashOf(text, start, end));
    if (entry === undefined || entry.key.length !== end - start) return undefined;
    for (let i = 0; i < entry.key.length; i++) if (entry.key[i] !== text[start + i]) return undefined;
    return entry.plan;
  }
}

function hashOf(text: Buffer, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (hash * 31 + (text[i] as number)) & 0x3fffffff;
  return hash;
}

function planOf({ number, name, type, repeated }: OtlpField): FieldPlan {
  const isMessage = typeof type === 'object';
  const wireType = isMessage ? WIRE_TYPE.length : WIRE_TYPE_OF_SCALAR[type];
  return {
    number,
    name: jsonName(name),
    scalar: isMessage ? undefined : type,
    wireType,
    message: isMessage ? type.message : undefined,
    repeated,
    packed: repeated && wireType !== WIRE_TYPE.length,
  };
}
