/** Labels and annotations of any kind: their names, and those of our own among them. */
import {
  EXTENSION_PREFIX,
  EXTENSIONS,
  type OpenSloKind,
  type OpenSloMetadata,
} from '../../../schemas/openslo.ts';
import { suggestion } from '../nearest-name.ts';
import type { PropertyPath } from './property-path.ts';
import type { SourceDocument } from './source-document.ts';

/** One of our labels or annotations, and where it is. */
export interface Extension {
  readonly path: PropertyPath;
  readonly value: string;
}

const LABEL = /^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const ANNOTATION = /^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?\/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

/**
 * Finds our labels and annotations in the metadata at `path`, by name; reports those the kind does not have, two that
 * disagree, and names OpenSLO does not have.
 */
export function readMetadata(
  document: SourceDocument,
  metadata: OpenSloMetadata,
  { kind, path }: { readonly kind: OpenSloKind; readonly path: PropertyPath },
): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>();
  for (const field of ['labels', 'annotations'] as const) {
    for (const [name, value] of Object.entries(metadata[field] ?? {})) {
      const namePath = [...path, field, name];
      checkName(document, field, namePath);
      if (!name.startsWith(EXTENSION_PREFIX)) continue;
      const extension = { path: namePath, value: labelText(value) };
      const before = found.get(name);
      if (!EXTENSIONS[kind].includes(name)) {
        document.problem(namePath, 'unknown-extension', unknownExtension(kind, name));
      } else if (before !== undefined && before.value !== extension.value) {
        const message = `The label says ${before.value}, the annotation ${extension.value}: write one of them`;
        document.problem(namePath, 'invalid-extension', message);
      } else found.set(name, extension);
    }
  }
  return found;
}

/** A label as one text; several values are joined by commas. */
export function labelText(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(',');
}

function checkName(document: SourceDocument, field: 'labels' | 'annotations', path: PropertyPath): void {
  const name = String(path.at(-1));
  if ((field === 'labels' ? LABEL : ANNOTATION).test(name)) return;
  const advice =
    field === 'labels' && ANNOTATION.test(name)
      ? 'OpenSLO has no prefix in the name of a label: write it under annotations'
      : 'OpenSLO has letters, digits, and - _ . between them, at most 63';
  document.deviation(path, 'deviation-key', advice);
}

function unknownExtension(kind: OpenSloKind, name: string): string {
  const kinds = Object.entries(EXTENSIONS).filter(([, names]) => names.includes(name));
  if (kinds.length > 0) {
    return `${name} means nothing on ${kind}: write it on ${kinds.map(([other]) => other).join(' or ')}`;
  }
  return `There is no extension ${name}${suggestion(name, Object.values(EXTENSIONS).flat())}`;
}
