/** What can be wrong with tiers, alert policies and data sources, by what it is. */
import {
  ALERTING,
  CONDITION,
  changed,
  DATA_SOURCE,
  INLINE_POLICY,
  POLICIES,
  POLICY,
  TARGET,
} from './sound-policies.ts';
import { edited, GOOD, SLO } from './sound-slo.ts';
import type { Trouble } from './troubles.ts';

const CONDITION_PATH = 'spec.condition';
const tiers = (text: string) => edited('valet/min-bad-events: "5"', `valet/tiers: ${text}`);
const TIERS_PATH = 'metadata.annotations["valet/tiers"]';
const POLICY_PATH = 'spec.alertPolicies[0].alertPolicyRef';
const REF_LINE = 40;
const inline = (from: string, to: string) => `${SLO}  alertPolicies:\n${changed(INLINE_POLICY, from, to)}`;

export const POLICY_TROUBLES: Readonly<Record<string, Trouble>> = {
  'a policy there is not': {
    texts: [POLICIES, changed(ALERTING, 'wake-up', 'wake-upp')],
    line: REF_LINE,
    path: POLICY_PATH,
    code: 'unknown-reference',
    says: /no AlertPolicy wake-upp, did you mean wake-up\?/,
  },
  'a condition there is not': {
    texts: [changed(POLICY, 'fast-burn', 'slow-burn')],
    line: 9,
    path: 'spec.conditions[0].conditionRef',
    code: 'unknown-reference',
    says: /no AlertCondition slow-burn/,
  },
  'a target there is not': {
    texts: [CONDITION, changed(POLICY, 'on-call', 'nobody')],
    line: 11,
    path: 'spec.notificationTargets[0].targetRef',
    code: 'unknown-reference',
    says: /no AlertNotificationTarget nobody/,
  },
  'a policy with problems': {
    texts: [changed(POLICIES, 'op: gt', 'op: above'), ALERTING],
    line: REF_LINE,
    path: POLICY_PATH,
    code: 'broken-reference',
    says: /AlertPolicy wake-up in a\.yaml has problems/,
  },
  'a policy that is named and written out': {
    texts: [POLICIES, inline('metadata: { name: look-tomorrow }', 'alertPolicyRef: wake-up')],
    line: REF_LINE,
    path: 'spec.alertPolicies[0]',
    code: 'reference-count',
    says: /either alertPolicyRef, or kind, metadata and spec/,
  },
  'a policy with two conditions': {
    texts: [changed(POLICY, '  notif', '    - conditionRef: slow\n  notif')],
    line: 8,
    path: 'spec.conditions',
    code: 'too-many-items',
    says: /at most 1/,
  },
  'a policy that tells nobody': {
    texts: [changed(POLICY, /Targets:\n.*\n/, 'Targets: []\n')],
    line: 10,
    path: 'spec.notificationTargets',
    code: 'too-few-items',
    says: /at least 1/,
  },
  'a policy that does not alert': {
    texts: [CONDITION, TARGET, changed(POLICY, 'Breaching: true', 'Breaching: false')],
    line: 6,
    path: 'spec.alertWhenBreaching',
    code: 'unsupported-alert-when',
    says: /neither on a breach nor without data/,
  },
  'a policy that alerts on a silence of weeks': {
    texts: [
      changed(CONDITION, '1h', '2w'),
      TARGET,
      changed(POLICY, '  alertWhenR', '  alertWhenNoData: true\n  alertWhenR'),
    ],
    line: 7,
    path: 'spec.alertWhenNoData',
    code: 'unsupported-alert-when',
    says: /1m to 7d/,
  },
  'a condition of another kind': {
    texts: [changed(CONDITION, 'burnrate', 'drop')],
    line: 9,
    path: `${CONDITION_PATH}.kind`,
    code: 'invalid-value',
    says: /write burnrate/,
  },
  'an urgency in words of its own': {
    texts: [changed(CONDITION, 'page', 'sev1')],
    line: 7,
    path: 'spec.severity',
    code: 'unknown-severity',
    says: /write page \(or critical\) or ticket \(or warning\)/,
  },
  'a threshold of nothing': {
    texts: [changed(CONDITION, '14.4', '0.0')],
    line: 11,
    path: `${CONDITION_PATH}.threshold`,
    code: 'invalid-threshold',
    says: /Cannot use 0\.0 as a burn rate/,
  },
  'a window of a month in a condition': {
    texts: [changed(CONDITION, '1h', '1M')],
    line: 12,
    path: `${CONDITION_PATH}.lookbackWindow`,
    code: 'invalid-duration',
    says: /"1M" as a window/,
  },
  'a short window in words': {
    texts: [
      changed(CONDITION, 'name: fast-burn', 'name: fast-burn\n  annotations: { valet/short-window: brief }'),
    ],
    line: 5,
    path: 'metadata.annotations["valet/short-window"]',
    code: 'invalid-extension',
    says: /as 5m/,
  },
  'a policy and a condition that disagree on the short window': {
    texts: [
      changed(POLICIES, 'name: fast-burn', 'name: fast-burn\n  annotations: { valet/short-window: 5m }'),
      changed(POLICY, 'name: wake-up', 'name: wake\n  annotations: { valet/short-window: 10m }'),
    ],
    line: 5,
    path: 'metadata.annotations["valet/short-window"]',
    code: 'invalid-extension',
    says: /write one of them/,
  },
  'an extension of another kind': {
    texts: [changed(CONDITION, 'name: fast-burn', 'name: fast-burn\n  annotations: { valet/tiers: none }')],
    line: 5,
    path: TIERS_PATH,
    code: 'unknown-extension',
    says: /means nothing on AlertCondition: write it on SLO/,
  },
  'policies and tiers on one SLO': {
    texts: [POLICIES, changed(ALERTING, 'min-bad-events: "5"', 'tiers: none')],
    line: 10,
    path: TIERS_PATH,
    code: 'alert-policies-and-tiers',
    says: /one of the two/,
  },
  'a tier nobody can read': {
    texts: [tiers('page 1h, ticket 3d 1')],
    line: 10,
    path: TIERS_PATH,
    code: 'invalid-extension',
    says: /Cannot use "page 1h" as a tier/,
  },
  'more tiers than anybody reads': {
    texts: [tiers(Array.from({ length: 21 }, (_, index) => `page ${index + 1}h 2`).join(', '))],
    line: 10,
    path: TIERS_PATH,
    code: 'invalid-extension',
    says: /Found 21 tiers/,
  },
  'a short window as long as the long one': {
    texts: [tiers('page 1h/60m 14.4')],
    line: 10,
    path: TIERS_PATH,
    code: 'invalid-tier',
    says: /the windows 1h and 1h/,
  },
  'a short window shorter than a slice': {
    texts: [tiers('page 1m 14.4')],
    line: 10,
    path: TIERS_PATH,
    code: 'invalid-tier',
    says: /10s at least/,
  },
  'two tiers of one name': {
    texts: [tiers('page 1h 14.4, page 60m 6')],
    line: 10,
    path: TIERS_PATH,
    code: 'duplicate-tier',
    says: /a tier page 1h before/,
  },
  'a tier that cannot fire': {
    texts: [tiers('page 1h 1000')],
    line: 10,
    path: TIERS_PATH,
    code: 'tier-unreachable',
    says: /page 1h cannot be used for objective-1: its factor 1000 cannot be reached: a full outage burns at 1000/,
  },
  'a tier that cannot fire for one of the objectives': {
    texts: [POLICIES, changed(ALERTING, 'target: 0.999\n', 'target: 0.999\n    - target: 0.9\n')],
    line: 41,
    path: POLICY_PATH,
    code: 'tier-unreachable',
    says: /for objective-2: its factor 14\.4/,
  },
  'a tier longer than the period': {
    texts: [inline('lookbackWindow: 3d', 'lookbackWindow: 31d')],
    line: REF_LINE,
    path: 'spec.alertPolicies[0]',
    code: 'tier-too-long',
    says: /ticket 31d .* longer than the period of 30d/,
  },
  'a tier shorter than the time slices': {
    texts: [
      tiers('page 1h/5m 14.4')
        .replace('Occurrences', 'Timeslices')
        .replace('0.999\n', '0.999\n      timeSliceTarget: 0.95\n      timeSliceWindow: 15m\n'),
    ],
    line: 10,
    path: TIERS_PATH,
    code: 'tier-too-short',
    says: /holds no whole time slice of 15m/,
  },
  'a tier below one, which is a warning': {
    texts: [tiers('ticket 3d 0.5')],
    line: 10,
    path: TIERS_PATH,
    code: 'tier-below-one',
    says: /ticket 3d: its factor 0\.5 is below 1/,
    left: 1,
  },
  'a data source of another type': {
    texts: [changed(DATA_SOURCE, 'otlp', 'Prometheus')],
    line: 5,
    path: 'spec.type',
    code: 'unsupported-data-source',
    says: /Prometheus .*write type: otlp/,
  },
  'a data source to connect to': {
    texts: [changed(DATA_SOURCE, '{}', '{ url: x }')],
    line: 6,
    path: 'spec.connectionDetails.url',
    code: 'unsupported-data-source',
    says: /write connectionDetails: \{\}/,
  },
  'a reference to a data source there is not': {
    texts: [edited('type: otlp\n', 'metricSourceRef: x\n')],
    line: 22,
    path: `${GOOD}.metricSource.metricSourceRef`,
    code: 'unknown-reference',
    says: /no DataSource x/,
  },
  'a metric source without a type': {
    texts: [edited('            type: otlp\n', '')],
    line: 21,
    path: `${GOOD}.metricSource.type`,
    code: 'missing-property',
    says: /or a metricSourceRef/,
  },
};
