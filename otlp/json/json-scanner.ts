import { JsonFault } from './json-fault.ts';

/*
 * JSON (RFC 8259), read from UTF-8 that was checked before:
 *   value  = object | array | string | number | 'true' | 'false' | 'null'
 *   object = '{' [string ':' value {',' string ':' value}] '}'
 *   array  = '[' [value {',' value}] ']'
 *   number = ['-'] ('0' | digit19 {digit}) ['.' digit {digit}] [('e' | 'E') ['+' | '-'] digit {digit}]
 */

/** Unknown values may nest this deep. */
export const MAX_SKIP_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/**
 * A cursor over JSON text. Tokens are ranges of the text, never objects: after `string()` or `number()` the token is
 * `text[tokenStart, tokenEnd)`. Every method throws {@link JsonFault} when the text is not what it reads.
 */
export class JsonScanner {
  readonly text: Buffer;
  position = 0;
  tokenStart = 0;
  tokenEnd = 0;
  /** The last string has escapes, so its bytes are not its content. */
  tokenEscaped = false;

  constructor(text: Buffer) {
    this.text = text;
  }

  /** The next byte that is not white space, not consumed; -1 at the end. */
  peek(): number {
    const text = this.text;
    while (this.position < text.length) {
      const byte = text[this.position] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.position++;
    }
    return -1;
  }

  /** Consumes the byte or fails. */
  expect(byte: number): void {
    if (this.peek() !== byte) throw this.fault(`expected '${String.fromCharCode(byte)}'`);
    this.position++;
  }

  /** After an element: true and past the comma when another follows, false and past the bracket when none does. */
  another(close: number): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== close) throw this.fault(`expected ',' or '${String.fromCharCode(close)}'`);
    this.position++;
    return byte === COMMA;
  }

  /** After an opening bracket: true and past the closing one when nothing is inside. */
  isEmpty(close: number): boolean {
    if (this.peek() !== close) return false;
    this.position++;
    return true;
  }

  /** Consumes a string; the token is what stands between the quotes. */
  string(): void {
    this.expect(QUOTE);
    const text = this.text;
    let at = this.position;
    this.tokenStart = at;
    this.tokenEscaped = false;
    for (;;) {
      const byte = text[at];
      if (byte === undefined) throw this.fault('text without closing quote');
      if (byte === QUOTE) break;
      if ((byte as number) < 0x20) {
        this.position = at;
        throw this.fault('control character in text');
      }
      if (byte === BACKSLASH) {
        this.tokenEscaped = true;
        at++;
      }
      at++;
    }
    this.tokenEnd = at;
    this.position = at + 1;
  }

  /** The last string's content; a lone surrogate in it stays one. */
  tokenText(): string {
    if (!this.tokenEscaped) return this.text.toString('utf8', this.tokenStart, this.tokenEnd);
    try {
      return JSON.parse(this.text.toString('utf8', this.tokenStart - 1, this.tokenEnd + 1)) as string;
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new JsonFault(this.tokenStart, 'invalid escape in text');
    }
  }

  /** Consumes a number; the token is its text. */
  number(): void {
    this.peek();
    this.tokenStart = this.position;
    if (this.text[this.position] === 0x2d) this.position++;
    if (this.text[this.position] === 0x30) this.position++;
    else this.#digits();
    if (this.text[this.position] === 0x2e) {
      this.position++;
      this.#digits();
    }
    if (((this.text[this.position] ?? 0) | 0x20) === 0x65) {
      this.position++;
      const sign = this.text[this.position];
      if (sign === 0x2b || sign === 0x2d) this.position++;
      this.#digits();
    }
    this.tokenEnd = this.position;
  }

  /** Consumes `true` or `false`. */
  boolean(): boolean {
    if (this.peek() === 0x74) {
      this.#literal(TRUE);
      return true;
    }
    if (this.peek() !== 0x66) throw this.fault('expected true or false');
    this.#literal(FALSE);
    return false;
  }

  /** Consumes `null` when it is next. */
  isNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.#literal(NULL);
    return true;
  }

  /** Steps over a value of any kind, checking its form. */
  skipValue(depth = 0): void {
    if (depth > MAX_SKIP_DEPTH) throw this.fault(`nested deeper than ${MAX_SKIP_DEPTH}`);
    switch (this.peek()) {
      case 0x7b:
        this.position++;
        if (this.isEmpty(CLOSE_OBJECT)) return;
        do {
          this.#skipString();
          this.expect(0x3a);
          this.skipValue(depth + 1);
        } while (this.another(CLOSE_OBJECT));
        return;
      case 0x5b:
        this.position++;
        if (this.isEmpty(CLOSE_ARRAY)) return;
        do this.skipValue(depth + 1);
        while (this.another(CLOSE_ARRAY));
        return;
      case QUOTE:
        this.#skipString();
        return;
      case 0x74:
      case 0x66:
        this.boolean();
        return;
      case 0x6e:
        this.#literal(NULL);
        return;
      default:
        this.number();
    }
  }

  /** The error for what is wrong at the current position. */
  fault(reason: string): JsonFault {
    return new JsonFault(Math.min(this.position, this.text.length), reason);
  }

  /** A string nobody wants: only its escapes are left to check. */
  #skipString(): void {
    this.string();
    if (this.tokenEscaped) this.tokenText();
  }

  #digits(): void {
    const start = this.position;
    for (;;) {
      const byte = this.text[this.position];
      if (byte === undefined || byte < 0x30 || byte > 0x39) break;
      this.position++;
    }
    if (this.position === start)
      throw this.fault(start >= this.text.length ? 'text ends early' : 'expected a value');
  }

  #literal(word: Buffer): void {
    if (!this.text.subarray(this.position, this.position + word.length).equals(word)) {
      throw this.fault('expected a value');
    }
    this.position += word.length;
  }
}
