/** Sound documents for tests to edit. */
import { loadDefinitions } from '../../../../../engine/core/definitions/load-definitions.ts';

export const SLO = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-availability
  displayName: Checkout works
  labels:
    team: payments
  annotations:
    valet/dimension: availability
    valet/min-bad-events: "5"
spec:
  description: Checkouts that do not fail
  service: checkout
  indicator:
    metadata:
      name: checkout-success
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: otlp
            spec:
              signal: traces
              where: span.status.code != STATUS_CODE_ERROR
        total:
          metricSource:
            type: otlp
            spec:
              signal: traces
              where: resource.attributes["service.name"] == "checkout"
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: Fine
      target: 0.999
`;

export const SLI = `apiVersion: openslo/v1
kind: SLI
metadata:
  name: shared
spec:
  ratioMetric:
    counter: true
    bad:
      metricSource: { type: otlp, spec: { signal: logs, where: 'log.severity_number >= SEVERITY_NUMBER_ERROR' } }
    total:
      metricSource: { type: otlp, spec: { signal: logs, where: 'true' } }
`;

/** The SLO with its inline indicator replaced by a reference. */
export const REFERRING = SLO.replace(/ {2}indicator:\n(?: {4}.*\n)+/, '  indicatorRef: shared\n');
export const SERVICE =
  'apiVersion: openslo/v1\nkind: Service\nmetadata: { name: checkout }\nspec: { description: The till }\n';

const files = (texts: readonly string[]) =>
  texts.map((text, index) => ({ path: `${'abcdef'[index]}.yaml`, text }));

export const load = (...texts: readonly string[]) => loadDefinitions(files(texts));
export const loadStrictly = (...texts: readonly string[]) =>
  loadDefinitions(files(texts), { isStrict: true });

/** The SLO with one edit. */
export function edited(from: string | RegExp, to: string): string {
  const text = SLO.replace(from, to);
  if (text === SLO) throw new Error(`Nothing to replace: ${from}`);
  return text;
}

export const target = (line: string) => edited('target: 0.999', line);
export const window = (line: string) => edited('duration: 30d', line);
export const WHERE = 'span.status.code != STATUS_CODE_ERROR';
export const GOOD = 'spec.indicator.spec.ratioMetric.good';
