/** What OpenSLO's own examples do, in documents of ours: what loads, leniently and strictly, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { formatSloFile } from '../../../../engine/core/definitions/format-slo-file.ts';
import { load, loadStrictly } from './support/sound-slo.ts';

const toYaml = (value: unknown) => stringify(value, { aliasDuplicateObjects: false });
const OTLP = { type: 'otlp', spec: { signal: 'traces', where: 'true' } };
const metric = (source: object) => ({ metricSource: source });
const labels = { env: ['prod'], team: ['web', 'platform'] };

function slo(name: string, spec: object) {
  const indicator = {
    metadata: { name: `${name}-answers` },
    spec: { ratioMetric: { good: metric(OTLP), total: metric(OTLP) } },
  };
  const timeWindow = [{ duration: '2w', isRolling: true }];
  const common = { service: 'shop', indicator, timeWindow, budgetingMethod: 'Occurrences' };
  return { apiVersion: 'openslo/v1', kind: 'SLO', metadata: { name, labels }, spec: { ...common, ...spec } };
}

function sli(name: string, spec: object) {
  return { apiVersion: 'openslo/v1', kind: 'SLI', metadata: { name, labels }, spec };
}

const calendar = { startTime: '2022-01-01 12:00:00', timeZone: 'America/New_York' };
const week = [{ duration: '1w', isRolling: false, calendar }];
const month = [{ duration: '1m', isRolling: false, calendar }];

const condition = (severity: string, details: object) => ({
  description: 'Burns too fast',
  severity,
  condition: { kind: 'burnrate', threshold: 2, lookbackWindow: '1h', ...details },
});
const alerting = (kind: string, name: string, spec: object) => ({
  apiVersion: 'openslo/v1',
  kind,
  metadata: { name, labels },
  spec,
});
const POLICY = {
  description: 'Tells those on call by mail',
  alertWhenBreaching: true,
  alertWhenResolved: false,
  conditions: [{ conditionRef: 'cpu-usage-breach' }],
  notificationTargets: [{ targetRef: 'OnCallMail' }],
};

/** Documents, and the codes they get: `!` before those that refuse, also when read leniently. */
const FEATURES: Readonly<
  Record<string, { readonly documents: unknown; readonly codes: string; readonly slos: number }>
