import { describe, expect, it } from 'vitest';
import { formatSeconds } from '../../../../engine/core/budget/format-seconds.ts';
import { parseTiers } from '../../../../engine/core/definitions/parse-tiers.ts';
import {
  restoreDefinition,
  type StoredDefinition,
  storeDefinition,
} from '../../../../engine/core/records/definition-record.ts';
import type { BurnRateTier } from '../../../../engine/core/types.ts';
import {
  ALERTING,
  CONDITION,
  changed,
  INLINE_POLICY,
  POLICIES,
  POLICY,
  TARGET,
} from './support/sound-policies.ts';
import { edited, load, loadStrictly, SLO } from './support/sound-slo.ts';

const PERIOD = 30 * 86_400;

/** `page 1h/5m 72/5`. */
function shown({ severity, longSeconds, shortSeconds, factor }: BurnRateTier): string {
  const { numerator, denominator } = factor;
  const burn = denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
  return `${severity} ${formatSeconds(longSeconds)}/${formatSeconds(shortSeconds)} ${burn}`;
}

/** The tiers of the last file's one SLO, which is in order even when it is read strictly. */
function tiersIn(...texts: readonly string[]): readonly string[] | undefined {
  const { definitions, problems } = loadStrictly(...texts);
  expect(problems).toEqual([]);
  return definitions[0]?.tiers?.map(shown);
}

describe('readTiers()', () => {
  it('leaves an SLO that asks for none the default ones', () => {
    expect(tiersIn(SLO)).toBeUndefined();
    expect(tiersIn(`${SLO}  alertPolicies: []\n`)).toBeUndefined();
  });

  it('makes a tier of a policy, its condition and its target, whatever the order of documents', () => {
    for (const texts of [
      [POLICIES, ALERTING],
      [ALERTING, POLICIES],
      [[POLICY, TARGET, CONDITION, ALERTING].join('---\n')],
    ]) {
      expect(tiersIn(...texts)).toEqual(['page 1h/5m 72/5']);
    }
  });

  it('makes a tier of what is written out, and of each policy one, the highest first', () => {
    const both = ALERTING.replace('alertPolicies:\n', `alertPolicies:\n${INLINE_POLICY}`);
    expect(tiersIn(POLICIES, both)).toEqual(['page 1h/5m 72/5', 'ticket 3d/4h 1']);
  });

  it.each([
    [
      'of the condition',
      changed(POLICIES, 'name: fast-burn', 'name: fast-burn\n  annotations: { valet/short-window: 90s }'),
    ],
    [
      'of the policy',
      changed(POLICIES, 'name: wake-up', 'name: wake-up\n  annotations: { valet/short-window: 90s }'),
    ],
  ])('takes the short window %s', (_, policies) => {
    expect(tiersIn(policies, ALERTING)).toEqual(['page 1h/90s 72/5']);
  });

  it.each([
    ['page', 'page'],
    ['critical', 'page'],
    ['ticket', 'ticket'],
    ['warning', 'ticket'],
  ])('reads the severity %s as %s', (word, severity) => {
    const policies = POLICIES.replace('severity: page', `severity: ${word}`);
    expect(tiersIn(policies, ALERTING)).toEqual([`${severity} 1h/5m 72/5`]);
  });

  it('alerts without data when no burn rate is there for the window of the condition', () => {
    const silent = changed(POLICIES, 'Breaching: true', 'Breaching: true\n  alertWhenNoData: true');
    const [slo] = loadStrictly(silent, ALERTING).definitions;
    expect(slo).toMatchObject({
      tiers: [{ severity: 'page' }],
      noDataAlert: { severity: 'page', seconds: 3600 },
    });
    const only = changed(silent, 'Breaching: true', 'Breaching: false');
    expect(loadStrictly(only, ALERTING).definitions).toMatchObject([
      { tiers: [], noDataAlert: { seconds: 3600 } },
    ]);
    const own = changed(ALERTING, 'valet/min-bad-events: "5"', 'valet/no-data-alert: 10m');
    expect(loadStrictly(only, own).definitions).toMatchObject([
      { noDataAlert: { severity: 'ticket', seconds: 600 } },
    ]);
    expect(loadStrictly(POLICIES, ALERTING).definitions[0]).not.toHaveProperty('noDataAlert');
  });

  it('takes the most urgent of several alerts without data', () => {
    const inline = changed(
      INLINE_POLICY,
      'Breaching: true',
      'Breaching: true\n        alertWhenNoData: true',
    );
    const both = ALERTING.replace('alertPolicies:\n', `alertPolicies:\n${inline}`);
    const silent = changed(POLICIES, 'Breaching: true', 'Breaching: true\n  alertWhenNoData: true');
    expect(loadStrictly(silent, both).definitions).toMatchObject([
      { noDataAlert: { severity: 'page', seconds: 3600 } },
    ]);
  });

  it('reads the threshold from its decimal text, without rounding', () => {
    const exact = changed(POLICIES, '14.4', '13.440000000000001');
    expect(tiersIn(exact, ALERTING)).toEqual(['page 1h/5m 13440000000000001/1000000000000000']);
  });

  it('reads them from the annotation, the highest first', () => {
    const text = edited('min-bad-events: "5"', 'tiers: ticket 3d 1, page 6h 6, page 1h/10m 14.4');
    expect(tiersIn(text)).toEqual(['page 1h/10m 72/5', 'page 6h/30m 6', 'ticket 3d/6h 1']);
  });

  it('takes shares from the budget of the window', () => {
    const text = edited('min-bad-events: "5"', 'tiers: page 1h 2%').replace('30d', '28d');
    expect(tiersIn(text)).toEqual(['page 1h/5m 336/25']);
  });

  it('reads none as no tiers at all', () => {
    expect(tiersIn(edited('min-bad-events: "5"', 'tiers: none'))).toEqual([]);
  });

  it('warns about a factor below 1, and uses it', () => {
    const { definitions, problems } = loadStrictly(edited('min-bad-events: "5"', 'tiers: ticket 3d 0.5'));
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['tier-below-one', 'warning']]);
    expect(definitions[0]?.tiers?.map(shown)).toEqual(['ticket 3d/6h 1/2']);
  });
});

