import { expect, test } from 'vitest';
import { type Incident, scoreIncident } from '../../../../bench/alerts/incidents/score-incident.ts';
import type { Firing } from '../../../../bench/alerts/types.ts';
import { steadyCounts } from '../support/steady.ts';

/** 200 errors a second from 1000 s to 1600 s. */
const incident: Incident = {
  fromSeconds: 1000,
  toSeconds: 1600,
  counts: steadyCounts(1000, { fromTick: 200, toTick: 320, percent: 100 }),
  budgetEvents: 100_000,
};

function firing(severity: 'page' | 'ticket', fromSeconds: number, toSeconds: number | null): Firing {
  return { alert: `${severity} ${fromSeconds}`, severity, fromSeconds, toSeconds };
}

test('scoreIncident() takes the first page, what was spent by then, and the end of the last page', () => {
  const firings = [
    firing('ticket', 1020, null),
    firing('page', 1050, 1300),
    firing('page', 1200, 1400),
    firing('page', 1500, 1900),
  ];
  expect(scoreIncident(firings, incident)).toEqual({
    told: { severity: 'page', afterSeconds: 50, budgetSpent: 0.1 },
    resetSeconds: 300,
    pages: 2,
    alerts: 4,
  });
});

test('scoreIncident() takes the first ticket when nobody is paged', () => {
  expect(scoreIncident([firing('ticket', 1100, 3000)], incident)).toEqual({
    told: { severity: 'ticket', afterSeconds: 100, budgetSpent: 0.2 },
    resetSeconds: null,
    pages: 0,
    alerts: 1,
  });
});

test('scoreIncident() leaves out what fired before, and has nothing to tell of a fault nobody was told of', () => {
  expect(scoreIncident([firing('page', 900, 990)], incident)).toEqual({
    told: null,
    resetSeconds: null,
    pages: 0,
    alerts: 0,
  });
});

test('scoreIncident() counts a page that ended with the fault still on as over at once, an open one to the end', () => {
  expect(scoreIncident([firing('page', 1050, 1300)], incident).resetSeconds).toBe(0);
  expect(scoreIncident([firing('page', 1050, null)], incident).resetSeconds).toBe(5000 - 1600);
});
