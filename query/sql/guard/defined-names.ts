import { isName, nameOf } from './names.ts';
import { isWord } from './statement.ts';
import type { Token } from './tokens.ts';

/** Names a statement gives itself; what it names otherwise is somebody else's. */
export interface DefinedNames {
  /** `name AS (`, `name AS [NOT] MATERIALIZED (` and `name (columns) AS (`. */
  readonly tables: ReadonlySet<string>;
  /** `AS name`. */
  readonly expressions: ReadonlySet<string>;
}

/** Reads them off the tokens, wherever they stand. */
export function definedNames(tokens: readonly Token[]): DefinedNames {
  const tables = new Set<string>();
  const expressions = new Set<string>();
  tokens.forEach((token, i) => {
    if (!isWord(token, 'AS')) return;
    const behind = tokens[i + 1];
    if (behind?.text === '(' || isWord(behind, 'MATERIALIZED') || isWord(behind, 'NOT')) {
      const name = tokens[tokens[i - 1]?.text === ')' ? opening(tokens, i - 1) - 1 : i - 1];
      if (isName(name)) tables.add(nameOf(name));
    } else if (isName(behind)) {
      expressions.add(nameOf(behind));
    }
  });
  return { tables, expressions };
}

/** Where the bracket that closes at `at` opens. */
function opening(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let i = at; i >= 0; i--) {
    if (tokens[i]?.text === ')') depth++;
    else if (tokens[i]?.text === '(' && --depth === 0) return i;
  }
  return 0;
}
