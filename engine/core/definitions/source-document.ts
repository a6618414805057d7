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
import type { DefinitionProblemCode } from './codes.ts';
import { type PropertyPath, shownPath } from './property-path.ts';

/** Largest SLO file read, in UTF-16 units. */
export const MAX_FILE_LENGTH = 1_048_576;

/** One file to read, as the caller has it. */
export interface DefinitionFile {
  /** Relative to the SLO directory; only named in problems and definitions. */
  readonly path: string;
  readonly text: string;
}

type Report = (problem: DefinitionProblem) => void;

/** A document that has parsed; problems found in it go to the report with their line. */
export class SourceDocument {
  readonly file: string;
  /** The content as plain values; numbers are floats here, see {@link SourceDocument.sourceText}. */
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #report: Report;
  #problems = 0;

  constructor(file: string, document: Document.Parsed, options: { lines: LineCounter; report: Report }) {
    this.file = file;
    this.#document = document;
    this.#lines = options.lines;
    this.#report = options.report;
    this.value = document.toJS();
  }

  /** True while nothing has been found wrong with it. */
  get isSound(): boolean {
    return this.#problems === 0;
  }

  /** Says what is wrong at a path; a path that is not there is shown on the line of its nearest parent. */
  problem(path: PropertyPath, code: DefinitionProblemCode, message: string, linesBelow = 0): void {
    this.#problems++;
    const line = this.lineOf(path) + linesBelow;
    this.#report({ file: this.file, line, path: shownPath(path), code, message });
  }

  /** The scalar at a path as it stands in the file, without quotes; undefined when there is none. */
  sourceText(path: PropertyPath): string | undefined {
    const node = this.#document.getIn(path, true);
    return isScalar(node) ? node.source : undefined;
  }

  /** True for text written with `|`, whose lines are the file's lines below it. */
  isBlockText(path: PropertyPath): boolean {
    const node = this.#document.getIn(path, true);
    return isScalar(node) && node.type === 'BLOCK_LITERAL';
  }

  /** 1-based. */
  lineOf(path: PropertyPath): number {
    let node: unknown = this.#document.contents;
    let offset = this.#document.contents?.range[0] ?? this.#document.range[0];
    for (const step of path) {
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
    return this.#lines.linePos(offset).line;
  }
}

/** What a file holds. */
export interface SourceFile {
  readonly documents: readonly SourceDocument[];
  /** False when some of it could not be read at all: names it may define are then unknown. */
  readonly isComplete: boolean;
}

/** The documents of a file that parse; the others are reported. Empty documents are left out. */
export function readFile(file: DefinitionFile, report: Report): SourceFile {
  if (file.text.length > MAX_FILE_LENGTH) {
    const message = `The file has ${file.text.length} characters, the limit is ${MAX_FILE_LENGTH}: split it`;
    report({ file: file.path, line: 1, path: '', code: 'file-too-large', message });
    return { documents: [], isComplete: false };
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(file.text, { lineCounter: lines, prettyErrors: false });
  const documents: SourceDocument[] = [];
  let isComplete = true;
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const faults = faultsOf(document);
    for (const { offset, code, message } of faults) {
      report({ file: file.path, line: lines.linePos(offset).line, path: '', code, message });
    }
    if (faults.length > 0) isComplete = false;
    else if (
      document.contents !== null &&
      !(isScalar(document.contents) && document.contents.value === null)
    ) {
      documents.push(new SourceDocument(file.path, document, { lines, report }));
    }
  }
  return { documents, isComplete };
}

interface Fault {
  readonly offset: number;
  readonly code: 'yaml-syntax' | 'yaml-alias';
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
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      const message = 'The YAML cannot be read: a key must be a text';
      faults.push({ offset: key.range?.[0] ?? 0, code: 'yaml-syntax', message });
    },
  });
  return faults;
}
