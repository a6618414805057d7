/** Literals in ClickHouse's SQL. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
};

/** A text as a string literal, safe whatever it holds. */
export function sqlText(text: string): string {
  return `'${text.replace(/[\\'\n\r\t\0\b\f]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** A finite number as a literal that reads back as the same double. */
export function sqlNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot write ${value} as a number in SQL`);
  return String(value);
}
