/**
 * ClickHouse's lexical grammar, as far as a read-only statement needs it:
 *
 *   statement := { blank | comment | token }
 *   comment   := '--' to the line's end | '# ' or '#!' to the line's end | '/*' (nesting) '*' '/'
 *   token     := word | quoted name (` or ") | string (') | number | one other ASCII character
 *   quoted    := quote { any character but quote and backslash | backslash character | quote quote } quote
 *
 * Comments are dropped, and what is sent on is written anew from the tokens, so a difference between this reading
 * and the engine's can only break a statement: the engine's own parse of the new text decides (verify.ts).
 */
import { blursTree } from './ast.ts';
import { SqlRefusal } from './refusal.ts';

export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'sign';

export interface Token {
  readonly kind: TokenKind;
  /** As written, quotes included. */
  readonly text: string;
  /** Words in upper case, names and strings without quotes and escapes, else the text. */
  readonly value: string;
  /** True when a blank or a comment stands before it; `x'41'` and `x '41'` differ. */
  readonly spaced: boolean;
}

const BLANK = /[\s\u00a0\ufeff]/;
const WORD = /[A-Za-z_][A-Za-z0-9_$]*/y;
const NUMBER =
  /0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?\d+)?|0[bB][01_]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
};
/** Deepest nesting of brackets a statement may have. */
const MAX_NESTING = 100;
/** Most tokens of one statement. */
const MAX_TOKENS = 50_000;

/** Cuts a statement into tokens. Throws {@link SqlRefusal} `SYNTAX_ERROR` for what no statement here needs. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const start = skipBlanks(text, at);
    if (start >= text.length) break;
    const token = tokenAt(text, start, start > at || at === 0);
    tokens.push(token);
    if (tokens.length > MAX_TOKENS) throw syntax(`the statement has more than ${MAX_TOKENS} tokens`);
    at = start + token.text.length;
  }
  checkBrackets(tokens);
  return tokens;
}

/** The statement's text from its tokens, without comments. */
export function textOf(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) text += text !== '' && token.spaced ? ` ${token.text}` : token.text;
  return text;
}

function syntax(message: string): SqlRefusal {
  return new SqlRefusal('SYNTAX_ERROR', message);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && BLANK.test(text[at] as string)) at++;
    const next = skipComment(text, at);
    if (next === at) return at;
    at = next;
  }
}

function skipComment(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === '--' || two === '# ' || two === '#!') {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end + 1;
  }
  return two === '/*' ? skipBlockComment(text, at) : at;
}

function skipBlockComment(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth++;
    else if (two === '*/') depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  throw syntax('a comment is not closed');
}

function tokenAt(text: string, at: number, spaced: boolean): Token {
  const char = text[at] as string;
  if (char === "'" || char === '"' || char === '`') return quoted(text, at, spaced);
  const word = match(WORD, text, at);
  if (word !== undefined) return { kind: 'word', text: word, value: word.toUpperCase(), spaced };
  const number = match(NUMBER, text, at);
  if (number !== undefined) return { kind: 'number', text: number, value: number, spaced };
  if (char < '!' || char > '~') {
    throw syntax(`the character ${JSON.stringify(char)} may stand in quotes only`);
  }
  if (char === '$' || char === '\\') {
    throw syntax(
      `the character ${char} may stand in quotes only (here-documents and unexpanded macros are not taken)`,
    );
  }
  return { kind: 'sign', text: char, value: char, spaced };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function quoted(text: string, at: number, spaced: boolean): Token {
  const quote = text[at] as string;
  const kind = quote === "'" ? 'string' : 'name';
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\\') {
      i++;
      const escaped = text[i] ?? '';
      value += ESCAPES[escaped] ?? escaped;
    } else if (char !== quote) {
      value += char;
    } else if (text[i + 1] === quote) {
      i++;
      value += quote;
    } else {
      if (kind === 'name') checkName(text.slice(at, i + 1), value);
      return { kind, text: text.slice(at, i + 1), value, spaced };
    }
  }
  throw syntax(`a ${kind} that begins with ${quote} is not closed`);
}

/** A name must not look like something else in the engine's parse tree; escapes in it are never needed. */
function checkName(written: string, value: string): void {
  if (blursTree(value))
    throw syntax('a quoted name may not contain (alias, (children or (column behind a blank');
  if (written.includes('\\')) throw syntax('a quoted name may not contain a backslash');
  for (const char of value) {
    if (char < ' ' || char === '\x7f' || char === '\u0085' || char === '\u2028' || char === '\u2029') {
      throw syntax('a quoted name may not contain control characters');
    }
  }
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function checkBrackets(tokens: readonly Token[]): void {
  const open: string[] = [];
  for (const { kind, value } of tokens) {
    if (kind !== 'sign') continue;
    const closing = CLOSING[value];
    if (closing !== undefined) {
      open.push(closing);
      if (open.length > MAX_NESTING) throw syntax(`brackets are nested deeper than ${MAX_NESTING}`);
    } else if ((value === ')' || value === ']' || value === '}') && open.pop() !== value) {
      throw syntax(`the bracket ${value} does not match`);
    }
  }
  if (open.length > 0) throw syntax(`the bracket ${open[open.length - 1]} is missing`);
}
