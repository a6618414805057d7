import { describe, expect, it } from 'vitest';
import { DEVIATION_CODES } from '../../../../engine/core/definitions/codes.ts';
import { ALERTING, changed, POLICIES } from './support/sound-policies.ts';
import { edited, load, loadStrictly, SLO, target } from './support/sound-slo.ts';

/** The files, and the deviation in one of them. */
interface Case {
  readonly texts: readonly string[];
  readonly line: number;
  readonly path: string;
  readonly code: string;
  readonly says: RegExp;
}

const DEVIATIONS: Readonly<Record<string, Case>> = {
  'an operator of a ratio': {
    texts: [target('op: gt\n      target: 0.9')],
    line: 38,
    path: 'spec.objectives[0].op',
    code: 'deviation-operator',
    says: /leave it out/,
  },
  'a ratio that does not say it counts': {
    texts: [edited('        counter: true\n', '')],
    line: 18,
    path: 'spec.indicator.spec.ratioMetric.counter',
    code: 'deviation-counter',
    says: /counter: true/,
  },
  'a month written as a minute': {
    texts: [
      edited('duration: 30d', 'duration: 1m').replace(
        'isRolling: true',
        'calendar: { startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin }',
      ),
    ],
    line: 33,
    path: 'spec.timeWindow[0].duration',
    code: 'deviation-duration',
    says: /read as months: write 1M/,
  },
  'alert policies without a value': {
    texts: [`${SLO}  alertPolicies:\n`],
    line: 39,
    path: 'spec.alertPolicies',
    code: 'deviation-empty',
    says: /leave the property out/,
  },
  'labels without a value': {
    texts: [edited('  labels:\n    team: payments', '  labels:')],
    line: 6,
    path: 'metadata.labels',
    code: 'deviation-empty',
    says: /leave the property out/,
  },
  'a label with a prefix': {
    texts: [edited('team: payments', 'example.com/team: payments')],
    line: 7,
    path: 'metadata.labels["example.com/team"]',
    code: 'deviation-key',
    says: /under annotations/,
  },
  'an annotation with a space in its name': {
    texts: [edited('valet/min-bad-events: "5"', 'on call: "5"')],
    line: 10,
    path: 'metadata.annotations["on call"]',
    code: 'deviation-key',
    says: /at most 63/,
  },
  'a condition on burning less': {
    texts: [changed(POLICIES, 'op: gt', 'op: lte'), ALERTING],
    line: 10,
    path: 'spec.condition.op',
    code: 'deviation-operator',
    says: /lte is read as gt, as a burn rate is too high, never too low/,
  },
  'a condition on burning as much': {
    texts: [changed(POLICIES, 'op: gt', 'op: gte'), ALERTING],
    line: 10,
    path: 'spec.condition.op',
    code: 'deviation-operator',
    says: /gte is read as gt, as a burn rate equal to the threshold does not alert/,
  },
  'a delay': {
    texts: [changed(POLICIES, 'lookbackWindow: 1h', 'lookbackWindow: 1h\n    alertAfter: 5m'), ALERTING],
    line: 13,
    path: 'spec.condition.alertAfter',
    code: 'deviation-alert-after',
    says: /valet\/short-window/,
  },
  'a policy that does not say when it alerts': {
    texts: [changed(POLICIES, '  alertWhenBreaching: true\n', ''), ALERTING],
    line: 23,
    path: 'spec.alertWhenBreaching',
    code: 'deviation-alert-when',
    says: /write alertWhenBreaching: true/,
  },
  'a policy that keeps the end to itself': {
    texts: [changed(POLICIES, 'Resolved: true', 'Resolved: false'), ALERTING],
    line: 25,
    path: 'spec.alertWhenResolved',
    code: 'deviation-alert-when',
    says: /send_resolved: false/,
  },
  'a name in capitals': {
    texts: [POLICIES.replaceAll('on-call', 'OnCall.Mail'), ALERTING],
    line: 16,
    path: 'metadata.name',
    code: 'deviation-name',
    says: /lower-case/,
  },
  'a target that is not Alertmanager': {
    texts: [changed(POLICIES, 'alertmanager', 'slack'), ALERTING],
    line: 17,
    path: 'spec.target',
    code: 'deviation-target',
    says: /route "slack" there/,
  },
};

describe('loadDefinitions() accepts with a warning, and strictly refuses,', () => {
  it.each(Object.entries(DEVIATIONS))('%s', (_, { texts, line, path, code, says }) => {
    const problem = { file: 'a.yaml', line, path, code, message: expect.stringMatching(says) };
    const lenient = load(...texts);
    expect(lenient.problems).toContainEqual({ ...problem, severity: 'warning' });
    expect(lenient.problems.every(({ severity }) => severity === 'warning')).toBe(true);
    expect(lenient.definitions).toHaveLength(1);
    const strict = loadStrictly(...texts);
    expect(strict.problems).toContainEqual(problem);
    expect(strict.definitions).toHaveLength(0);
  });

  it('every deviation there is', () => {
    const shown = new Set(Object.values(DEVIATIONS).map(({ code }) => code));
    expect(DEVIATION_CODES.filter((code) => !shown.has(code))).toEqual([]);
  });

  it('reads a label with several values', () => {
    const { definitions, problems } = loadStrictly(edited('team: payments', 'team: [payments, web]'));
    expect(problems).toEqual([]);
    expect(definitions[0]?.labels).toEqual({ team: 'payments,web' });
  });

  it('reads a document that is a list of documents, with the lines of each', () => {
    const indented = (text: string) => `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
    const other = changed(SLO, 'name: checkout-availability', 'name: other');
    const text = indented(SLO) + indented(changed(other, '0.999', '99.9'));
    const { definitions, problems } = load(text);
    expect(definitions.map(({ name }) => name)).toEqual(['checkout-availability']);
    expect(problems.map(({ line, path, code }) => [line, path, code])).toEqual([
      [76, '[1].spec.objectives[0].target', 'invalid-target'],
    ]);
  });
});
