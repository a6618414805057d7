import { describe, expect, it } from 'vitest';
import type { SloState, SloSummary } from '../../../engine/core/types.ts';
import { headline, iconState, pageTitle } from '../../../query/console/domain/headline.js';
import { burningFixture, healthyFixture } from './fixture-data.ts';

const template = healthyFixture().slos[0] as SloSummary;
const inStates = (...states: SloState[]) => states.map((state) => ({ ...template, state }));

describe('headline()', () => {
  it.each([
    [['ok', 'ok'], 'Every SLO is within its budget.'],
    [['ok', 'burning'], '1 SLO is burning.'],
    [['exhausted', 'exhausted', 'burning'], '2 budgets are spent, 1 SLO is burning.'],
    [['ok', 'no-data'], 'Nothing is burning; 1 SLO lacks data.'],
    [['no-data', 'insufficient-data'], 'No SLO has enough data to judge.'],
  ] as const)('of %j', (states, text) => expect(headline(inStates(...states))).toBe(text));
});

describe('pageTitle()', () => {
  it('names pages and spent budgets first', () => {
    const { slos, alerts } = burningFixture();
    expect(pageTitle(slos, alerts, 'Overview')).toBe('(1 page, 1 exhausted) Overview · Valet');
  });

  it('does not count alerts that are held back or over', () => {
    const { slos, alerts } = burningFixture();
    const quiet = alerts.filter((alert) => alert.state !== 'firing');
    expect(pageTitle(slos.slice(0, 2), quiet, 'Alerts')).toBe('Alerts · Valet');
  });

  it('names burning SLOs when no alert is known', () =>
    expect(pageTitle(inStates('burning'), [], 'Overview')).toBe('(1 burning) Overview · Valet'));
});

describe('iconState()', () => {
  it('is the worst state', () => expect(iconState(inStates('ok', 'no-data', 'burning'))).toBe('burning'));
  it('is null without SLOs', () => expect(iconState([])).toBeNull());
});
