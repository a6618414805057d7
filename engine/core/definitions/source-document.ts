/** One YAML document of an SLO file, with the positions and the source text of everything in it. */
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { DefinitionProblem } from '../types.ts';
import type { DefinitionProblemCode, DeviationCode } from './codes.ts';
import { type PropertyPath, shownPath } from './property-path.ts';
import { excessAt, MAX_TOKENS } from './yaml-excess.ts';

/** The parser's own look for keys that come twice takes a time that grows with the square of their number. */
export const PARSE_OPTIONS = { uniqueKeys: false } as const;

/** Largest SLO file read, in UTF-16 units. */
export const MAX_FILE_LENGTH = 1_048_576;

/** One file to read, as the caller has it. */
export interface DefinitionFile {
  /** Relative to the SLO directory; only named in problems and definitions. */
  readonly path: string;
  readonly text: string;
}

/** How files are read. */
export interface ReadOptions {
  readonly report: (problem: DefinitionProblem) => void;
  /** Refuses deviations from OpenSLO, which are warnings otherwise. */
  readonly isStrict: boolean;
}

/** A document that has parsed; problems found in it go to the report with their line. */
export class SourceDocument {
  readonly file: string;
  /** The content as plain values; numbers are floats here, see {@link SourceDocument.sourceText}. */
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #base: PropertyPath;
  readonly #options: ReadOptions & { readonly lines: LineCounter };
  #errors = 0;

  /** `base` is where in the YAML document this one is: at an index, when that is a list of them. */
  constructor(
    file: string,
    { document, value, base }: { document: Document.Parsed; value: unknown; base: PropertyPath },
    options: ReadOptions & { readonly lines: LineCounter },
  ) {
    this.file = file;
    this.value = value;
    this.#document = document;
    this.#base = base;
    this.#options = options;
  }

  /** True while nothing but warnings has been found. */
  get isSound(): boolean {
    return this.#errors === 0;
  }

  /** Says what is wrong at a path; a path that is not there is shown on the line of its nearest parent. */
  problem(path: PropertyPath, code: DefinitionProblemCode, message: string, linesBelow = 0): void {
    this.#errors++;
    this.#options.report(this.#found(path, code, message, linesBelow));
  }

  /** Says what is doubtful; the document stays sound. */
  warn(path: PropertyPath, code: DefinitionProblemCode, message: string): void {
    this.#options.report({ ...this.#found(path, code, message), severity: 'warning' });
  }

  /** Says what OpenSLO has otherwise: a problem when files are read strictly, else a warning. */
  deviation(path: PropertyPath, code: DeviationCode, message: string): void {
    if (this.#options.isStrict) this.problem(path, code, message);
    else this.warn(path, code, message);
  }

  #found(path: PropertyPath, code: string, message: string, linesBelow = 0): DefinitionProblem {
    const line = this.lineOf(path) + linesBelow;
    return { file: this.file, line, path: shownPath([...this.#base, ...path]), code, message };
  }

  /** The scalar at a path as it stands in the file, without quotes; undefined when there is none. */
  sourceText(path: PropertyPath): string | undefined {
    const node = this.#document.getIn([...this.#base, ...path], true);
    return isScalar(node) ? node.source : undefined;
  }

  /** True for text written with `|`, whose lines are the file's lines below it. */
  isBlockText(path: PropertyPath): boolean {
    const node = this.#document.getIn([...this.#base, ...path], true);
    return isScalar(node) && node.type === 'BLOCK_LITERAL';
  }

  /** 1-based. */
  lineOf(path: PropertyPath): number {
    let node: unknown = this.#document.contents;
    let offset = this.#document.contents?.range[0] ?? this.#document.range[0];
    for (const step of [...this.#base, ...path]) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
        if (pair === undefined) break;
        offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
        node = pair.value;
      } else if (isSeq(node) && typeof step === 'number') {
        node = node.items[step];
        offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
      } else break;
    }
    return this.#options.lines.linePos(offset).line;
  }
}

/** What a file holds. */
export interface SourceFile {
  readonly documents: readonly SourceDocument[];
  /** False when some of it could not be read at all: names it may define are then unknown. */
  readonly isComplete: boolean;
}

/**
 * The documents of a file that parse; the others are reported. Empty documents are left out, and one that is a list
 * counts as the documents in it.
 */
export function readFile(file: DefinitionFile, options: ReadOptions): SourceFile {
  const lines = new LineCounter();
  const refuse = ({ offset, code, message }: Fault) =>
    options.report({ file: file.path, line: lines.linePos(offset).line, path: '', code, message });
  const fault = unreadable(file.text, lines);
  if (fault !== undefined) {
    refuse(fault);
    return { documents: [], isComplete: false };
  }
  const parsed = parseAllDocuments(file.text, { ...PARSE_OPTIONS, lineCounter: lines, prettyErrors: false });
  const documents: SourceDocument[] = [];
  let isComplete = true;
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const faults = faultsOf(document);
    faults.forEach(refuse);
    if (faults.length > 0) isComplete = false;
    else documents.push(...documentsIn(document, file.path, { ...options, lines }));
  }
  return { documents, isComplete };
}

function documentsIn(
  document: Document.Parsed,
  file: string,
  options: ReadOptions & { readonly lines: LineCounter },
): readonly SourceDocument[] {
  const value: unknown = document.toJS();
  if (value === null) return [];
  if (!Array.isArray(value)) return [new SourceDocument(file, { document, value, base: [] }, options)];
  return value.map(
    (item, index) => new SourceDocument(file, { document, value: item, base: [index] }, options),
  );
}

/** Why a text is not even parsed; its lines are then counted up to the fault. */
function unreadable(text: string, lines: LineCounter): Fault | undefined {
  if (text.length > MAX_FILE_LENGTH) {
    lines.addNewLine(0);
    const message = `The file has ${text.length} characters, the limit is ${MAX_FILE_LENGTH}: split it`;
    return { offset: 0, code: 'file-too-large', message };
  }
  const excess = excessAt(text);
  if (excess === undefined) return undefined;
  lines.addNewLine(0);
  for (const { index } of text.slice(0, excess.offset).matchAll(/\n/g)) lines.addNewLine(index + 1);
  return { offset: excess.offset, ...EXCESS[excess.of] };
}

const EXCESS = {
  depth: { code: 'yaml-too-deep', message: 'The YAML is nested deeper than any SLO is: write less of it' },
  number: {
    code: 'file-too-large',
    message: `The file has more than ${MAX_TOKENS} words and marks: split it`,
  },
} as const;

interface Fault {
  readonly offset: number;
  readonly code: 'file-too-large' | 'yaml-syntax' | 'yaml-alias' | 'yaml-too-deep';
  readonly message: string;
}

function faultsOf(document: Document.Parsed): readonly Fault[] {
  const faults: Fault[] = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    offset: pos[0],
    code: 'yaml-syntax',
    message: `The YAML cannot be read: ${message}`,
  }));
  visit(document, {
    Alias(_, { source, range }) {
      const message = `The alias *${source} is not followed: write the value out`;
      faults.push({ offset: range?.[0] ?? 0, code: 'yaml-alias', message });
    },
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const message = `The YAML cannot be read: keys must be unique, and ${String(key.value).slice(0, 80)} comes twice`;
          faults.push({ offset: key.range?.[0] ?? 0, code: 'yaml-syntax', message });
        }
        seen.add(key.value);
      }
    },
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      const message = 'The YAML cannot be read: a key must be a text';
      faults.push({ offset: key.range?.[0] ?? 0, code: 'yaml-syntax', message });
    },
  });
  return faults;
}
