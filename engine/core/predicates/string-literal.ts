/** String literals with Go's escapes, as OTTL reads them (`strconv.Unquote`). */
import { PredicateError, type PredicateSource } from './errors.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

const ESCAPE = /\\(?:([abfnrtv\\"])|x([0-7][0-9a-fA-F])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([01][0-7]{2}))/y;

/**
 * The text a literal stands for; `source.at` is where its opening quote is, `quoted` includes both quotes.
 * Bytes from 0x80 on (`\xff`, `\377`) are refused: text here is Unicode.
 *
 * @throws {PredicateError} `predicate-invalid-literal` at the escape in question.
 */
export function unquote(quoted: string, source: PredicateSource): string {
  let text = '';
  let position = 1;
  while (position < quoted.length - 1) {
    const next = quoted.indexOf('\\', position);
    const end = next === -1 ? quoted.length - 1 : next;
    text += quoted.slice(position, end);
    position = end;
    if (next === -1) break;
    ESCAPE.lastIndex = position;
    const match = ESCAPE.exec(quoted);
    const decoded = match === null ? undefined : decode(match);
    if (match === null || decoded === undefined) {
      throw new PredicateError(
        'predicate-invalid-literal',
        `Cannot read the escape ${quoted.slice(position, position + 2)}: write \\\\ for a backslash`,
        { text: source.text, at: source.at + position },
      );
    }
    text += decoded;
    position += match[0].length;
  }
  return text;
}

function decode([, simple, hex, unicode, long, octal]: RegExpExecArray): string | undefined {
  if (simple !== undefined) return SIMPLE[simple];
  const point =
    octal === undefined ? Number.parseInt(hex ?? unicode ?? long ?? '', 16) : Number.parseInt(octal, 8);
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return surrogate || point > 0x10ffff ? undefined : String.fromCodePoint(point);
}
