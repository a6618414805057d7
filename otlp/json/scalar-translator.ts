import type { OtlpScalar } from '../../schemas/otlp.ts';
import type { WireWriter } from '../wire/wire-writer.ts';
import { type DecimalInteger, decimalInteger } from './decimal-integer.ts';
import type { JsonScanner } from './json-scanner.ts';

const QUOTE = 0x22;
const HALF = 2 ** 32;
const SIGN_BIT = 2 ** 31;
const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const DECIMAL = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;

/**
 * Reads one JSON value as a protobuf scalar and writes its payload, without a tag.
 *
 * - integers: numbers or strings, exact to 64 bits; enums: numbers only
 * - double: number, numeric string, "NaN", "Infinity" or "-Infinity"
 * - id: hexadecimal in either case; bytes: base64, standard or URL-safe, padded or not
 */
export class ScalarTranslator {
  readonly #scanner: JsonScanner;
  readonly #writer: WireWriter;

  constructor(scanner: JsonScanner, writer: WireWriter) {
    this.#scanner = scanner;
    this.#writer = writer;
  }

  /** Translates the next value. */
  write(type: OtlpScalar): void {
    switch (type) {
      case 'string':
        this.#string();
        return;
      case 'bytes':
        this.#encoded(BASE64, 'base64', 'base64 text');
        return;
      case 'id':
        this.#encoded(HEX, 'hex', 'an id in hexadecimal');
        return;
      case 'bool':
        this.#writer.byte(this.#scanner.boolean() ? 1 : 0);
        return;
      case 'double':
        this.#writer.double(this.#double());
        return;
      default:
        this.#integer(type);
    }
  }

  /** Writes the type's default: an element that is `null`. */
  writeDefault(type: OtlpScalar): void {
    if (type === 'double' || type === 'fixed64' || type === 'sfixed64') this.#writer.fixed64(0, 0);
    else if (type === 'fixed32') this.#writer.fixed32(0);
    else this.#writer.byte(0);
  }

  #string(): void {
    const scanner = this.#scanner;
    if (scanner.peek() !== QUOTE) throw scanner.fault('expected text');
    scanner.string();
    if (scanner.tokenEscaped) {
      // A lone surrogate (text cut by a sender's length limit) has no UTF-8: it becomes U+FFFD here.
      this.#lengthDelimited(Buffer.from(scanner.tokenText(), 'utf8'));
      return;
    }
    this.#writer.varint(scanner.tokenEnd - scanner.tokenStart);
    this.#writer.raw(scanner.text, scanner.tokenStart, scanner.tokenEnd);
  }

  #encoded(form: RegExp, encoding: 'base64' | 'hex', what: string): void {
    const scanner = this.#scanner;
    if (scanner.peek() !== QUOTE) throw scanner.fault(`expected ${what}`);
    const start = scanner.position;
    scanner.string();
    const text = scanner.tokenText();
    if (!form.test(text) || (encoding === 'base64' && !isWholeBase64(text))) {
      scanner.position = start;
      throw scanner.fault(`expected ${what}`);
    }
    this.#lengthDelimited(Buffer.from(text, encoding));
  }

  #lengthDelimited(bytes: Uint8Array): void {
    this.#writer.varint(bytes.length);
    this.#writer.raw(bytes);
  }

  #double(): number {
    const scanner = this.#scanner;
    const isText = scanner.peek() === QUOTE;
    const start = scanner.position;
    const text = this.#numberText();
    const special = isText ? SPECIAL_DOUBLES.get(text) : undefined;
    if (special !== undefined) return special;
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value)) return value;
    scanner.position = start;
    throw scanner.fault('expected a number in the range of a double');
  }

  #integer(type: OtlpScalar): void {
    const scanner = this.#scanner;
    const isText = scanner.peek() === QUOTE;
    const start = scanner.position;
    const value = isText && type === 'enum' ? undefined : decimalInteger(this.#numberText());
    if (value === undefined || !fits(type, value)) {
      scanner.position = start;
      throw scanner.fault(
        type === 'enum' ? 'expected an integer, not a name' : `expected an integer that fits ${type}`,
      );
    }
    this.#writeInteger(type, value);
  }

  #writeInteger(type: OtlpScalar, { negative, high, low }: DecimalInteger): void {
    const lower = negative ? -low >>> 0 : low;
    const upper = negative ? (low === 0 ? -high : ~high) >>> 0 : high;
    switch (type) {
      case 'fixed64':
      case 'sfixed64':
        this.#writer.fixed64(upper, lower);
        return;
      case 'fixed32':
        this.#writer.fixed32(lower);
        return;
      case 'sint32':
        this.#writer.varint(((lower << 1) ^ (lower >> 31)) >>> 0);
        return;
      default:
        this.#writer.varint64(upper, lower);
    }
  }

  #numberText(): string {
    const scanner = this.#scanner;
    if (scanner.peek() !== QUOTE) {
      scanner.number();
      return scanner.text.toString('latin1', scanner.tokenStart, scanner.tokenEnd);
    }
    scanner.string();
    return scanner.tokenText();
  }
}

function isWholeBase64(text: string): boolean {
  const digits = text.replace(/=+$/, '').length;
  return digits % 4 !== 1 && (digits === text.length || text.length % 4 === 0);
}

function fits(type: OtlpScalar, { negative, high, low }: DecimalInteger): boolean {
  switch (type) {
    case 'uint64':
    case 'fixed64':
      return !negative || (high === 0 && low === 0);
    case 'uint32':
    case 'fixed32':
      return high === 0 && (!negative || low === 0);
    case 'int64':
    case 'sfixed64':
      return high < SIGN_BIT || (negative && high === SIGN_BIT && low === 0);
    default:
      return high === 0 && low < HALF && (low < SIGN_BIT || (negative && low === SIGN_BIT));
  }
}
