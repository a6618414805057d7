import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExclusions } from '../../../../engine/core/definitions/parse-exclusions.ts';
import { ExclusionCalendar } from '../../../../engine/core/exclusions/exclusion-calendar.ts';

test.each([
  ['2026-11-20T22:00Z/2h', { start: '2026-11-20T22:00', timeZone: 'UTC', seconds: 7200, reason: '' }],
  [
    '2026-03-28T22:00[Europe/Berlin]/2026-03-29T06:00[Europe/Berlin] the night that is an hour shorter',
    {
      start: '2026-03-28T22:00',
      timeZone: 'Europe/Berlin',
      seconds: 7 * 3600,
      reason: 'the night that is an hour shorter',
    },
  ],
  [
    '2026-01-04T02:00[America/Argentina/Buenos_Aires]/90m RRULE:FREQ=WEEKLY;BYDAY=SU,WE weekly # comment',
    {
      start: '2026-01-04T02:00',
      timeZone: 'America/Argentina/Buenos_Aires',
      seconds: 5400,
      rule: 'FREQ=WEEKLY;BYDAY=SU,WE',
      reason: 'weekly',
    },
  ],
])('parseExclusions() reads %s', (text, expected) => {
  expect(parseExclusions(text)).toEqual([expected]);
});

test('parseExclusions() passes over comments and empty lines, and counts lines', () => {
  expect(parseExclusions('# none\n\n')).toEqual([]);
  expect(parseExclusions('# one\n\n2026-11-20T22:00/2h')).toMatchObject({ line: 2 });
});

test('parseExclusions() has a ceiling', () => {
  expect(parseExclusions('2026-11-20T22:00Z/2h\n'.repeat(201))).toMatchObject({ line: 200 });
});

test('what parseExclusions() accepts can be followed in any year', () => {
  const number = (max: number) => fc.integer({ min: -max, max }).map(String);
  const part = fc.oneof(
    fc.constantFrom(
      'INTERVAL=1',
      'INTERVAL=5',
      'INTERVAL=0',
      'WKST=SU',
      'BYDAY=MO,TU',
      'BYDAY=2TU',
      'BYDAY=-1FR',
    ),
    fc.constantFrom(
      'UNTIL=20270101T000000Z',
      'UNTIL=20270101',
      'UNTIL=20270101T000000',
      'COUNT=10000',
      'COUNT=3',
    ),
    number(32).map((day) => `BYMONTHDAY=${day}`),
    number(13).map((month) => `BYMONTH=${month}`),
    number(54).map((week) => `BYWEEKNO=${week}`),
    number(367).map((day) => `BYYEARDAY=${day}`),
    number(5).map((place) => `BYSETPOS=${place}`),
  );
  const rule = fc
    .tuple(fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'), fc.array(part, { maxLength: 3 }))
    .map(([frequency, parts]) => [`FREQ=${frequency}`, ...parts].join(';'));
  const start = fc.constantFrom(
    '2000-02-29T02:30Z',
    '2026-01-31T02:30[Europe/Berlin]',
    '2025-10-26T02:30[Pacific/Apia]',
  );
  const years = fc.integer({ min: 2000, max: 2098 });
  fc.assert(
    fc.property(rule, start, years, (text, from, year) => {
      const read = parseExclusions(`${from}/2h RRULE:${text}`);
      if ('message' in read) return;
      const first = Date.UTC(year, 0, 1) / 10_000;
      expect(new ExclusionCalendar(read).ranges(first, first + 400 * 8640)).toBeDefined();
    }),
    { numRuns: 60 },
  );
}, 60_000);
