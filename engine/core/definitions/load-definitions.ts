/** From the texts of the SLO files to definitions, and everything that is wrong with them. */
import type { DefinitionProblem, SloDefinition } from '../types.ts';
import { Catalogue } from './catalogue.ts';
import type { DefinitionProblemCode } from './codes.ts';
import { type DefinitionFile, readFile } from './source-document.ts';

export interface LoadedDefinitions {
  /** In the order of files and documents. */
  readonly definitions: readonly SloDefinition[];
  /** By file, then line. */
  readonly problems: readonly DefinitionProblem[];
}

export interface LoadOptions {
  /** Of two SLOs of one name, the one in the file named for them here counts. @default none: the first counts */
  readonly fileInForce?: ReadonlyMap<string, string>;
  /** Refuses what OpenSLO has otherwise, which is warned about else. @default false */
  readonly isStrict?: boolean;
}

/** A file that is no SLO file at all would have one on every line. */
const MAX_PROBLEMS = 200;

/**
 * Reads OpenSLO v1 (docs/slo-definitions.md), several documents per file, references across files. Each document is
 * judged by itself: one with a problem gives no definition and takes nothing else down, except what refers to it. Of
 * two documents of one kind and name, the first counts. Never throws.
 */
export function loadDefinitions(
  files: readonly DefinitionFile[],
  { fileInForce = new Map(), isStrict = false }: LoadOptions = {},
): LoadedDefinitions {
  const problems: DefinitionProblem[] = [];
  const options = { report: (problem: DefinitionProblem) => problems.push(problem), isStrict };
  const sources = files.map((file) => readFile(file, options));
  const catalogue = new Catalogue(fileInForce);
  for (const document of sources.flatMap((source) => source.documents)) catalogue.add(document);
  const definitions = catalogue.definitions(sources.every((source) => source.isComplete));
  const byFile = Map.groupBy(problems, ({ file }) => file);
  return { definitions, problems: files.flatMap(({ path }) => shownProblems(byFile.get(path) ?? [])) };
}

/** In the order of lines, as many as are read by anybody. */
function shownProblems(problems: readonly DefinitionProblem[]): readonly DefinitionProblem[] {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const [first] = sorted.slice(MAX_PROBLEMS);
  if (first === undefined) return sorted;
  const code: DefinitionProblemCode = 'too-many-problems';
  const message = `The file has ${sorted.length - MAX_PROBLEMS} more problems from here on: mend those before first`;
  return [...sorted.slice(0, MAX_PROBLEMS), { ...first, path: '', code, message, severity: 'error' }];
}
