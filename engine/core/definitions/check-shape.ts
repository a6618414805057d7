/** Compares a document with its schema, property by property, and reports every difference by its path. */
import type { TSchema } from 'typebox';
import { OPENSLO_NAME_PATTERN, OPENSLO_WIDE_NAME_PATTERN } from '../../../schemas/openslo.ts';
import { nearestName, suggestion } from '../nearest-name.ts';
import { deviantProperty, NOTHING_WRITTEN, WIDE_NAME } from './deviations.ts';
import { generalPath, type PropertyPath } from './property-path.ts';
import type { SourceDocument } from './source-document.ts';
import { unsupportedProperty, unsupportedValue } from './unsupported.ts';

/** The keywords of JSON Schema that schemas/openslo.ts uses. */
export interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly patternProperties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  /** Shapes of different types. */
  readonly anyOf?: readonly Shape[];
}

/** Reports what differs from the schema; the document is of the schema's type when nothing was. */
export function checkShape(document: SourceDocument, schema: TSchema): void {
  checkValue(document.value, schema as Shape, { document, path: [] });
}

interface Place {
  readonly document: SourceDocument;
  readonly path: PropertyPath;
}

function checkValue(value: unknown, shape: Shape, place: Place): void {
  const { document, path } = place;
  if (shape.anyOf !== undefined) {
    checkValue(value, ofItsType(value, shape.anyOf), place);
    return;
  }
  const type = shape.type ?? 'string';
  if (typeOf(value) !== type) {
    const unsupported = unsupportedValue(generalPath(path), value);
    if (unsupported !== undefined) document.problem(path, unsupported.code, unsupported.message);
    else document.problem(path, 'wrong-type', typeMessage(type, typeOf(value)));
  } else if (type === 'object') checkObject(value as Readonly<Record<string, unknown>>, shape, place);
  else if (Array.isArray(value)) checkArray(value, shape, place);
  else if (typeof value === 'string') checkText(value, shape, place);
}

/** The shape of the value's type, else the first: that one says what is wanted. */
function ofItsType(value: unknown, shapes: readonly Shape[]): Shape {
  return shapes.find(({ type }) => type === typeOf(value)) ?? shapes[0] ?? {};
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'properties',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

function typeMessage(wanted: string, found: string): string {
  const quotes = wanted === 'string' && (found === 'number' || found === 'boolean') ? ', in quotes' : '';
  return `Found ${WORDS[found] ?? found}: write ${WORDS[wanted] ?? wanted}${quotes}`;
}

function checkObject(value: Readonly<Record<string, unknown>>, shape: Shape, place: Place): void {
  const { document, path } = place;
  const { properties = {}, required = [] } = shape;
  const [ofEvery] = Object.values(shape.patternProperties ?? {});
  const missing = new Set(required.filter((name) => !Object.hasOwn(value, name)));
  for (const [name, item] of Object.entries(value)) {
    const itemShape = Object.hasOwn(properties, name) ? properties[name] : ofEvery;
    const itemPath = [...path, name];
    if (itemShape !== undefined && item === null && mayBeEmpty(itemShape) && !required.includes(name)) {
      document.deviation(itemPath, NOTHING_WRITTEN.code, NOTHING_WRITTEN.message);
    } else if (itemShape !== undefined) checkValue(item, itemShape, { document, path: itemPath });
    else {
      const known = Object.keys(properties);
      missing.delete(reportUnknown(itemPath, { document, known, others: Object.keys(value) }));
    }
  }
  for (const name of missing) {
    document.problem([...path, name], 'missing-property', `The property ${name} is missing: add it`);
  }
}

/** Lists and maps of any names. */
function mayBeEmpty({ type, patternProperties }: Shape): boolean {
  return type === 'array' || patternProperties !== undefined;
}

/** Returns the known name that was meant, most likely: it is then not missing, too. */
function reportUnknown(
  path: PropertyPath,
  {
    document,
    known,
    others,
  }: {
    readonly document: SourceDocument;
    readonly known: readonly string[];
    readonly others: readonly string[];
  },
): string {
  const deviant = deviantProperty(generalPath(path), others);
  if (deviant !== undefined) {
    document.deviation(path, deviant.code, deviant.message);
    return '';
  }
  const unsupported = unsupportedProperty(generalPath(path));
  if (unsupported !== undefined) {
    document.problem(path, unsupported.code, unsupported.message);
    return unsupported.insteadOf ?? '';
  }
  const name = String(path.at(-1));
  const advice = suggestion(name, known) || `, known here: ${known.join(', ')}`;
  document.problem(path, 'unknown-property', `There is no property ${name}${advice}`);
  return nearestName(name, known) ?? '';
}

function checkArray(value: readonly unknown[], shape: Shape, place: Place): void {
  const { document, path } = place;
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = shape;
  if (value.length < minItems) {
    document.problem(
      path,
      'too-few-items',
      `The list has ${value.length} entries: write at least ${minItems}`,
    );
  }
  if (value.length > maxItems) {
    document.problem(
      path,
      'too-many-items',
      `The list has ${value.length} entries: at most ${maxItems} are read`,
    );
  }
  if (items === undefined) return;
  for (const [index, item] of value.entries()) checkValue(item, items, { document, path: [...path, index] });
}

function checkText(value: string, shape: Shape, place: Place): void {
  const { document, path } = place;
  const { maxLength = Number.POSITIVE_INFINITY, pattern } = shape;
  if (pattern !== undefined) checkName(value, shape, place);
  else if (value.length > maxLength) {
    document.problem(
      path,
      'text-too-long',
      `The text has ${value.length} characters: at most ${maxLength} are read`,
    );
  } else checkChoice(value, shape.const === undefined ? shape.enum : [shape.const], place);
}

/** All patterns are those of names. */
function checkName(value: string, { pattern = '', maxLength = 0 }: Shape, { document, path }: Place): void {
  const isShort = value.length <= maxLength;
  if (isShort && NAME.test(value)) return;
  if (isShort && pattern === OPENSLO_WIDE_NAME_PATTERN && new RegExp(pattern).test(value)) {
    document.deviation(path, WIDE_NAME.code, WIDE_NAME.message);
    return;
  }
  const message = `Cannot use ${JSON.stringify(value.slice(0, 80))} as a name: write at most ${maxLength} lower-case letters, digits and -, beginning and ending with a letter or digit`;
  document.problem(path, 'invalid-name', message);
}

const NAME = new RegExp(OPENSLO_NAME_PATTERN);

function checkChoice(value: string, choices: readonly string[] | undefined, { document, path }: Place): void {
  if (choices === undefined || choices.includes(value)) return;
  const unsupported = unsupportedValue(generalPath(path), value);
  if (unsupported !== undefined) document.problem(path, unsupported.code, unsupported.message);
  else
    document.problem(
      path,
      'invalid-value',
      `Cannot use ${JSON.stringify(value)}: write ${choices.join(' or ')}`,
    );
}
