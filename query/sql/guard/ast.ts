/**
 * The engine's parse tree as `EXPLAIN AST` prints it, a node a line, one blank of indentation a level:
 *
 *   line := { ' ' } kind [ ' ' name ] [ ' (alias ' alias ')' ] [ ' (children ' count ')' ]
 *
 * Strings in literals are escaped by the engine; names are not, so the tokenizer lets neither control characters nor
 * these brackets into them. A string behind FROM is a name as well (`FROM 'a\nb'`); lines that it brings along betray
 * themselves by the counts: a node above it has more children than its line says.
 */

export interface AstNode {
  /** `SelectQuery`, `Function`, `TableIdentifier`, `Identifier`, `Literal` and so on. */
  readonly kind: string;
  /** What stands behind the kind: a function's or table's name, a literal's dump. */
  readonly name: string;
  /** '' without one. */
  readonly alias: string;
  readonly parent: AstNode | undefined;
  readonly children: AstNode[];
}

/** What may stand behind a node's name. */
const SUFFIX = / \((?:alias|children|column) /;
const COUNT = / \(children (\d+)\)$/;
const ALIAS = / \(alias (.*)\)$/;

/** True for a name whose end could not be told in a line of the tree. */
export function blursTree(name: string): boolean {
  return SUFFIX.test(` ${name}`);
}

/** Builds the tree. Throws `SyntaxError` when the lines are no tree, or not the one that their counts tell of. */
export function parseAst(lines: readonly string[]): AstNode {
  let root: AstNode | undefined;
  const path: AstNode[] = [];
  const missing = new Map<AstNode, number>();
  for (const line of lines) {
    const depth = line.length - line.trimStart().length;
    const parent = depth === 0 ? undefined : path[depth - 1];
    if ((depth === 0) !== (root === undefined) || (depth > 0 && parent === undefined)) {
      throw new SyntaxError('Cannot read the parse tree as one tree: a line has no parent');
    }
    const node = nodeOf(line.slice(depth), parent);
    missing.set(node, Number(COUNT.exec(line)?.[1] ?? 0));
    if (parent !== undefined) {
      parent.children.push(node);
      missing.set(parent, (missing.get(parent) ?? 0) - 1);
    }
    root ??= node;
    path.length = depth;
    path[depth] = node;
  }
  if (root === undefined) throw new SyntaxError('Cannot read an empty parse tree');
  if ([...missing.values()].some((count) => count !== 0)) {
    throw new SyntaxError('Cannot trust the parse tree: a node has not as many children as its line says');
  }
  return root;
}

function nodeOf(text: string, parent: AstNode | undefined): AstNode {
  const [kind = '', ...rest] = text.split(' ');
  const said = ` ${rest.join(' ')}`;
  const end = said.search(SUFFIX);
  const suffixes = end < 0 ? '' : said.slice(end).replace(COUNT, '');
  return {
    kind,
    name: (end < 0 ? said : said.slice(0, end)).slice(1),
    alias: ALIAS.exec(suffixes)?.[1] ?? '',
    parent,
    children: [],
  };
}

/** One text for one shape, aliases included: equal texts are equal trees. */
export function shapeOf(node: AstNode): string {
  const own = JSON.stringify([node.kind, node.name, node.alias]);
  return `${own}(${node.children.map(shapeOf).join(',')})`;
}

/** Every node, parents first. */
export function* walk(node: AstNode): Generator<AstNode> {
  yield node;
  for (const child of node.children) yield* walk(child);
}

/** The nearest node of the kind above, or undefined. */
export function ancestor(node: AstNode, kind: string): AstNode | undefined {
  let at = node.parent;
  while (at !== undefined && at.kind !== kind) at = at.parent;
  return at;
}
