import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '../../../engine/core/types.ts';
import { latestEpisodes } from '../../../engine/delivery/episodes.ts';
import { alert, at } from './support/alerts.ts';

const objectives = [{ name: 'objective-1' }, { name: 'objective-2' }];

/** `page page-1h 0-10 of 0`: severity, what fired last, from and until in minutes, start of the incident. */
function told(alerts: readonly AlertRecord[], after = -1000): readonly string[] {
  const minutes = (iso: string | null) =>
    iso === null ? '' : (Date.parse(iso) - Date.parse(at(0))) / 60_000;
  return latestEpisodes(alerts, { objectives, after: at(after) }).map(
    ({ alert: { severity, longWindow, objective }, startsAt, endsAt, inhibited, incidentStartedAt }) =>
      [
        `${severity} by ${longWindow} of ${objective.slice(-1)}, ${minutes(startsAt)}-${minutes(endsAt)}`,
        ...inhibited.map((held) => `holds ${held.severity} ${held.longWindow}`),
        ...(minutes(incidentStartedAt) === minutes(startsAt)
          ? []
          : [`incident ${minutes(incidentStartedAt)}`]),
      ].join(', '),
  );
}

const CASES: Readonly<Record<string, readonly [readonly AlertRecord[], readonly string[]]>> = {
  'has none without alerts': [[], []],
  'has one for an alert that fires': [[alert('page 1h', [0, null])], ['page by 1h of 1, 0-']],
  'names the tiers the highest one holds back': [
    [
      alert('ticket 3d', [4, null]),
      alert('page 1h', [1, null]),
      alert('ticket 1d', [4, null]),
      alert('page 6h', [2, null]),
    ],
    ['page by 1h of 1, 1-, holds page 6h, holds ticket 1d, holds ticket 3d'],
  ],
  'goes on when a tier of the same severity takes over': [
    [alert('page 1h', [0, 10]), alert('page 6h', [5, null])],
    ['page by 6h of 1, 0-'],
  ],
  'goes on when a higher tier of the same severity begins': [
    [alert('page 6h', [0, null]), alert('page 1h', [5, null])],
    ['page by 1h of 1, 0-, holds page 6h'],
  ],
  'goes on when one tier begins as the other ends': [
    [alert('page 1h', [0, 10]), alert('page 6h', [10, null])],
    ['page by 6h of 1, 0-'],
  ],
  'ends the ticket when the page begins': [
    [alert('ticket 1d', [0, null]), alert('page 1h', [5, null])],
    ['ticket by 1d of 1, 0-5', 'page by 1h of 1, 5-, holds ticket 1d, incident 0'],
  ],
  'lets the ticket fire anew when the page is over': [
    [alert('ticket 1d', [0, null]), alert('page 1h', [5, 8])],
    ['ticket by 1d of 1, 8-, incident 0', 'page by 1h of 1, 5-8, incident 0'],
  ],
  'begins anew after a pause': [
    [alert('page 1h', [0, 10]), alert('page 1h', [11, null])],
    ['page by 1h of 1, 11-'],
  ],
  'moves to the objective that comes first among equals': [
    [
      alert('page 1h', [0, null], { objective: 'objective-2' }),
      alert('page 1h', [5, null], { objective: 'objective-1' }),
    ],
    ['page by 1h of 2, 0-5', 'page by 1h of 1, 5-, holds page 1h, incident 0'],
  ],
  'has the end of what is over': [[alert('page 1h', [0, 10])], ['page by 1h of 1, 0-10']],
};

describe('latestEpisodes()', () => {
  for (const [name, [alerts, expected]] of Object.entries(CASES)) {
    test(name, () => {
      expect(told(alerts)).toEqual(expected);
      expect(told(alerts.toReversed())).toEqual(expected);
    });
  }

  test('leaves out what ended before', () => {
    const alerts = [alert('page 1h', [0, 10]), alert('page 1h', [20, 30])];
    expect(told(alerts, 31)).toEqual([]);
    expect(told(alerts, 30)).toEqual(['page by 1h of 1, 20-30']);
  });

  test('knows the start of an episode whose first alerts ended long ago', () => {
    const alerts = [alert('page 1h', [0, 100]), alert('page 6h', [90, 200]), alert('page 1h', [195, 300])];
    expect(told(alerts, 299)).toEqual(['page by 1h of 1, 0-300']);
  });
});
