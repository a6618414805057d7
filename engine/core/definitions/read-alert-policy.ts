/** An AlertPolicy: one burn-rate tier, an alert on silence, or both (docs/slo-definitions.md#alert-policies). */
import {
  EXTENSION_NO_DATA_ALERT,
  EXTENSION_SHORT_WINDOW,
  type OpenSloConditionSpec,
  type OpenSloPolicySpec,
  type OpenSloTargetSpec,
} from '../../../schemas/openslo.ts';
import { SHORT_DIVISOR } from '../budget/tiers.ts';
import type { PolicyAlerts } from './policy-alerts.ts';
import type { PropertyPath } from './property-path.ts';
import { type Part, type ReadCondition, readCondition, readShortWindow } from './read-alert-condition.ts';
import { SILENCE_SECONDS } from './read-alert-settings.ts';
import { readMetadata } from './read-metadata.ts';
import type { PolicyReferences } from './references.ts';
import type { SourceDocument } from './source-document.ts';

/** What alerts go to. */
const TARGET = 'alertmanager';

/** The alerts of a policy; undefined when something in it was reported. */
export function readAlertPolicy(
  document: SourceDocument,
  { metadata, spec, path }: Part<OpenSloPolicySpec>,
  references: PolicyReferences,
): PolicyAlerts | undefined {
  const found = readMetadata(document, metadata, { kind: 'AlertPolicy', path: [...path, 'metadata'] });
  const specPath = [...path, 'spec'];
  checkAlertWhen(document, spec, specPath);
  for (const index of spec.notificationTargets.keys()) {
    readTarget(document, spec, { index, path: specPath, references });
  }
  const condition = policyCondition(document, spec, { path: specPath, references });
  const own = readShortWindow(document, found.get(EXTENSION_SHORT_WINDOW));
  if (condition === undefined) return undefined;
  if (own.shortSeconds !== undefined && (condition.shortSeconds ?? own.shortSeconds) !== own.shortSeconds) {
    const message = `The policy and its condition each have ${EXTENSION_SHORT_WINDOW}, and another one: write one of them`;
    document.problem(found.get(EXTENSION_SHORT_WINDOW)?.path ?? [], 'invalid-extension', message);
  }
  const { severity, longSeconds, factor } = condition;
  const shortSeconds = own.shortSeconds ?? condition.shortSeconds ?? longSeconds / SHORT_DIVISOR;
  const { alertWhenBreaching = true, alertWhenNoData = false } = spec;
  if (alertWhenNoData) checkSilence(document, longSeconds, [...specPath, 'alertWhenNoData']);
  return {
    ...(alertWhenBreaching && { tier: { severity, longSeconds, shortSeconds, factor } }),
    ...(alertWhenNoData && { noDataAlert: { severity, seconds: longSeconds } }),
  };
}

function checkAlertWhen(document: SourceDocument, spec: OpenSloPolicySpec, path: PropertyPath): void {
  const { alertWhenBreaching, alertWhenNoData = false, alertWhenResolved } = spec;
  if (alertWhenBreaching === undefined) {
    const message =
      'The policy does not say whether it alerts on a breach, and is read so: write alertWhenBreaching: true';
    document.deviation([...path, 'alertWhenBreaching'], 'deviation-alert-when', message);
  } else if (!alertWhenBreaching && !alertWhenNoData) {
    const message =
      'A policy that alerts neither on a breach nor without data has no meaning: write true, or leave the policy out';
    document.problem([...path, 'alertWhenBreaching'], 'unsupported-alert-when', message);
  }
  if (alertWhenResolved === false) {
    const message =
      'The end of an alert is always sent: write true, and send_resolved: false at the receiver that shall not tell it';
    document.deviation([...path, 'alertWhenResolved'], 'deviation-alert-when', message);
  }
}

/** The silence is that of the condition's window: no burn rate without an event in it. */
function checkSilence(document: SourceDocument, seconds: number, path: PropertyPath): void {
  if (seconds >= SILENCE_SECONDS.least && seconds <= SILENCE_SECONDS.most) return;
  const message = `An alert without data waits for the condition's lookbackWindow, 1m to 7d: write such a one, or false and the SLO's annotation ${EXTENSION_NO_DATA_ALERT}`;
  document.problem(path, 'unsupported-alert-when', message);
}

interface Within {
  /** Of the policy's spec. */
  readonly path: PropertyPath;
  readonly references: PolicyReferences;
}

function policyCondition(
  document: SourceDocument,
  spec: OpenSloPolicySpec,
  { path, references }: Within,
): ReadCondition | undefined {
  const [item = {}] = spec.conditions;
  const itemPath = [...path, 'conditions', 0];
  const part = inlinePart<OpenSloConditionSpec>(document, item, { path: itemPath, ref: 'conditionRef' });
  if (part !== undefined) return readCondition(document, part);
  if (item.conditionRef === undefined) return undefined;
  return references.alertCondition(document, [...itemPath, 'conditionRef'], item.conditionRef);
}

function readTarget(
  document: SourceDocument,
  spec: OpenSloPolicySpec,
  { index, path, references }: Within & { readonly index: number },
): void {
  const item = spec.notificationTargets[index] ?? {};
  const itemPath = [...path, 'notificationTargets', index];
  const part = inlinePart<OpenSloTargetSpec>(document, item, { path: itemPath, ref: 'targetRef' });
  if (part !== undefined) readNotificationTarget(document, part);
  else if (item.targetRef !== undefined) {
    references.notificationTarget(document, [...itemPath, 'targetRef'], item.targetRef);
  }
}

/** Who is told is decided where alerts are sent to, by their labels. */
export function readNotificationTarget(
  document: SourceDocument,
  { metadata, spec, path }: Part<OpenSloTargetSpec>,
): true {
  readMetadata(document, metadata, { kind: 'AlertNotificationTarget', path: [...path, 'metadata'] });
  if (spec.target === TARGET) return true;
  const message = `Alerts go to Alertmanager and webhooks, which decide by labels who is told: route ${JSON.stringify(spec.target.slice(0, 40))} there, and write target: ${TARGET}`;
  document.deviation([...path, 'spec', 'target'], 'deviation-target', message);
  return true;
}

/** The document written out at `path`; undefined when a reference stands there, or when neither or both do: reported. */
export function inlinePart<Spec>(
  document: SourceDocument,
  item: { readonly [name: string]: unknown },
  { path, ref }: { readonly path: PropertyPath; readonly ref: string },
): Part<Spec> | undefined {
  const { kind, metadata, spec } = item;
  const written = [kind, metadata, spec].filter((property) => property !== undefined).length;
  const isReference = item[ref] !== undefined;
  if (written === 0 && isReference) return undefined;
  // All three properties of an inline part are there: its shape has been checked.
  if (written === 3 && !isReference) return { ...(item as unknown as Part<Spec>), path };
  document.problem(path, 'reference-count', `Write either ${ref}, or kind, metadata and spec`);
  return undefined;
}
