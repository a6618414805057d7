/** How large a regular expression becomes when its repetitions are written out: `a{100}` has 100 parts. */

/** Most parts a pattern may have. */
export const MAX_PATTERN_SIZE = 10_000;

const ESCAPE = /\\(?:Q([\s\S]*?)(?:\\E|$)|[pPx]\{[^}]*\}|[\s\S]?)/y;
const CLASS = /\[\^?\]?(?:\[:\^?\w*:\]|\\[\s\S]|[^\]\\])*\]?/y;
const REPEAT = /\{(\d+)(?:,(\d*))?\}/y;

/**
 * The parts of a pattern of RE2's syntax, each counted as often as it is repeated; never too few, and for an invalid
 * pattern some number.
 */
export function patternSize(pattern: string): number {
  /** The sizes of the groups that are open, outermost first. */
  const open = [0];
  let last = 0;
  const add = (size: number): void => {
    last = size;
    open[open.length - 1] = (open.at(-1) ?? 0) + size;
  };
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at];
    const [found, first, second] = match(character, pattern, at) ?? [character ?? ''];
    at += found.length;
    if (character === '(') open.push(0);
    else if (character === ')' && open.length > 1) add((open.pop() ?? 0) + 1);
    else if (character === '{' && first !== undefined)
      repeat(Math.max(Number(first), Number(second || first)));
    else add(first?.length ?? 1);
  }
  return open.reduce((sum, size) => sum + size, 0);

  function repeat(times: number): void {
    const size = last * times;
    open[open.length - 1] = (open.at(-1) ?? 0) - last;
    add(size);
  }
}

function match(character: string | undefined, pattern: string, at: number): RegExpExecArray | null {
  const rule = character === '\\' ? ESCAPE : character === '[' ? CLASS : REPEAT;
  rule.lastIndex = at;
  return rule.exec(pattern);
}
