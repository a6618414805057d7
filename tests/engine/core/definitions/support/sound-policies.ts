/** Sound documents of alerting, for tests to edit. */
import { SLO } from './sound-slo.ts';

export const CONDITION = `apiVersion: openslo/v1
kind: AlertCondition
metadata:
  name: fast-burn
spec:
  description: Two per cent of the budget within an hour
  severity: page
  condition:
    kind: burnrate
    op: gt
    threshold: 14.4
    lookbackWindow: 1h
`;

export const TARGET = `apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: { name: on-call }
spec: { target: alertmanager }
`;

export const POLICY = `apiVersion: openslo/v1
kind: AlertPolicy
metadata:
  name: wake-up
spec:
  alertWhenBreaching: true
  alertWhenResolved: true
  conditions:
    - conditionRef: fast-burn
  notificationTargets:
    - targetRef: on-call
`;

/** Everything that `ALERTING` refers to, in one file. */
export const POLICIES = [CONDITION, TARGET, POLICY].join('---\n');

/** The SLO with its alert policies, one by reference. */
export const ALERTING = `${SLO}  alertPolicies:
    - alertPolicyRef: wake-up
`;

/** A policy written out in an SLO, with its condition and its target. */
export const INLINE_POLICY = `    - kind: AlertPolicy
      metadata: { name: look-tomorrow }
      spec:
        alertWhenBreaching: true
        conditions:
          - kind: AlertCondition
            metadata:
              name: slow-burn
              annotations: { valet/short-window: 4h }
            spec:
              severity: ticket
              condition: { op: gt, threshold: 1, lookbackWindow: 3d, alertAfter: 0m }
        notificationTargets:
          - kind: AlertNotificationTarget
            metadata: { name: desk }
            spec: { target: alertmanager }
`;

export const DATA_SOURCE = `apiVersion: openslo/v1
kind: DataSource
metadata: { name: telemetry }
spec:
  type: otlp
  connectionDetails: {}
`;

/** A text with one edit. */
export function changed(text: string, from: string | RegExp, to: string): string {
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`Nothing to replace: ${from}`);
  return edited;
}
