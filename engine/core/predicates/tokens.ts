/** The tokens of a condition. The only place that reads it character by character. */
import { PredicateError } from './errors.ts';

/** `name` is lower-case (paths, keywords), `symbol` upper-case first (functions, enums). */
export type TokenKind =
  | 'string'
  | 'int'
  | 'float'
  | 'name'
  | 'symbol'
  | 'comparison'
  | 'arithmetic'
  | 'punctuation'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written, quotes included. */
  readonly text: string;
  /** Offset in the condition. */
  readonly at: number;
}

/** Longest condition read. */
export const MAX_PREDICATE_LENGTH = 8192;

const SPACE = /\s*/y;
const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['float', /\d*\.\d+(?:[eE][-+]?\d+)?/y],
  ['int', /\d+/y],
  ['string', /"(?:\\[^\n]|[^\\"\n])*"/y],
  ['comparison', /==|!=|<=|>=|<|>/y],
  ['arithmetic', /[-+*/]/y],
  ['name', /[a-z][A-Za-z0-9_]*/y],
  ['symbol', /[A-Z][A-Za-z0-9_]*/y],
  ['punctuation', /[()[\],.]/y],
];

/** What people write from habit, and what OTTL has for it. */
const HABITS: readonly (readonly [RegExp, string])[] = [
  [/0x[0-9a-fA-F]+/y, 'byte literals are not supported: compare the .string form of an id with hex text'],
  [/=~/y, 'write IsMatch(path, "pattern")'],
  [/=/y, 'write == to compare'],
  [/&&/y, 'write and'],
  [/\|\|/y, 'write or'],
  [/!/y, 'write not'],
  [/[‘’“”'`]/y, 'write text between straight double quotes'],
  [/"/y, 'the text has no closing double quote'],
  [/\{/y, 'maps are not supported'],
  [/%/y, 'the remainder is not supported: write a - a / b * b over whole numbers'],
];

/**
 * Splits a condition; the last token is of kind `end`.
 *
 * @throws {PredicateError} `predicate-too-large`, `predicate-syntax` or `predicate-unsupported`.
 */
export function tokenize(text: string): readonly Token[] {
  if (text.length > MAX_PREDICATE_LENGTH) {
    throw new PredicateError(
      'predicate-too-large',
      `Cannot read a condition of ${text.length} characters: the limit is ${MAX_PREDICATE_LENGTH}`,
      { text, at: 0 },
    );
  }
  const tokens: Token[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    const token = tokenAt(text, position);
    tokens.push(token);
    position = skipSpace(text, position + token.text.length);
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function skipSpace(text: string, position: number): number {
  SPACE.lastIndex = position;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function tokenAt(text: string, at: number): Token {
  if (!habitWins(text, at)) {
    for (const [kind, rule] of RULES) {
      rule.lastIndex = at;
      const match = rule.exec(text);
      if (match !== null) return { kind, text: match[0], at };
    }
  }
  for (const [habit, advice] of HABITS) {
    habit.lastIndex = at;
    const match = habit.exec(text);
    if (match === null) continue;
    const code = /not supported/.test(advice) ? 'predicate-unsupported' : 'predicate-syntax';
    throw new PredicateError(code, `Cannot read ${match[0]}: ${advice}`, { text, at });
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new PredicateError('predicate-syntax', `Cannot read ${character} here`, { text, at });
}

/** A byte literal begins with a digit, so the number rules would take its zero. */
function habitWins(text: string, at: number): boolean {
  return text[at] === '0' && text[at + 1] === 'x';
}
