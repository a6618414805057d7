import { isUtf8 } from 'node:buffer';
import { WireError } from '../../otlp/wire/wire-error.ts';
import { WireReader } from '../../otlp/wire/wire-reader.ts';
import { MAX_DEPTH } from '../../otlp/wire/wire-type.ts';
import type { Signal } from '../../schemas/names.ts';
import {
  OTLP_MESSAGES,
  type OtlpField,
  type OtlpMessageName,
  type OtlpScalar,
  REQUEST_MESSAGE,
} from '../../schemas/otlp.ts';

/** Longest text shown whole. */
const MAX_TEXT = 200;
/** 10^9 s: what is meant as a time is later than 2001. */
const EARLIEST_NANOS = 10n ** 18n;

/**
 * A protobuf request as text, a line per field, read as far as it can be; where it cannot, a line says at which byte
 * and why, and reading goes on after the message around it.
 */
export function describeRequest(signal: Signal, bytes: Uint8Array): readonly string[] {
  const dump = new Dump(bytes);
  dump.message(REQUEST_MESSAGE[signal], { end: bytes.length, indent: 0 });
  return dump.lines;
}

interface Place {
  readonly end: number;
  readonly indent: number;
}

class Dump {
  readonly lines: string[] = [];
  readonly #reader: WireReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new WireReader(bytes);
  }

  /** From the reader's position to `end`, where the reader is left whatever happens. */
  message(name: OtlpMessageName, { end, indent }: Place): void {
    const reader = this.#reader;
    try {
      if (indent >= MAX_DEPTH) throw new WireError(reader.position, `nested deeper than ${MAX_DEPTH}`);
      while (reader.position < end) {
        const tag = reader.tag(end);
        this.#field(fieldOf(name, tag), tag, { end, indent });
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#line(indent, `!! ${error.reason}, at byte ${error.offset}`);
      reader.position = end;
    }
  }

  #field(field: OtlpField | undefined, tag: number, { end, indent }: Place): void {
    const reader = this.#reader;
    const start = reader.position;
    if ((tag & 7) !== 2 || field === undefined) {
      reader.skip(tag, end, 0);
      const raw = reader.bytes.subarray(start, reader.position);
      const name = field?.name ?? `unknown field ${tag >>> 3}`;
      this.#line(indent, `${name}: ${field === undefined ? hex(raw) : numberText(field, tag, raw)}`);
      return;
    }
    const length = reader.length(end);
    const payload = { start: reader.position, end: reader.position + length };
    if (typeof field.type === 'object') {
      const first = this.lines.length;
      this.#line(indent, `${field.name} {`);
      this.message(field.type.message, { end: payload.end, indent: indent + 1 });
      this.#line(indent, '}');
      if (field.type.message === 'KeyValue') this.#shorten(first, field.name, indent);
      return;
    }
    reader.position = payload.end;
    this.#line(
      indent,
      `${field.name}: ${textOf(field.type, reader.bytes.subarray(payload.start, payload.end))}`,
    );
  }

  /** An attribute with a plain value, six lines so far, as one. */
  #shorten(first: number, name: string, indent: number): void {
    const attribute = /^\S+ \{\nkey: (.*)\nvalue \{\n(?:string_value: )?(.*)\n\}\n\}$/.exec(
      this.lines
        .slice(first)
        .map((line) => line.trim())
        .join('\n'),
    );
    if (!attribute) return;
    this.lines.length = first;
    this.#line(indent, `${name}: ${attribute[1]} = ${attribute[2]}`);
  }

  #line(indent: number, text: string): void {
    this.lines.push('  '.repeat(indent) + text);
  }
}

function fieldOf(name: OtlpMessageName, tag: number): OtlpField | undefined {
  return OTLP_MESSAGES[name].find(({ number }) => number === tag >>> 3);
}

function numberText({ name, type }: OtlpField, tag: number, raw: Uint8Array): string {
  const wireType = tag & 7;
  if (wireType === 0) return varintText(raw, type === 'bool');
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (wireType === 5) return String(view.getUint32(0, true));
  if (wireType !== 1) return hex(raw);
  if (type === 'double') return String(view.getFloat64(0, true));
  const value = type === 'sfixed64' ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
  return name.endsWith('_unix_nano') && value >= EARLIEST_NANOS
    ? `${value} (${instant(value)})`
    : String(value);
}

function varintText(raw: Uint8Array, isBool: boolean): string {
  const value = raw.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  return isBool ? String(value !== 0n) : String(BigInt.asIntN(64, value));
}

function instant(nanos: bigint): string {
  const date = new Date(Number(nanos / 1_000_000n));
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString();
}

function textOf(type: OtlpScalar, payload: Uint8Array): string {
  if (type !== 'string' || !isUtf8(payload)) return `${hex(payload)} (${payload.length} bytes)`;
  const text = Buffer.from(payload).toString('utf8');
  return JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}

function hex(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 32)).toString('hex');
  return bytes.length > 32 ? `${text}…` : text || 'empty';
}
