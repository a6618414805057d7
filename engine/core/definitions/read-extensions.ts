/** Our own labels and annotations of an SLO (docs/slo-definitions.md). */
import {
  EXTENSION_DIMENSION,
  EXTENSION_MIN_BAD_EVENTS,
  EXTENSION_MIN_COVERAGE,
  EXTENSION_PREFIX,
  EXTENSIONS,
} from '../../../schemas/openslo.ts';
import { suggestion } from '../nearest-name.ts';
import { DIMENSIONS, type Dimension } from '../types.ts';
import type { PropertyPath } from './property-path.ts';
import type { SourceDocument } from './source-document.ts';

export interface Extensions {
  readonly dimension?: Dimension;
  /** @default 1 */
  readonly minBadEvents: number;
  /** 0 to 1. */
  readonly minCoverage?: number;
}

type TextMap = Readonly<Record<string, string>>;

interface Found {
  readonly path: PropertyPath;
  readonly value: string;
}

const WHOLE = /^[1-9]\d{0,8}$/;
const SHARE = /^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/;

/** Reads them from labels and annotations alike; reports unknown ones, wrong values, and two that disagree. */
export function readExtensions(
  document: SourceDocument,
  metadata: { readonly labels?: TextMap; readonly annotations?: TextMap },
): Extensions {
  const found = findExtensions(document, metadata);
  const dimension = readDimension(document, found.get(EXTENSION_DIMENSION));
  const minBadEvents = readMinBadEvents(document, found.get(EXTENSION_MIN_BAD_EVENTS));
  const minCoverage = readMinCoverage(document, found.get(EXTENSION_MIN_COVERAGE));
  return {
    minBadEvents,
    ...(dimension === undefined ? {} : { dimension }),
    ...(minCoverage === undefined ? {} : { minCoverage }),
  };
}

function findExtensions(
  document: SourceDocument,
  metadata: { readonly labels?: TextMap; readonly annotations?: TextMap },
): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const field of ['labels', 'annotations'] as const) {
    for (const [name, value] of Object.entries(metadata[field] ?? {})) {
      if (!name.startsWith(EXTENSION_PREFIX)) continue;
      const path = ['metadata', field, name];
      const before = found.get(name);
      if (!(EXTENSIONS as readonly string[]).includes(name)) {
        const message = `There is no extension ${name}${suggestion(name, EXTENSIONS)}`;
        document.problem(path, 'unknown-extension', message);
      } else if (before !== undefined && before.value !== value) {
        const message = `The label says ${before.value}, the annotation ${value}: write one of them`;
        document.problem(path, 'invalid-extension', message);
      } else found.set(name, { path, value });
    }
  }
  return found;
}

function readDimension(document: SourceDocument, found: Found | undefined): Dimension | undefined {
  if (found === undefined) return undefined;
  const dimension = DIMENSIONS.find((known) => known === found.value);
  if (dimension === undefined) {
    const message = `Cannot use ${JSON.stringify(found.value)} as a dimension: write ${DIMENSIONS.join(', ')}`;
    document.problem(found.path, 'invalid-extension', message);
  }
  return dimension;
}

function readMinBadEvents(document: SourceDocument, found: Found | undefined): number {
  if (found === undefined) return 1;
  if (WHOLE.test(found.value)) return Number(found.value);
  const message = `Cannot use ${JSON.stringify(found.value)} as a number of events: write "1" to "999999999"`;
  document.problem(found.path, 'invalid-extension', message);
  return 1;
}

function readMinCoverage(document: SourceDocument, found: Found | undefined): number | undefined {
  if (found === undefined) return undefined;
  if (SHARE.test(found.value)) return Number(found.value);
  const message = `Cannot use ${JSON.stringify(found.value)} as a coverage: write "0" to "1", as "0.9"`;
  document.problem(found.path, 'invalid-extension', message);
  return undefined;
}
