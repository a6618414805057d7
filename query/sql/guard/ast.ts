/**
 * The engine's parse tree as `EXPLAIN AST` prints it, a node a line, one blank of indentation a level:
 *
 *   line := { ' ' } kind [ ' ' name ] [ ' (alias ' alias ')' ] [ ' (children ' count ')' ]
 *
 * Strings in literals are escaped by the engine; names are not, so the tokenizer lets no control character into them.
 */

export interface AstNode {
  /** `SelectQuery`, `Function`, `TableIdentifier`, `Identifier`, `Literal` and so on. */
  readonly kind: string;
  /** What stands behind the kind: a function's or table's name, a literal's dump. */
  readonly name: string;
  readonly parent: AstNode | undefined;
  readonly children: AstNode[];
}

const SUFFIXES = / \((?:alias|children|column) .*$/;

/** Builds the tree. Throws `SyntaxError` when the lines are no tree. */
export function parseAst(lines: readonly string[]): AstNode {
  let root: AstNode | undefined;
  const path: AstNode[] = [];
  for (const line of lines) {
    const depth = line.length - line.trimStart().length;
    const [kind = '', ...rest] = line.slice(depth).split(' ');
    const parent = depth === 0 ? undefined : path[depth - 1];
    if ((depth === 0) !== (root === undefined) || (depth > 0 && parent === undefined)) {
      throw new SyntaxError('Cannot read the parse tree as one tree: a line has no parent');
    }
    const node: AstNode = {
      kind,
      name: ` ${rest.join(' ')}`.replace(SUFFIXES, '').slice(1),
      parent,
      children: [],
    };
    parent?.children.push(node);
    root ??= node;
    path.length = depth;
    path[depth] = node;
  }
  if (root === undefined) throw new SyntaxError('Cannot read an empty parse tree');
  return root;
}

/** One text for one shape, whatever the aliases: equal texts are equal trees. */
export function shapeOf(node: AstNode): string {
  return `${node.kind} ${JSON.stringify(node.name)}(${node.children.map(shapeOf).join(',')})`;
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
