import { denied } from './refusal.ts';
import { isWord } from './statement.ts';
import type { Token } from './tokens.ts';

const KINDS = [['AST'], ['SYNTAX'], ['QUERY', 'TREE'], ['PLAN'], ['PIPELINE'], ['ESTIMATE']] as const;
/** EXPLAIN's own options; each takes 0 or 1. */
const OPTIONS = new Set(
  'header description indexes actions json projections sorting graph compact oneline run_passes dump_passes dump_ast dump_tree keep_logical_steps pretty'.split(
    ' ',
  ),
);

/** An EXPLAIN's head, written anew, and the SELECT it explains. */
export interface Explained {
  readonly head: string;
  readonly select: readonly Token[];
}

/** `EXPLAIN [kind] [option = 0 | 1 {, …}] select`. Throws {@link SqlRefusal} for another kind. */
export function parseExplain(tokens: readonly Token[]): Explained {
  const kind = KINDS.find((words) => words.every((word, i) => isWord(tokens[i + 1], word))) ?? [];
  let at = 1 + kind.length;
  const options: string[] = [];
  while (tokens[at + 1]?.text === '=') {
    const [name, , value] = tokens.slice(at, at + 3);
    if (!OPTIONS.has(name?.text ?? '') || !/^[01]$/.test(value?.text ?? '')) {
      throw denied(`the option ${name?.text.slice(0, 40)} of EXPLAIN is not allowed`);
    }
    options.push(`${name?.text} = ${value?.text}`);
    at += 3;
    if (tokens[at]?.text === ',') at++;
  }
  const first = tokens[at];
  if (!['SELECT', 'WITH', 'FROM', '('].includes(first?.value ?? '') || first?.kind === 'name') {
    throw denied(
      'EXPLAIN is allowed of a SELECT only, with AST, SYNTAX, QUERY TREE, PLAN, PIPELINE or ESTIMATE',
    );
  }
  return {
    head: ['EXPLAIN', ...kind, options.join(', ')].filter(Boolean).join(' '),
    select: tokens.slice(at),
  };
}
