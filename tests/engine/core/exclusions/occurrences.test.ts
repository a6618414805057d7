import { describe, expect, test } from 'vitest';
import { ExclusionCalendar } from '../../../../engine/core/exclusions/exclusion-calendar.ts';
import { occurrences } from '../../../../engine/core/exclusions/occurrences.ts';
import { sliceAt } from '../../../../engine/core/slices/slice.ts';
import type { Exclusion } from '../../../../engine/core/types.ts';

const HOUR = 3600;

function exclusion(start: string, hours: number, more: { timeZone?: string; rule?: string } = {}): Exclusion {
  return { start, timeZone: 'UTC', seconds: hours * HOUR, reason: '', ...more };
}

function between(of: Exclusion, from: string, to: string): readonly string[] {
  return occurrences(of, Date.parse(from), Date.parse(to)).map(
    ({ fromMillis, toMillis }) =>
      `${new Date(fromMillis).toISOString().slice(0, 16)} ${(toMillis - fromMillis) / 3_600_000}h`,
  );
}

describe('occurrences()', () => {
  test('occurrences() of one time are those that touch the range', () => {
    const once = exclusion('2026-11-20T22:00', 4);
    expect(between(once, '2026-11-21T01:00Z', '2026-12-01Z')).toEqual(['2026-11-20T22:00 4h']);
    expect(between(once, '2026-11-21T02:00Z', '2026-12-01Z')).toEqual([]);
    expect(between(once, '2026-11-01Z', '2026-11-20T22:00Z')).toEqual([]);
  });

  test('occurrences() keep their time of day when the clocks change', () => {
    const weekly = exclusion('2026-03-15T04:00', 2, { timeZone: 'Europe/Berlin', rule: 'FREQ=WEEKLY' });
    expect(between(weekly, '2026-03-20Z', '2026-04-06Z')).toEqual([
      '2026-03-22T03:00 2h',
      '2026-03-29T02:00 2h',
      '2026-04-05T02:00 2h',
    ]);
  });

  test('occurrences() at a time the clocks skip are moved on, at one that comes twice are the first', () => {
    const daily = exclusion('2026-01-01T02:30', 1, { timeZone: 'Europe/Berlin', rule: 'FREQ=DAILY' });
    expect(between(daily, '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual(['2026-03-29T01:30 1h']);
    expect(between(daily, '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual(['2026-10-25T00:30 1h']);
  });

  test('occurrences() by month are on the last day where there is none, without drift', () => {
    const monthly = exclusion('2026-01-31T00:00', 1, { rule: 'FREQ=MONTHLY' });
    expect(between(monthly, '2026-02-01Z', '2026-06-01Z').map((each) => each.slice(5, 10))).toEqual([
      '02-28',
      '03-31',
      '04-30',
      '05-31',
    ]);
    const leap = exclusion('2024-02-29T00:00', 1, { rule: 'FREQ=YEARLY' });
    expect(between(leap, '2025-01-01Z', '2029-01-01Z').map((each) => each.slice(0, 10))).toEqual([
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
    ]);
  });

  test('occurrences() follow the parts of a rule', () => {
    const patch = exclusion('2026-01-13T20:00', 3, { rule: 'FREQ=MONTHLY;BYDAY=2TU;COUNT=3' });
    expect(between(patch, '2026-01-01Z', '2027-01-01Z').map((each) => each.slice(0, 10))).toEqual([
      '2026-01-13',
      '2026-02-10',
      '2026-03-10',
    ]);
    const workdays = exclusion('2026-01-05T01:00', 1, {
      rule: 'FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260114T235959Z',
    });
    expect(between(workdays, '2026-01-01Z', '2027-01-01Z').map((each) => each.slice(8, 10))).toEqual([
      '05',
      '07',
      '12',
      '14',
    ]);
  });

  test('occurrences() end at UNTIL, which is in UTC; a day is the whole of it there', () => {
    const berlin = (until: string) =>
      between(
        exclusion('2026-01-04T02:00', 1, { timeZone: 'Europe/Berlin', rule: `FREQ=WEEKLY;UNTIL=${until}` }),
        '2026-01-01Z',
        '2026-03-01Z',
      );
    expect(berlin('20260118T010000Z')).toHaveLength(3);
    expect(berlin('20260118T005959Z')).toHaveLength(2);
    expect(berlin('20260118T020000')).toHaveLength(3);
    expect(berlin('20260118')).toHaveLength(3);
  });

  test('occurrences() that began before the range reach into it', () => {
    const long = exclusion('2026-01-01T00:00', 60, { rule: 'FREQ=WEEKLY' });
    expect(between(long, '2026-01-10T11:59Z', '2026-01-10T12:30Z')).toEqual(['2026-01-08T00:00 60h']);
  });
});

test('ExclusionCalendar.ranges() melts what touches, rounds outward to slices and goes on over months', () => {
  const calendar = new ExclusionCalendar([
    { ...exclusion('2026-01-01T00:00:05', 1), seconds: 3595 },
    exclusion('2026-01-01T01:00', 1),
    exclusion('2026-01-01T12:00', 1, { rule: 'FREQ=DAILY' }),
  ]);
  const day = sliceAt(Date.parse('2026-01-01Z'));
  expect(calendar.ranges(day, day + 8640)).toEqual([
    { from: day, to: day + 720 },
    { from: day + 4320, to: day + 4680 },
  ]);
  expect(calendar.ranges(day, day + 200 * 8640)).toHaveLength(201);
  expect(calendar.touches(day + 4679, day + 4680)).toBe(true);
  expect(calendar.touches(day + 4680, day + 4681)).toBe(false);
});