describe('parseTiers()', () => {
  it.each([
    ['page 1h 14.4', ['page 1h/5m 72/5']],
    ['page 1h/5m 14.4,ticket 3d 1', ['page 1h/5m 72/5', 'ticket 3d/6h 1']],
    ['  page   1h / 5m   14.4 ', ['page 1h/5m 72/5']],
    ['page 1h 2%, page 6h 5 %', ['page 1h/5m 72/5', 'page 6h/30m 6']],
    ['ticket 1w .5', ['ticket 7d/14h 1/2']],
    ['none', []],
  ])('reads %s', (text, tiers) => {
    const parsed = parseTiers(text, PERIOD);
    expect(typeof parsed === 'string' ? parsed : parsed.map(shown)).toEqual(tiers);
  });

  it.each([
    '',
    'none, page 1h 1',
    'page 1h',
    'page 1h 0',
    'page 1h -1',
    'page 1h 1e3',
    'page 1M 2',
    'page 1h/ 2',
    'critical 1h 2',
    'page 1h 2,',
    'page 1h 2 3',
    'page 1h 1.2.3',
  ])('does not read %s', (text) => {
    expect(parseTiers(text, PERIOD)).toMatch(/^Cannot use ".*" as a tier: write /);
  });
});

describe('storeDefinition()', () => {
  const [definition] = load(edited('min-bad-events: "5"', 'tiers: page 1h 2%')).definitions;
  if (!definition) throw new Error('nothing was loaded');

  it('keeps tiers with their factors as JSON, and none as none', () => {
    for (const tiers of [definition.tiers ?? [], []]) {
      const stored = JSON.parse(
        JSON.stringify(storeDefinition({ ...definition, tiers })),
      ) as StoredDefinition;
      expect(restoreDefinition(stored)).toEqual({ ...definition, tiers });
    }
    expect(storeDefinition(definition).tiers?.[0]?.factor).toBe('72/5');
  });

  it('reads a record from before there were tiers', () => {
    const { tiers: _, ...stored } = storeDefinition(definition);
    expect(restoreDefinition(stored)).not.toHaveProperty('tiers');
  });
});
