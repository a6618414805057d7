/** The canonical text of an SLO file: properties in the order of their schema, block style, comments kept. */
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  parseDocument,
  Scalar,
  type ScalarTag,
  type Tags,
  visit,
  type YAMLMap,
} from 'yaml';
import { OPENSLO_KINDS, type OpenSloKind } from '../../../schemas/openslo.ts';
import type { DefinitionProblem } from '../types.ts';
import type { Shape } from './check-shape.ts';
import { type DefinitionFile, PARSE_OPTIONS, readFile } from './source-document.ts';

/** Longest line that is not a word. */
const LINE_WIDTH = 110;
const MAX_ROUNDS = 5;
/** Texts that may be taken for something else are shorter. */
const MAX_DOUBTFUL = 64;
const NUMBERS: ReadonlySet<string> = new Set(['tag:yaml.org,2002:int', 'tag:yaml.org,2002:float']);

/**
 * The file anew, or what keeps it from being read. What it says stays the same, to the last digit; formatting the
 * result again changes nothing. Blank lines between properties stay.
 */
export function formatSloFile(file: DefinitionFile): string | readonly DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const { isComplete } = readFile(file, { report: (problem) => problems.push(problem), isStrict: false });
  if (!isComplete) return problems;
  // A comment may be read as another node's once it has moved: it settles.
  let text = file.text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const formatted = formatOnce(text);
    if (formatted === text) break;
    text = formatted;
  }
  return text;
}

function formatOnce(text: string): string {
  const parsed = parseAllDocuments(text, { ...PARSE_OPTIONS, customTags: withSources });
  // Remarks alone are no document.
  if (!Array.isArray(parsed) || parsed.length === 0) return text;
  const documents = parsed.filter(hasContent);
  return documents.map((document, index) => formatDocument(document, index > 0)).join('');
}

/** Numbers are written as they stand: a target is its decimal text. */
function withSources(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag === 'string' || !NUMBERS.has(tag.tag) || !('stringify' in tag)) return tag;
    const { stringify } = tag as ScalarTag;
    const asWritten: ScalarTag['stringify'] = (node, ...rest) =>
      node.source ?? stringify?.(node, ...rest) ?? '';
    return { ...tag, stringify: asWritten } as ScalarTag;
  });
}

function hasContent(document: Document.Parsed): boolean {
  const { contents } = document;
  const isNothing = contents === null || (isScalar(contents) && contents.value === null);
  return !isNothing || [document, contents].some((node) => node?.comment || node?.commentBefore);
}

function formatDocument(document: Document.Parsed, isFurther: boolean): string {
  if (document.directives) {
    document.directives.docStart = isFurther ? true : null;
    document.directives.docEnd = false;
  }
  visit(document, { Collection: asBlock, Scalar: withoutStyle });
  const { contents } = document;
  for (const item of isSeq(contents) ? contents.items : [contents]) orderDocument(item as Node | null);
  return document.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: true });
}

function asBlock(_: unknown, node: { flow?: boolean; items: readonly unknown[] }): void {
  node.flow = node.items.length === 0;
}

/** Quotes come where they are needed; texts in blocks, and those with line breaks, stay as they are. */
function withoutStyle(_: unknown, node: Scalar): void {
  const isFlow = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
  const text = String(node.value);
  if (isFlow && node.tag === undefined && !text.includes('\n')) {
    node.type = isTextEverywhere(text) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  }
}

/** Readers of YAML 1.1 take `yes`, `1:30` and dates for something else. */
function isTextEverywhere(text: string): boolean {
  if (text.length > MAX_DOUBTFUL) return true;
  const { contents, errors } = parseDocument(text, { version: '1.1', logLevel: 'silent' });
  return errors.length > 0 || !isScalar(contents) || typeof contents.value === 'string';
}

function orderDocument(node: Node | null): void {
  if (!isMap(node)) return;
  takeCommentFromFirst(node);
  const kind: unknown = node.get('kind');
  const isKnown = typeof kind === 'string' && Object.hasOwn(OPENSLO_KINDS, kind);
  // TypeBox's types do not name the keywords of JSON Schema; its values are made of them.
  order(node, (isKnown ? OPENSLO_KINDS[kind as OpenSloKind] : OPENSLO_KINDS.Service) as unknown as Shape);
}

/** Properties of the shape first, in its order; others behind them as they were. */
function order(node: unknown, shape: Shape | undefined): void {
  if (isSeq(node)) for (const item of node.items) order(item, shape?.items);
  if (!isMap(node) || shape?.properties === undefined) return;
  const names = Object.keys(shape.properties);
  const rank = ({ key }: Pair) => {
    const index = names.indexOf(nameOf(key));
    return index === -1 ? names.length : index;
  };
  node.items = node.items.toSorted((a, b) => rank(a) - rank(b));
  dropFirstBlank(node);
  for (const { key, value } of node.items) {
    giveCommentToFirst(value);
    order(value, shape.properties[nameOf(key)]);
  }
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

/** What is read as a comment on a map is one on its first property, and moves with it. */
function giveCommentToFirst(node: unknown): void {
  if (!isMap(node) || !node.commentBefore) return;
  const [first] = node.items;
  if (!isPair(first) || !isScalar(first.key)) return;
  const before = [node.commentBefore, ...(first.key.commentBefore ? [first.key.commentBefore] : [])];
  first.key.commentBefore = before.join('\n');
  node.commentBefore = null;
}

/** What stands before a document's first property is about the document. */
function takeCommentFromFirst(node: YAMLMap): void {
  const [first] = node.items;
  if (!isScalar(first?.key) || !first.key.commentBefore) return;
  const before = [...(node.commentBefore ? [node.commentBefore] : []), first.key.commentBefore];
  node.commentBefore = before.join('\n');
  first.key.commentBefore = null;
}

function dropFirstBlank({ items }: YAMLMap): void {
  const [first] = items;
  if (isScalar(first?.key)) first.key.spaceBefore = false;
}
