/** The documents of all files by kind and name, and what becomes of them. */
import {
  OPENSLO_KINDS,
  OPENSLO_VERSION,
  type OpenSloDocument,
  type OpenSloIndicatorSpec,
  type OpenSloKind,
  type OpenSloPolicySpec,
} from '../../../schemas/openslo.ts';
import { suggestion } from '../nearest-name.ts';
import type { SloDefinition } from '../types.ts';
import { checkShape } from './check-shape.ts';
import type { PropertyPath } from './property-path.ts';
import { type Part, readCondition } from './read-alert-condition.ts';
import { readAlertPolicy, readNotificationTarget } from './read-alert-policy.ts';
import { readIndicator } from './read-indicator.ts';
import { readMetadata } from './read-metadata.ts';
import { readSlo } from './read-slo.ts';
import type { Find, References } from './references.ts';
import type { SourceDocument } from './source-document.ts';

/** Add all documents, then ask for the definitions once. */
export class Catalogue {
  readonly #fileInForce: ReadonlyMap<string, string>;
  readonly #documents: Readonly<Record<OpenSloKind, Map<string, SourceDocument>>> = {
    Service: new Map(),
    SLI: new Map(),
    SLO: new Map(),
    DataSource: new Map(),
    AlertPolicy: new Map(),
    AlertCondition: new Map(),
    AlertNotificationTarget: new Map(),
  };

  /** Of two SLOs of one name, the one in the file that is named for them here counts. */
  constructor(fileInForce: ReadonlyMap<string, string>) {
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

  /** `isComplete`: whether all files could be read, so that a service that is not declared is none. */
  definitions(isComplete: boolean): readonly SloDefinition[] {
    this.#read('Service', (document, part) => checkMetadata(document, part, 'Service'));
    const references = this.#references();
    return [...this.#documents.SLO.values()].flatMap((document) => {
      if (!document.isSound) return [];
      if (isComplete) this.#checkService(document);
      return readSlo(document, references) ?? [];
    });
  }

  /** Reads what SLOs refer to, each kind before those that refer to it. */
  #references(): References {
    const dataSource = this.#read('DataSource', (document, part) =>
      checkMetadata(document, part, 'DataSource'),
    );
    const indicator = this.#read('SLI', (document, part: Part<OpenSloIndicatorSpec>) =>
      readIndicator(document, part, dataSource),
    );
    const notificationTarget = this.#read('AlertNotificationTarget', readNotificationTarget);
    const alertCondition = this.#read('AlertCondition', readCondition);
    const policyReferences = { notificationTarget, alertCondition };
    const alertPolicy = this.#read('AlertPolicy', (document, part: Part<OpenSloPolicySpec>) =>
      readAlertPolicy(document, part, policyReferences),
    );
    return { dataSource, indicator, ...policyReferences, alertPolicy };
  }

  /** Reads every sound document of a kind; the answer finds by name what came of it. */
  #read<Spec, Result>(
    kind: OpenSloKind,
    read: (document: SourceDocument, part: Part<Spec>) => Result | undefined,
  ): Find<Result> {
    const results = new Map<string, Result>();
    for (const [name, document] of this.#documents[kind]) {
      if (!document.isSound) continue;
      const result = read(document, { ...(document.value as Omit<Part<Spec>, 'path'>), path: [] });
      if (result !== undefined && document.isSound) results.set(name, result);
    }
    return (from, path, name) => {
      const result = results.get(name);
      if (result === undefined) this.#refuseReference(from, path, { kind, name });
      return result;
    };
  }

  #refuseReference(
    from: SourceDocument,
    path: PropertyPath,
    { kind, name }: { readonly kind: OpenSloKind; readonly name: string },
  ): void {
    const codes = kind === 'SLI' ? INDICATOR_CODES : REFERENCE_CODES;
    const broken = this.#documents[kind].get(name);
    if (broken === undefined) {
      const advice = suggestion(name, this.#documents[kind].keys());
      from.problem(path, codes.unknown, `There is no ${kind} ${name}${advice}`);
    } else {
      from.problem(path, codes.broken, `The ${kind} ${name} in ${broken.file} has problems: mend it there`);
    }
  }

  /** Services need no document; once some have one, an SLO for any other is taken for a slip of the pen. */
  #checkService(document: SourceDocument): void {
    const services = this.#documents.Service;
    const { service } = (document.value as OpenSloDocument).spec;
    if (services.size === 0 || services.has(service)) return;
    const advice = suggestion(service, services.keys()) || ': add a document of kind Service for it';
    document.problem(['spec', 'service'], 'unknown-service', `There is no Service ${service}${advice}`);
  }
}

const INDICATOR_CODES = { unknown: 'unknown-indicator', broken: 'broken-indicator' } as const;
const REFERENCE_CODES = { unknown: 'unknown-reference', broken: 'broken-reference' } as const;

function checkMetadata(document: SourceDocument, { metadata }: Part<unknown>, kind: OpenSloKind): true {
  readMetadata(document, metadata, { kind, path: ['metadata'] });
  return true;
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
  const known = Object.keys(OPENSLO_KINDS).join(', ');
  const code = kind === undefined ? 'missing-property' : 'unknown-kind';
  document.problem(['kind'], code, `Cannot tell what this is: write kind as one of ${known}`);
  return undefined;
}

function nameOf(document: SourceDocument): string | undefined {
  const { metadata } = document.value as { metadata?: { name?: unknown } | null };
  return typeof metadata?.name === 'string' ? metadata.name : undefined;
}
