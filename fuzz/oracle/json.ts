/**
 * A second reader of JSON (RFC 8259) that keeps what `JSON.parse` drops: members in their order, names given twice,
 * numbers as they are written.
 */

/** A value as it stands in the text. */
export type JsonValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: JsonValue])[] };

/** Not JSON. */
export class JsonFault extends Error {}

/** The value in the text; throws {@link JsonFault}. Values may nest `deepest` deep. */
export function readJson(text: string, deepest: number): JsonValue {
  const reader = new Reader(text, deepest);
  const value = reader.value(0);
  reader.end();
  return value;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACES = ' \t\r\n';
const LAST_CONTROL = 0x1f;

class Reader {
  readonly #text: string;
  readonly #deepest: number;
  #at = 0;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.#deepest = deepest;
  }

  value(depth: number): JsonValue {
    if (depth > this.#deepest) throw new JsonFault('too deep');
    switch (this.#next()) {
      case '{':
        return { kind: 'object', members: this.#list('}', () => this.#member(depth)) };
      case '[':
        return { kind: 'array', items: this.#list(']', () => this.value(depth + 1)) };
      case '"':
        return { kind: 'string', value: this.#string() };
      case 'n':
        return this.#word('null', { kind: 'null' });
      case 't':
        return this.#word('true', { kind: 'boolean', value: true });
      case 'f':
        return this.#word('false', { kind: 'boolean', value: false });
      default:
        return { kind: 'number', text: this.#number() };
    }
  }

  end(): void {
    if (this.#next() !== undefined) throw new JsonFault('more text');
  }

  #member(depth: number): readonly [string, JsonValue] {
    if (this.#next() !== '"') throw new JsonFault('name');
    const name = this.#string();
    if (this.#next() !== ':') throw new JsonFault('colon');
    this.#at++;
    return [name, this.value(depth + 1)];
  }

  #list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    this.#at++;
    if (this.#next() === close) {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(item());
      const mark = this.#next();
      this.#at++;
      if (mark === close) return items;
      if (mark !== ',') throw new JsonFault('comma');
    }
  }

  #word(word: string, value: JsonValue): JsonValue {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonFault('word');
    this.#at += word.length;
    return value;
  }

  #number(): string {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text)?.[0];
    if (found === undefined) throw new JsonFault('value');
    this.#at += found.length;
    return found;
  }

  /** From quote to quote; what stands between is plain, or for `JSON.parse` to read. */
  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let isPlain = true;
    let at = start + 1;
    for (; text[at] !== '"'; at++) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code) || code <= LAST_CONTROL) throw new JsonFault('string');
      if (text[at] !== '\\') continue;
      isPlain = false;
      at++;
    }
    this.#at = at + 1;
    return isPlain ? text.slice(start + 1, at) : escaped(text.slice(start, at + 1));
  }

  /** The next character that is not white space. */
  #next(): string | undefined {
    while (this.#at < this.#text.length && SPACES.includes(this.#text[this.#at] as string)) this.#at++;
    return this.#text[this.#at];
  }
}

function escaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    if (error instanceof SyntaxError) throw new JsonFault('escape');
    throw error;
  }
}
