/** One SLO document to its definition. */
import { MAX_NAME, OPENSLO_NAME_PATTERN, type OpenSloDocument } from '../../../schemas/openslo.ts';
import type { Objective, RatioIndicator, RollingWindow, SloDefinition } from '../types.ts';
import { exactTarget } from './exact-target.ts';
import { readExtensions } from './read-extensions.ts';
import { readIndicator } from './read-indicator.ts';
import { rollingWindow } from './rolling-window.ts';
import type { SourceDocument } from './source-document.ts';
import { NOT_ROLLING } from './unsupported.ts';

const NAME = new RegExp(OPENSLO_NAME_PATTERN);

/** Finds the indicator an SLO refers to; reports and returns undefined when there is none in order. */
export type FindIndicator = (document: SourceDocument, name: string) => RatioIndicator | undefined;

/** The definition of a document whose shape is in order; undefined when something in it was reported. */
export function readSlo(document: SourceDocument, findIndicator: FindIndicator): SloDefinition | undefined {
  const slo = document.value as OpenSloDocument;
  const { metadata, spec } = slo;
  const indicator = sloIndicator(document, spec, findIndicator);
  const window = sloWindow(document, spec.timeWindow);
  const objectives = spec.objectives.flatMap((_, index) => readObjective(document, spec, index) ?? []);
  checkObjectiveNames(document, objectives);
  const extensions = readExtensions(document, metadata);
  if (!document.isSound || indicator === undefined || window === undefined) return undefined;
  return {
    tenant: '',
    name: metadata.name,
    displayName: metadata.displayName ?? metadata.name,
    service: spec.service,
    description: spec.description ?? '',
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    indicator,
    window,
    objectives,
    file: document.file,
    ...extensions,
  };
}

function sloIndicator(
  document: SourceDocument,
  spec: OpenSloDocument['spec'],
  findIndicator: FindIndicator,
): RatioIndicator | undefined {
  const { indicator, indicatorRef } = spec;
  if (indicator !== undefined && indicatorRef === undefined) {
    return readIndicator(document, indicator.spec, ['spec', 'indicator', 'spec']);
  }
  if (indicatorRef !== undefined && indicator === undefined) return findIndicator(document, indicatorRef);
  const message = 'An SLO has one indicator: write exactly one of indicator and indicatorRef';
  document.problem(['spec'], 'indicator-count', message);
  return undefined;
}

function sloWindow(
  document: SourceDocument,
  windows: OpenSloDocument['spec']['timeWindow'],
): RollingWindow | undefined {
  const path = ['spec', 'timeWindow'];
  const [window, ...more] = windows;
  if (window === undefined || more.length > 0) {
    document.problem(path, 'time-window-count', `Found ${windows.length} time windows: write exactly one`);
    return undefined;
  }
  if (window.isRolling !== true) {
    document.problem([...path, 0, 'isRolling'], NOT_ROLLING.code, NOT_ROLLING.message);
  }
  const read = rollingWindow(window.duration);
  if ('kind' in read) return read;
  document.problem([...path, 0, 'duration'], read.code, read.message);
  return undefined;
}

function readObjective(
  document: SourceDocument,
  spec: OpenSloDocument['spec'],
  index: number,
): Objective | undefined {
  const path = ['spec', 'objectives', index];
  const { displayName, target, targetPercent } = spec.objectives[index] ?? {};
  if ((target === undefined) === (targetPercent === undefined)) {
    const message = 'An objective has one target: write exactly one of target and targetPercent';
    document.problem(path, 'target-count', message);
    return undefined;
  }
  const property = target === undefined ? 'targetPercent' : 'target';
  const text = document.sourceText([...path, property]) ?? '';
  const exact = exactTarget(text, target === undefined ? 100 : 1);
  if (exact === undefined) {
    document.problem([...path, property], 'invalid-target', targetMessage(property, text));
    return undefined;
  }
  return {
    name: objectiveName(displayName, index),
    target: exact,
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** A display name in the form of a name is one: OpenSLO gives objectives no other. */
function objectiveName(displayName: string | undefined, index: number): string {
  const isName = displayName !== undefined && displayName.length <= MAX_NAME && NAME.test(displayName);
  return isName ? displayName : `objective-${index + 1}`;
}

function checkObjectiveNames(document: SourceDocument, objectives: readonly Objective[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of objectives.entries()) {
    if (seen.has(name)) {
      const message = `There is an objective ${name} before this one: give each its own displayName`;
      document.problem(['spec', 'objectives', index, 'displayName'], 'duplicate-name', message);
    }
    seen.add(name);
  }
}

function targetMessage(property: 'target' | 'targetPercent', text: string): string {
  const range = property === 'target' ? 'from 0 to below 1, as 0.999' : 'from 0 to below 100, as 99.9';
  const isPercent = property === 'target' && exactTarget(text, 100) !== undefined && Number(text) > 1;
  const hint = isPercent ? `, or targetPercent: ${text}` : '';
  return `Cannot use ${text} as ${property}: write a plain decimal of at most 15 places ${range}${hint}`;
}