> = {
  'a ratio by the share of slices, their length as a number, with an operator': {
    documents: slo('main-page', {
      budgetingMethod: 'RatioTimeslices',
      objectives: [{ displayName: 'Good', op: 'gt', timeSliceWindow: 5, target: 0.99 }],
    }),
    codes: 'deviation-counter deviation-operator',
    slos: 1,
  },
  'time slices in a calendar week': {
    documents: [
      slo('availability', {
        timeWindow: week,
        budgetingMethod: 'Timeslices',
        objectives: [{ op: 'gt', target: 0.9995, timeSliceTarget: 0.95, timeSliceWindow: '1m' }],
      }),
    ],
    codes: 'deviation-counter deviation-operator',
    slos: 1,
  },
  'a month written as a minute, two objectives, and policies without a value': {
    documents: slo('provider', {
      timeWindow: month,
      budgetingMethod: 'Timeslices',
      objectives: [
        { displayName: 'Internal', op: 'gt', target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: '1m' },
        { displayName: 'SLA', target: 0.99, timeSliceTarget: 0.99, timeSliceWindow: '1m' },
      ],
      alertPolicies: null,
    }),
    codes: 'deviation-counter deviation-duration deviation-empty deviation-operator',
    slos: 1,
  },
  'a threshold metric': {
    documents: slo('search', {
      indicator: { metadata: { name: 'latency' }, spec: { thresholdMetric: metric(OTLP) } },
      objectives: [{ op: 'lt', value: 500, target: 0.99 }],
    }),
    codes: '!unsupported-threshold-metric !unsupported-threshold-metric !unsupported-threshold-metric',
    slos: 0,
  },
  'conditions, policies and targets in lists, by reference and written out, for one SLO': {
    documents: [
      [
        alerting('AlertCondition', 'cpu-usage-breach', condition('page', { op: 'lte', alertAfter: '5m' })),
        alerting('AlertPolicy', 'by-reference', POLICY),
        alerting('AlertNotificationTarget', 'OnCallMail', { target: 'email' }),
        slo('watched', {
          objectives: [{ target: 0.99 }],
          alertPolicies: [
            { alertPolicyRef: 'by-reference' },
            {
              kind: 'AlertPolicy',
              metadata: { name: 'written-out' },
              spec: {
                alertWhenBreaching: true,
                conditions: [
                  {
                    kind: 'AlertCondition',
                    metadata: { name: 'memory' },
                    spec: condition('warning', { op: 'gt', lookbackWindow: '1d' }),
                  },
                ],
                notificationTargets: [
                  { kind: 'AlertNotificationTarget', metadata: { name: 'chat' }, spec: { target: 'slack' } },
                ],
              },
            },
          ],
        }),
      ],
    ],
    codes:
      'deviation-alert-after deviation-alert-when deviation-counter deviation-name deviation-name deviation-operator deviation-target deviation-target',
    slos: 1,
  },
  'a threshold that no outage reaches': {
    documents: [
      alerting('AlertCondition', 'cpu-usage-breach', condition('warning', { op: 'gt', threshold: 200 })),
      alerting('AlertPolicy', 'slow', {
        ...POLICY,
        alertWhenResolved: true,
        notificationTargets: [{ targetRef: 'pager' }],
      }),
      alerting('AlertNotificationTarget', 'pager', { target: 'alertmanager' }),
      slo('watched', { objectives: [{ target: 0.99 }], alertPolicies: [{ alertPolicyRef: 'slow' }] }),
    ],
    codes: '!tier-unreachable deviation-counter',
    slos: 0,
  },
  'data sources of others, with what is needed to connect': {
    documents: [
      alerting('DataSource', 'prometheus', { type: 'Prometheus', connectionDetails: [{ url: 'http://x' }] }),
      alerting('DataSource', 'datadog', { type: 'Datadog', connectionDetails: { apiKey: 'x' } }),
    ],
    codes:
      '!unsupported-data-source !unsupported-data-source !unsupported-data-source !unsupported-data-source',
    slos: 0,
  },
  'indicators of other sources, of gauges, and raw ones': {
    documents: [
      sli('dog', {
        ratioMetric: {
          counter: true,
          good: metric({ ...OTLP, type: 'Datadog' }),
          total: metric({ ...OTLP, metricSourceRef: 'my-datadog' }),
        },
      }),
      sli('gauge', { ratioMetric: { counter: false, bad: metric(OTLP), total: metric(OTLP) } }),
      sli('raw', { ratioMetric: { counter: true, rawType: 'success', raw: metric(OTLP) } }),
    ],
    codes:
      '!unsupported-gauge-ratio !unsupported-metric-source !unsupported-raw-ratio !unsupported-raw-ratio',
    slos: 0,
  },
};

describe("loadDefinitions() of what OpenSLO's examples do", () => {
  it.each(Object.entries(FEATURES))('%s', (_, { documents, codes, slos }) => {
    const text = [documents]
      .flat()
      .map((document) => toYaml(document))
      .join('---\n');
    const lenient = load(text);
    const said = lenient.problems.map(({ code, severity }) => (severity === 'warning' ? code : `!${code}`));
    expect(said.sort().join(' ')).toBe(codes);
    expect(lenient.definitions).toHaveLength(slos);
    const strict = loadStrictly(text);
    expect(strict.problems.filter(({ severity }) => severity === 'warning')).toEqual([]);
    expect(strict.definitions).toEqual([]);
    const tidy = formatSloFile({ path: 'a.yaml', text });
    const contents = (yaml: unknown) => parseAllDocuments(String(yaml)).map((document) => document.toJS());
    expect(contents(tidy)).toEqual(contents(text));
  });

  it('makes of alert policies the tiers they mean', () => {
    const { documents } =
      FEATURES['conditions, policies and targets in lists, by reference and written out, for one SLO'] ?? {};
    const [definition] = load(toYaml([documents].flat(2))).definitions;
    expect(definition?.tiers).toEqual([
      { severity: 'page', longSeconds: 3600, shortSeconds: 300, factor: { numerator: 2n, denominator: 1n } },
      {
        severity: 'ticket',
        longSeconds: 86_400,
        shortSeconds: 7200,
        factor: { numerator: 2n, denominator: 1n },
      },
    ]);
    expect(definition?.labels).toEqual({ env: 'prod', team: 'web,platform' });
  });
});
