/** From the texts of the SLO files to definitions, and everything that is wrong with them. */
import {
  OPENSLO_KINDS,
  OPENSLO_VERSION,
  type OpenSloDocument,
  type OpenSloIndicatorDocument,
  type OpenSloKind,
} from '../../../schemas/openslo.ts';
import { suggestion } from '../nearest-name.ts';
import type { DefinitionProblem, RatioIndicator, SloDefinition } from '../types.ts';
import { checkShape } from './check-shape.ts';
import { readIndicator } from './read-indicator.ts';
import { readSlo } from './read-slo.ts';
import { type DefinitionFile, readFile, type SourceDocument } from './source-document.ts';
import { unsupportedKind } from './unsupported.ts';

export interface LoadedDefinitions {
  /** In the order of files and documents. */
  readonly definitions: readonly SloDefinition[];
  /** By file, then line. */
  readonly problems: readonly DefinitionProblem[];
}

/**
 * Reads OpenSLO v1 (docs/slo-definitions.md): kinds Service, SLI and SLO, several documents per file, references
 * across files. Each document is judged by itself: one with a problem gives no definition and takes nothing else down,
 * except SLOs that refer to it. Of two documents of one kind and name, the first counts; of two SLOs the one in the
 * file that `fileInForce` names for them, when it is there. Never throws.
 */
export function loadDefinitions(
  files: readonly DefinitionFile[],
  fileInForce: ReadonlyMap<string, string> = new Map(),
): LoadedDefinitions {
  const problems: DefinitionProblem[] = [];
  const sources = files.map((file) => readFile(file, (problem) => problems.push(problem)));
  const catalogue = new Catalogue(
    sources.every((source) => source.isComplete),
    fileInForce,
  );
  for (const document of sources.flatMap((source) => source.documents)) catalogue.add(document);
  const definitions = catalogue.definitions();
  const rank = new Map(files.map((file, index) => [file.path, index]));
  problems.sort((a, b) => (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line);
  return { definitions, problems };
}

/** The documents by kind and name. Add all, then ask for the definitions once. */
class Catalogue {
  readonly #isComplete: boolean;
  readonly #fileInForce: ReadonlyMap<string, string>;
  readonly #documents: Readonly<Record<OpenSloKind, Map<string, SourceDocument>>> = {
    Service: new Map(),
    SLI: new Map(),
    SLO: new Map(),
  };
  readonly #indicators = new Map<string, RatioIndicator>();

  constructor(isComplete: boolean, fileInForce: ReadonlyMap<string, string>) {
    this.#isComplete = isComplete;
    this.#fileInForce = fileInForce;
  }

  add(document: SourceDocument): void {
    const kind = kindOf(document);
    if (kind === undefined) return;
    checkShape(document, OPENSLO_KINDS[kind]);
    const name = nameOf(document);
    if (name === undefined) return;
    const first = this.#documents[kind].get(name);
    if (first === undefined) this.#documents[kind].set(name, document);
    else if (kind === 'SLO' && this.#isInForce(name, document) && !this.#isInForce(name, first)) {
      this.#documents[kind].set(name, document);
      refuseDuplicate(kind, name, { counts: document, other: first });
    } else refuseDuplicate(kind, name, { counts: first, other: document });
  }

  #isInForce(name: string, { file }: SourceDocument): boolean {
    return this.#fileInForce.get(name) === file;
  }

  definitions(): readonly SloDefinition[] {
    for (const [name, document] of this.#documents.SLI) {
      if (!document.isSound) continue;
      const { spec } = document.value as OpenSloIndicatorDocument;
      const indicator = readIndicator(document, spec, ['spec']);
      if (indicator !== undefined && document.isSound) this.#indicators.set(name, indicator);
    }
    return [...this.#documents.SLO.values()].flatMap((document) => {
      if (!document.isSound) return [];
      this.#checkService(document);
      return readSlo(document, (from, name) => this.#findIndicator(from, name)) ?? [];
    });
  }

  #findIndicator(from: SourceDocument, name: string): RatioIndicator | undefined {
    const indicator = this.#indicators.get(name);
    if (indicator !== undefined) return indicator;
    const path = ['spec', 'indicatorRef'];
    const broken = this.#documents.SLI.get(name);
    if (broken === undefined) {
      const message = `There is no SLI ${name}${suggestion(name, this.#documents.SLI.keys())}`;
      from.problem(path, 'unknown-indicator', message);
    } else
      from.problem(path, 'broken-indicator', `The SLI ${name} in ${broken.file} has problems: mend it there`);
    return undefined;
  }

  /** Services need no document; once some have one, an SLO for any other is taken for a slip of the pen. */
  #checkService(document: SourceDocument): void {
    const services = this.#documents.Service;
    const { service } = (document.value as OpenSloDocument).spec;
    if (services.size === 0 || services.has(service) || !this.#isComplete) return;
    const advice = suggestion(service, services.keys()) || ': add a document of kind Service for it';
    document.problem(['spec', 'service'], 'unknown-service', `There is no Service ${service}${advice}`);
  }
}

function refuseDuplicate(
  kind: OpenSloKind,
  name: string,
  { counts, other }: { readonly counts: SourceDocument; readonly other: SourceDocument },
): void {
  const where = `${counts.file} line ${counts.lineOf(['metadata', 'name'])}`;
  const message = `The ${kind} ${name} is defined in ${where} already: rename or remove one`;
  other.problem(['metadata', 'name'], 'duplicate-name', message);
}

function kindOf(document: SourceDocument): OpenSloKind | undefined {
  const value = document.value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    document.problem(
      [],
      'wrong-type',
      `A document has apiVersion: ${OPENSLO_VERSION}, kind, metadata and spec`,
    );
    return undefined;
  }
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== undefined && apiVersion !== OPENSLO_VERSION) {
    const message = `Cannot read the version ${String(apiVersion)}: write apiVersion: ${OPENSLO_VERSION}`;
    document.problem(['apiVersion'], 'unsupported-version', message);
    return undefined;
  }
  if (typeof kind === 'string' && Object.hasOwn(OPENSLO_KINDS, kind)) return kind as OpenSloKind;
  const unsupported = typeof kind === 'string' ? unsupportedKind(kind) : undefined;
  if (unsupported !== undefined) document.problem(['kind'], unsupported.code, unsupported.message);
  else {
    const known = Object.keys(OPENSLO_KINDS).join(', ');
    const code = kind === undefined ? 'missing-property' : 'unknown-kind';
    document.problem(['kind'], code, `Cannot tell what this is: write kind as one of ${known}`);
  }
  return undefined;
}

function nameOf(document: SourceDocument): string | undefined {
  const { metadata } = document.value as { metadata?: { name?: unknown } | null };
  return typeof metadata?.name === 'string' ? metadata.name : undefined;
}
