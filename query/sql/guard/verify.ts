/**
 * Decides on the engine's parse tree of the rewritten statement. Cases:
 * 1. a node of a kind not listed is refused: what the list does not know cannot pass;
 * 2. a function or table function is on the allow list, and getSetting asks for a setting a reader may give; a lambda
 *    has no alias, since `(a, b) -> 1 AS equals` would change what `=` means in the subqueries of case 3;
 * 3. a table with a database stands in one of the subqueries the rewriter made, the whole SelectQuery equal to it;
 * 4. a table without a database, and a bare name behind IN, is one the statement itself defines and no table's, nor
 *    another name's alias (`WITH t AS a SELECT 1 IN a` reads the table t): what the engine would look up in its current
 *    database is never left to it;
 * 5. settings stand nowhere in it (they travel beside the statement), and nothing is left of FORMAT or INTO OUTFILE.
 */
import { type AstNode, ancestor, shapeOf, walk } from './ast.ts';
import type { DefinedNames } from './defined-names.ts';
import { isAllowedFunction, isAllowedTableFunction, TABLE_FUNCTION_NAMES } from './functions.ts';
import { denied, SqlRefusal } from './refusal.ts';
import { isKnownSetting } from './settings.ts';

export interface VerifyOptions {
  /** Shapes of the rewriter's subqueries. */
  readonly templates: ReadonlySet<string>;
  /** Every table of the database the engine looks names up in. */
  readonly existing: ReadonlySet<string>;
  readonly names: DefinedNames;
}

/** The `*` and `COLUMNS(…)` nodes and what may hang on them; APPLY's inside is not in the tree (tokens decide on it). */
const COLUMN_KINDS = [
  'Asterisk',
  'QualifiedAsterisk',
  'ColumnsRegexpMatcher',
  'ColumnsListMatcher',
  'QualifiedColumnsRegexpMatcher',
  'QualifiedColumnsListMatcher',
  'ColumnsTransformerList',
  'ColumnsApplyTransformer',
  'ColumnsExceptTransformer',
  'ColumnsReplaceTransformer',
  'ColumnsReplaceTransformer::Replacement',
];
const KINDS = new Set([
  ...COLUMN_KINDS,
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'ExpressionList',
  'Subquery',
  'WithElement',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'TableExpression',
  'TableIdentifier',
  'TableJoin',
  'ArrayJoin',
  'Function',
  'Identifier',
  'Literal',
  'OrderByElement',
  'InterpolateElement',
  'WindowDefinition',
  'WindowListElement',
  'StorageOrderByElement',
  'DataType',
]);
const IN_FUNCTIONS = /^(global)?(not)?(null)?in$/i;
/** Functions whose arguments are looked at. */
const SPECIAL_FUNCTIONS = /^(getsetting|exists|(global)?(not)?(null)?in)$/i;

/** Throws {@link SqlRefusal} when the statement may not run. */
export function verifyTree(root: AstNode, options: VerifyOptions): void {
  if (root.kind !== 'SelectWithUnionQuery' || root.children.length !== 1) {
    throw denied('only a SELECT can be run here');
  }
  const nodes = [...walk(root)];
  const renamed = nodes.filter(({ kind, alias }) => kind === 'Identifier' && alias !== '');
  const facts = { ...options, renamed: new Set(renamed.map(({ alias }) => alias)) };
  for (const node of nodes) verifyNode(node, facts);
}

/** With what the tree itself tells. */
interface Facts extends VerifyOptions {
  /** Aliases of plain names. */
  readonly renamed: ReadonlySet<string>;
}

function verifyNode(node: AstNode, options: Facts): void {
  if (node.kind === 'Set') throw denied('SETTINGS may stand at the end of the whole statement only');
  if (node.kind === 'SampleRatio') throw denied('SAMPLE is not allowed; the tables have no sampling key');
  if (!KINDS.has(node.kind)) throw denied(`${node.kind} is not allowed in a statement that reads`);
  if (node.kind === 'Function') verifyFunction(node, options);
  if (node.kind === 'TableIdentifier') verifyTable(node, options);
}

function verifyFunction(node: AstNode, options: Facts): void {
  if (node.parent?.kind === 'TableExpression') {
    if (isAllowedTableFunction(node.name)) return;
    throw denied(`the table function ${node.name} is not allowed; these are: ${TABLE_FUNCTION_NAMES}`);
  }
  if (!isAllowedFunction(node.name)) {
    throw denied(
      `the function ${node.name} is not allowed; only functions that compute on their arguments are`,
    );
  }
  if (node.name === 'lambda' && node.alias !== '') {
    throw denied(`the lambda ${node.alias} may not have a name; write it where it is used`);
  }
  if (!SPECIAL_FUNCTIONS.test(node.name)) return;
  if (node.children.length !== 1) throw denied(`${node.name} takes neither parameters nor a window here`);
  const args = node.children[0]?.children ?? [];
  if (/^getsetting$/i.test(node.name)) verifyGetSetting(args[0]);
  if (/^exists$/i.test(node.name) && args[0]?.kind !== 'Subquery')
    throw denied('EXISTS takes a subquery here');
  const right = args[1];
  if (IN_FUNCTIONS.test(node.name) && right?.kind === 'Identifier') verifyBareName(right.name, options);
}

/** The literal is printed as `\'name\'`. */
function verifyGetSetting(argument: AstNode | undefined): void {
  const name = argument?.kind === 'Literal' ? argument.name.replaceAll(/[\\']/g, '') : '';
  if (!isKnownSetting(name))
    throw denied('getSetting takes the literal name of a setting that may be given here');
}

function verifyBareName(name: string, { existing, names, renamed }: Facts): void {
  const own = names.tables.has(name) || names.expressions.has(name);
  if (!own || name.includes('.') || existing.has(name) || renamed.has(name)) {
    throw denied(`the right side of IN may not name the table ${name}; write a subquery instead`);
  }
}

function verifyTable(node: AstNode, options: VerifyOptions): void {
  if (!node.name.includes('.')) {
    if (options.names.tables.has(node.name) && !options.existing.has(node.name)) return;
    throw new SqlRefusal(
      'UNKNOWN_TABLE',
      `there is no table ${node.name}; SHOW TABLES lists those there are`,
    );
  }
  const select = ancestor(node, 'SelectQuery');
  if (select === undefined || !options.templates.has(shapeOf(select))) {
    throw denied(`the table ${node.name} cannot be read in this place`);
  }
}
