/** An AlertCondition: how fast the budget may burn, over which window, and how urgent more is. */
import {
  EXTENSION_SHORT_WINDOW,
  type OpenSloConditionSpec,
  type OpenSloMetadata,
} from '../../../schemas/openslo.ts';
import type { Fraction, Severity } from '../types.ts';
import { durationSeconds } from './duration-seconds.ts';
import { exactDecimal } from './exact-decimal.ts';
import type { PropertyPath } from './property-path.ts';
import { type Extension, readMetadata } from './read-metadata.ts';
import type { SourceDocument } from './source-document.ts';

/** A condition as read; its short window may come from the policy that uses it. */
export interface ReadCondition {
  readonly severity: Severity;
  readonly longSeconds: number;
  readonly factor: Fraction;
  /** Where the document says so. */
  readonly shortSeconds?: number;
}

/** A document, or what stands in its place in another one: `path` is that of its metadata's and spec's parent. */
export interface Part<Spec> {
  readonly metadata: OpenSloMetadata;
  readonly spec: Spec;
  readonly path: PropertyPath;
}

/** OpenSLO leaves severities open; these words are known. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  page: 'page',
  critical: 'page',
  ticket: 'ticket',
  warning: 'ticket',
};

/** The condition; undefined when something in it was reported. */
export function readCondition(
  document: SourceDocument,
  { metadata, spec, path }: Part<OpenSloConditionSpec>,
): ReadCondition | undefined {
  const found = readMetadata(document, metadata, { kind: 'AlertCondition', path: [...path, 'metadata'] });
  const conditionPath = [...path, 'spec', 'condition'];
  const severity = readSeverity(document, spec.severity, [...path, 'spec', 'severity']);
  checkOperator(document, spec.condition.op, [...conditionPath, 'op']);
  const factor = readThreshold(document, [...conditionPath, 'threshold']);
  const { lookbackWindow, alertAfter } = spec.condition;
  const longSeconds = readWindow(document, lookbackWindow, [...conditionPath, 'lookbackWindow']);
  if (alertAfter !== undefined) checkAlertAfter(document, alertAfter, [...conditionPath, 'alertAfter']);
  const shortWindow = readShortWindow(document, found.get(EXTENSION_SHORT_WINDOW));
  if (severity === undefined || factor === undefined || longSeconds === undefined) return undefined;
  return { severity, longSeconds, factor, ...shortWindow };
}

/** The short window of a condition's or a policy's metadata, to spread; nothing when it is not there. */
export function readShortWindow(
  document: SourceDocument,
  found: Extension | undefined,
): { readonly shortSeconds?: number } {
  if (found === undefined) return {};
  const shortSeconds = durationSeconds(found.value);
  if (shortSeconds !== undefined) return { shortSeconds };
  const message = `Cannot use ${JSON.stringify(found.value)} as a window: write a number with s, m, h, d or w, as 5m`;
  document.problem(found.path, 'invalid-extension', message);
  return {};
}

function readSeverity(document: SourceDocument, word: string, path: PropertyPath): Severity | undefined {
  if (Object.hasOwn(SEVERITIES, word)) return SEVERITIES[word];
  const message = `Cannot tell how urgent ${JSON.stringify(word.slice(0, 40))} is: write page (or critical) or ticket (or warning)`;
  document.problem(path, 'unknown-severity', message);
  return undefined;
}

function checkOperator(document: SourceDocument, operator: string, path: PropertyPath): void {
  if (operator === 'gt') return;
  const why =
    operator === 'gte'
      ? 'a burn rate equal to the threshold does not alert'
      : 'a burn rate is too high, never too low';
  document.deviation(path, 'deviation-operator', `${operator} is read as gt, as ${why}: write gt`);
}

function readThreshold(document: SourceDocument, path: PropertyPath): Fraction | undefined {
  const text = document.sourceText(path) ?? '';
  const threshold = exactDecimal(text);
  if (threshold !== undefined && threshold.numerator > 0n) return threshold;
  const message = `Cannot use ${text} as a burn rate: write a plain decimal above 0, as 14.4`;
  document.problem(path, 'invalid-threshold', message);
  return undefined;
}

function readWindow(document: SourceDocument, text: string, path: PropertyPath): number | undefined {
  const seconds = durationSeconds(text);
  if (seconds !== undefined) return seconds;
  const message = `Cannot use ${JSON.stringify(text.slice(0, 40))} as a window: write a number with m, h, d or w, as 1h`;
  document.problem(path, 'invalid-duration', message);
  return undefined;
}

/** A tier has no delay: its short window is what keeps it from alerting on a fault that is over. */
function checkAlertAfter(document: SourceDocument, text: string, path: PropertyPath): void {
  if (/^0[mhdw]$/.test(text)) return;
  if (readWindow(document, text, path) === undefined) return;
  const message = `The alert does not wait ${text}, it asks for a short window that burns as fast: leave alertAfter out, or write 0m; the annotation ${EXTENSION_SHORT_WINDOW} sets that window`;
  document.deviation(path, 'deviation-alert-after', message);
}
