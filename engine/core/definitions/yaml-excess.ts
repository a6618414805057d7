/** How much is in a YAML text, found without building anything: the parser's recursion has no ceiling of its own. */
import { CST, Lexer } from 'yaml';

/** Deepest flow collection, `[[…]]`, that is read. */
export const MAX_FLOW_DEPTH = 64;
/** Deepest block, in columns of indentation and marks (`- - -`) before the first text of a line. */
export const MAX_BLOCK_DEPTH = 256;

/** Most words, marks and spaces of a file; a sound one of the largest size has fewer. */
export const MAX_TOKENS = 300_000;

/** Where a text has more than is read, and of what. */
export interface Excess {
  readonly offset: number;
  readonly of: 'depth' | 'number';
}

/** The first place that nests deeper than is read, or beyond which there is too much; undefined when there is none. */
export function excessAt(text: string): Excess | undefined {
  let tokens = 0;
  let offset = 0;
  let flow = 0;
  let columns = 0;
  let isIndent = true;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'newline') {
      columns = 0;
      isIndent = true;
    } else if (type === 'flow-seq-start' || type === 'flow-map-start') flow += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') flow -= 1;
    else if (isIndent && (type === 'space' || MARKS.has(type ?? ''))) columns += token.length;
    // Tokens of a document's begin and of a scalar's kind are no text.
    else if (type !== 'doc-mode' && type !== 'byte-order-mark') isIndent = false;
    tokens += 1;
    if (flow > MAX_FLOW_DEPTH || columns > MAX_BLOCK_DEPTH) return { offset, of: 'depth' };
    if (tokens > MAX_TOKENS) return { offset, of: 'number' };
    if (type !== 'doc-mode' && type !== 'scalar' && type !== 'flow-error-end') offset += token.length;
  }
  return undefined;
}

/** `-` and `?`, each of which opens a collection. */
const MARKS: ReadonlySet<string> = new Set(['seq-item-ind', 'explicit-key-ind']);
