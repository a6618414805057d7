/** Why a condition cannot be used. Stable; listed in docs/errors.md. */
export const PREDICATE_ERROR_CODES = [
  'predicate-syntax',
  'predicate-too-large',
  'predicate-unknown-path',
  'predicate-wrong-signal',
  'predicate-unknown-function',
  'predicate-unknown-enum',
  'predicate-invalid-literal',
  'predicate-invalid-pattern',
  'predicate-type-mismatch',
  'predicate-never-nil',
  'predicate-unsupported',
  'predicate-stream-only',
] as const;
export type PredicateErrorCode = (typeof PREDICATE_ERROR_CODES)[number];

/** Where in a condition the trouble is. */
export interface PredicateSource {
  /** The whole condition. */
  readonly text: string;
  /** Offset in UTF-16 units. */
  readonly at: number;
}

/** A condition that cannot be used; says where, and what to write instead. */
export class PredicateError extends SyntaxError {
  readonly code: PredicateErrorCode;
  /** The message without its position. */
  readonly reason: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** The line in question and below it a caret. */
  readonly excerpt: string;

  constructor(code: PredicateErrorCode, reason: string, source: PredicateSource) {
    const before = source.text.slice(0, source.at);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    const column = source.at - lineStart + 1;
    super(`${reason} (line ${line}, column ${column})`);
    this.name = 'PredicateError';
    this.code = code;
    this.reason = reason;
    this.line = line;
    this.column = column;
    this.excerpt = excerptOf(source.text, lineStart, column);
  }
}

const EXCERPT_BEFORE = 40;
const EXCERPT_LENGTH = 80;

function excerptOf(text: string, lineStart: number, column: number): string {
  const lineEnd = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replaceAll('\t', ' ');
  const from = Math.max(0, column - 1 - EXCERPT_BEFORE);
  return `${line.slice(from, from + EXCERPT_LENGTH)}\n${' '.repeat(column - 1 - from)}^`;
}
