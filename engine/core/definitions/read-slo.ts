/** One SLO document to its definition. */
import { EXTENSION_TIERS, type OpenSloDocument } from '../../../schemas/openslo.ts';
import { longestPeriodSeconds } from '../slices/periods.ts';
import type { RatioIndicator, SloDefinition, TimeWindow } from '../types.ts';
import { readExtensions } from './read-extensions.ts';
import { readIndicator } from './read-indicator.ts';
import { labelText, readMetadata } from './read-metadata.ts';
import { readObjectives } from './read-objectives.ts';
import { readTiers } from './read-tiers.ts';
import { readTimeWindow } from './read-time-window.ts';
import type { References } from './references.ts';
import type { SourceDocument } from './source-document.ts';

/** The definition of a document whose shape is in order; undefined when something in it was reported. */
export function readSlo(document: SourceDocument, references: References): SloDefinition | undefined {
  const slo = document.value as OpenSloDocument;
  const { metadata, spec } = slo;
  const indicator = sloIndicator(document, spec, references);
  const window = readTimeWindow(document, spec.timeWindow);
  const objectives = readObjectives(document, spec);
  const found = readMetadata(document, metadata, { kind: 'SLO', path: ['metadata'] });
  const extensions = readExtensions(document, found);
  if (indicator === undefined || window === undefined) return undefined;
  const setting = { objectives, periodSeconds: longestPeriod(window) };
  const asked = readTiers(document, { extension: found.get(EXTENSION_TIERS), references, setting });
  if (!document.isSound) return undefined;
  return {
    tenant: '',
    name: metadata.name,
    displayName: metadata.displayName ?? metadata.name,
    service: spec.service,
    description: spec.description ?? '',
    labels: labelTexts(metadata.labels ?? {}),
    annotations: metadata.annotations ?? {},
    indicator,
    window,
    objectives,
    file: document.file,
    ...asked,
    ...extensions,
  };
}

/** The months of a calendar differ; tiers are compared with the longest. */
function longestPeriod(window: TimeWindow): number {
  return window.kind === 'rolling' ? window.seconds : longestPeriodSeconds(window);
}

function labelTexts(
  labels: Readonly<Record<string, string | readonly string[]>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, labelText(value)]));
}

function sloIndicator(
  document: SourceDocument,
  spec: OpenSloDocument['spec'],
  references: References,
): RatioIndicator | undefined {
  const { indicator, indicatorRef } = spec;
  if (indicator !== undefined && indicatorRef === undefined) {
    return readIndicator(document, { ...indicator, path: ['spec', 'indicator'] }, references.dataSource);
  }
  if (indicatorRef !== undefined && indicator === undefined) {
    return references.indicator(document, ['spec', 'indicatorRef'], indicatorRef);
  }
  const message = 'An SLO has one indicator: write exactly one of indicator and indicatorRef';
  document.problem(['spec'], 'indicator-count', message);
  return undefined;
}
