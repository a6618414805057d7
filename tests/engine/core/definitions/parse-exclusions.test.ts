import { expect, test } from 'vitest';
import { parseExclusions } from '../../../../engine/core/definitions/parse-exclusions.ts';

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
