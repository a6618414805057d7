/** What is decided on a SELECT's tokens, before the engine parses it. */
import { DATABASE } from '../../../schemas/names.ts';
import { isAllowedFunction } from './functions.ts';
import { nameOf } from './names.ts';
import { quoteName } from './quote.ts';
import { denied, SqlRefusal } from './refusal.ts';
import { isWord, type SettingValue } from './statement.ts';
import { type Token, tokenize } from './tokens.ts';

/** Names may travel as parameters, `{t:Identifier}`; they are written into the statement before it is parsed. */
export function substituteNames(tokens: readonly Token[], params: ReadonlyMap<string, string>): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const name = nameParameter(tokens, i);
    const value = name === undefined ? undefined : params.get(name);
    if (value === undefined) {
      out.push(token);
      continue;
    }
    const [quoted] = tokenize(quoteName(value));
    if (value === '' || value.length > 200 || quoted?.kind !== 'name') {
      throw new SqlRefusal(
        'BAD_ARGUMENTS',
        `the parameter ${name} is no name of a table, column or database`,
      );
    }
    out.push({ ...quoted, spaced: token.spaced });
    i += 4;
  }
  return out;
}

/** The parameter's name when `{ name : Identifier }` begins at `at`. */
function nameParameter(tokens: readonly Token[], at: number): string | undefined {
  const [open, name, colon, type, close] = tokens.slice(at, at + 5);
  const matches =
    open?.text === '{' && colon?.text === ':' && type?.text === 'Identifier' && close?.text === '}';
  return matches && name?.kind === 'word' ? name.text : undefined;
}

/**
 * `APPLY function` and `APPLY(function)`, with literal parameters at most: the engine's parse tree does not show what
 * APPLY calls, so anything more is refused here. `APPLY lower -> file(…)` is a lambda whose argument is named lower.
 */
export function checkApply(tokens: readonly Token[]): void {
  tokens.forEach((token, i) => {
    if (!isWord(token, 'APPLY')) return;
    let at = i + 1;
    const bracketed = tokens[at]?.text === '(';
    if (bracketed) at++;
    const called = tokens[at];
    const plain = called?.kind === 'word' && isAllowedFunction(nameOf(called));
    at++;
    if (plain && tokens[at]?.text === '(') at = behindLiterals(tokens, at + 1);
    const closed = !bracketed || tokens[at]?.text === ')';
    if (!plain || !closed || !endsTransformer(tokens[bracketed ? at + 1 : at])) {
      throw denied('APPLY takes the plain name of an allowed function here');
    }
  });
}

/** True for what may follow `* APPLY f`: a clause, another transformer, an alias, the next column or the end. */
function endsTransformer(token: Token | undefined): boolean {
  return token?.kind !== 'sign' || token.text === ',' || token.text === ')';
}

/** Position behind `literal {, literal} )`, or -1. */
function behindLiterals(tokens: readonly Token[], from: number): number {
  for (let at = from; ; at++) {
    const token = tokens[at];
    if (token?.text === ')') return at + 1;
    if (token?.kind !== 'number' && token?.kind !== 'string' && token?.text !== ',') return -1;
  }
}

/** A subquery takes no PREWHERE, and every table is one. */
export function refusePrewhere(tokens: readonly Token[]): void {
  if (tokens.some((token) => isWord(token, 'PREWHERE'))) {
    throw denied(
      'PREWHERE is not allowed; write WHERE, the engine itself moves conditions to where they are cheapest',
    );
  }
}

/**
 * `additional_table_filters`, which Grafana's ad-hoc filters use: conditions by table name, to stand inside of the
 * table's subquery. They hold no subqueries of their own; verify.ts sees them as part of the statement.
 */
export function tableFilters(value: SettingValue | undefined): Map<string, readonly Token[]> {
  const filters = new Map<string, readonly Token[]>();
  if (value === undefined) return filters;
  const map = typeof value === 'string' ? parseMap(value) : value;
  for (const [key, condition] of map) {
    const tokens = tokenize(condition);
    if (tokens.length === 0 || tokens.some((token) => isWord(token, 'SELECT') || token.text === ';')) {
      throw denied('additional_table_filters take plain conditions without subqueries');
    }
    filters.set(key.replace(new RegExp(`^(${DATABASE}|default)\\.`), '').replaceAll('`', ''), tokens);
  }
  return filters;
}

/** The map as a request parameter carries it: text of a map literal. */
function parseMap(text: string): ReadonlyMap<string, string> {
  const strings = tokenize(text);
  const map = new Map<string, string>();
  for (let i = 1; i + 2 < strings.length; i += 4) {
    const [key, colon, condition] = strings.slice(i, i + 3);
    if (key?.kind !== 'string' || colon?.text !== ':' || condition?.kind !== 'string') {
      throw new SqlRefusal(
        'BAD_ARGUMENTS',
        "additional_table_filters must read {'database.table' : 'condition'}",
      );
    }
    map.set(key.value, condition.value);
  }
  return map;
}
