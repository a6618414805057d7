/** Takes a statement apart: its tokens, the SETTINGS and FORMAT clauses at its end, and what kind it is. */
import { DATABASE } from '../../../schemas/names.ts';
import { denied, SqlRefusal } from './refusal.ts';
import { type Token, tokenize } from './tokens.ts';

export type StatementKind = 'select' | 'explain' | 'show' | 'describe' | 'exists';

/** Value of one setting of a SETTINGS clause: text as a request parameter takes it, or a map literal's entries. */
export type SettingValue = string | ReadonlyMap<string, string>;

export interface Statement {
  readonly kind: StatementKind;
  /** Without a final semicolon and without the FORMAT and SETTINGS clauses of the whole statement. */
  readonly tokens: readonly Token[];
  readonly format: string | undefined;
  readonly settings: ReadonlyMap<string, SettingValue>;
}

const KINDS: Readonly<Record<string, StatementKind>> = {
  SELECT: 'select',
  WITH: 'select',
  FROM: 'select',
  '(': 'select',
  EXPLAIN: 'explain',
  SHOW: 'show',
  DESCRIBE: 'describe',
  DESC: 'describe',
  EXISTS: 'exists',
};

/** Throws {@link SqlRefusal} when the text is not one statement of a kind that reads. */
export function parseStatement(text: string): Statement {
  const tokens = oneStatement(tokenize(text));
  const first = tokens[0];
  if (first === undefined) throw new SqlRefusal('SYNTAX_ERROR', 'the statement is empty');
  const kind = first.kind === 'word' || first.kind === 'sign' ? KINDS[first.value] : undefined;
  if (kind === undefined) {
    throw denied(
      `${first.text.slice(0, 40)} is not allowed; this endpoint reads only: SELECT, WITH, EXPLAIN, SHOW, DESCRIBE, EXISTS${hint(first)}`,
    );
  }
  refuseOutfile(tokens);
  return { kind, ...cutTail(tokens) };
}

function hint({ value }: Token): string {
  if (value === 'USE') return ` (name the database in the request: database=${DATABASE})`;
  if (value === 'SET') return ' (give settings with the statement: SELECT … SETTINGS name = value)';
  return '';
}

function oneStatement(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.findLastIndex(({ text }) => text !== ';');
  const body = tokens.slice(0, last + 1);
  if (body.some(({ kind, text }) => kind === 'sign' && text === ';')) {
    throw denied('only one statement may be sent at a time');
  }
  return body;
}

function refuseOutfile(tokens: readonly Token[]): void {
  const found = tokens.some((token, i) => isWord(token, 'INTO') && isWord(tokens[i + 1], 'OUTFILE'));
  if (found) throw denied('INTO OUTFILE is not allowed; the result is the answer of the request');
}

/** True for an unquoted word, in any case. */
export function isWord(token: Token | undefined, upper: string): boolean {
  return token?.kind === 'word' && token.value === upper;
}

interface Tail {
  readonly tokens: readonly Token[];
  readonly format: string | undefined;
  readonly settings: Map<string, SettingValue>;
}

/** FORMAT and SETTINGS may come in either order; SETTINGS may come twice. */
function cutTail(tokens: readonly Token[]): Tail {
  let format: string | undefined;
  const settings = new Map<string, SettingValue>();
  let end = tokens.length;
  for (let at = tailStart(tokens, end); at >= 0; at = tailStart(tokens, end)) {
    const clause = tokens.slice(at, end);
    if (isWord(clause[0], 'FORMAT')) {
      if (format !== undefined) throw new SqlRefusal('SYNTAX_ERROR', 'FORMAT is given twice');
      format = clause[1]?.text;
    } else {
      for (const [name, value] of parseSettings(clause.slice(1)))
        if (!settings.has(name)) settings.set(name, value);
    }
    end = at;
  }
  return { tokens: tokens.slice(0, end), format, settings };
}

/** Where the last FORMAT or SETTINGS clause outside of brackets begins, if the tokens end with one; else -1. */
function tailStart(tokens: readonly Token[], end: number): number {
  let depth = 0;
  for (let i = end - 1; i > 0; i--) {
    const token = tokens[i] as Token;
    if (token.kind === 'sign' && ')]}'.includes(token.text)) depth++;
    else if (token.kind === 'sign' && '([{'.includes(token.text)) depth--;
    if (depth < 0) return -1;
    if (depth > 0) continue;
    if (isWord(token, 'FORMAT')) return i === end - 2 && tokens[i + 1]?.kind === 'word' ? i : -1;
    const assigns = tokens[i + 1]?.kind === 'word' && tokens[i + 2]?.text === '=';
    if (isWord(token, 'SETTINGS') && i + 3 < end && assigns) return i;
    if (isWord(token, 'SELECT')) return -1;
  }
  return -1;
}

/** `name = literal {, name = literal}` */
function parseSettings(tokens: readonly Token[]): Map<string, SettingValue> {
  const settings = new Map<string, SettingValue>();
  for (let i = 0; i < tokens.length; ) {
    const name = tokens[i];
    if (name?.kind !== 'word' || tokens[i + 1]?.text !== '=') throw badSettings();
    const { value, next } = settingValue(tokens, i + 2);
    settings.set(name.text, value);
    if (next < tokens.length && tokens[next]?.text !== ',') throw badSettings();
    i = next + 1;
  }
  return settings;
}

function badSettings(): SqlRefusal {
  return new SqlRefusal('SYNTAX_ERROR', 'a SETTINGS clause must read: name = literal, name = literal');
}

function settingValue(tokens: readonly Token[], at: number): { value: SettingValue; next: number } {
  const token = tokens[at];
  if (token?.text === '{') return mapValue(tokens, at + 1);
  if (token?.text === '-' && tokens[at + 1]?.kind === 'number') {
    return { value: `-${tokens[at + 1]?.text}`, next: at + 2 };
  }
  if (token?.kind === 'number') return { value: token.text, next: at + 1 };
  if (token?.kind === 'string') return { value: token.value, next: at + 1 };
  if (isWord(token, 'TRUE')) return { value: '1', next: at + 1 };
  if (isWord(token, 'FALSE')) return { value: '0', next: at + 1 };
  throw badSettings();
}

/** `{'key' : 'value' {, 'key' : 'value'}}`, from behind the opening brace. */
function mapValue(
  tokens: readonly Token[],
  from: number,
): { value: ReadonlyMap<string, string>; next: number } {
  const value = new Map<string, string>();
  let at = from;
  while (tokens[at]?.text !== '}') {
    const [key, colon, entry] = tokens.slice(at, at + 3);
    if (key?.kind !== 'string' || colon?.text !== ':' || entry?.kind !== 'string') throw badSettings();
    value.set(key.value, entry.value);
    at += 3;
    if (tokens[at]?.text === ',') at++;
    else if (tokens[at]?.text !== '}') throw badSettings();
  }
  return { value, next: at + 1 };
}
