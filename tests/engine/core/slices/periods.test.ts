import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestPeriodSeconds, periodAt } from '../../../../engine/core/slices/periods.ts';
import type { CalendarUnit, CalendarWindow } from '../../../../engine/core/types.ts';

function calendar(duration: string, timeZone: string, start = '2024-01-01T00:00'): CalendarWindow {
  const unit = duration.slice(-1) as CalendarUnit;
  return { kind: 'calendar', unit, count: Number(duration.slice(0, -1)), start, timeZone, text: '' };
}

function period(window: CalendarWindow, at: string): string {
  const { fromMillis, toMillis } = periodAt(window, Date.parse(at));
  return `${new Date(fromMillis).toISOString().slice(0, 16)} ${new Date(toMillis).toISOString().slice(0, 16)}`;
}

function minutesAllowed(at: string, timeZone: string): number {
  const { fromMillis, toMillis } = periodAt(calendar('1M', timeZone), Date.parse(at));
  return (toMillis - fromMillis) / 60_000 / 1000;
}

describe('periodAt()', () => {
  test.each([
    ['February', '2026-02-10T00:00Z', 'UTC', 40.32],
    ['a leap February', '2024-02-10T00:00Z', 'UTC', 41.76],
    ['April', '2026-04-10T00:00Z', 'UTC', 43.2],
    ['January', '2026-01-10T00:00Z', 'UTC', 44.64],
    ['a March that loses an hour', '2026-03-10T00:00Z', 'Europe/Berlin', 44.58],
    ['an October that gains one', '2026-10-10T00:00Z', 'Europe/Berlin', 44.7],
  ])('periodAt() gives %s its own length: what 99.9 %% allows', (_, at, timeZone, minutes) => {
    expect(minutesAllowed(at, timeZone)).toBeCloseTo(minutes, 10);
  });

  test.each([
    [
      'local midnight',
      '1M',
      'America/New_York',
      '2024-01-01T00:00',
      '2026-03-08T12:00Z',
      '2026-03-01T05:00 2026-04-01T04:00',
    ],
    [
      'a zone of quarter hours',
      '1d',
      'Asia/Kathmandu',
      '2024-01-01T00:00',
      '2026-05-01T00:00Z',
      '2026-04-30T18:15 2026-05-01T18:15',
    ],
    [
      'a change of half an hour',
      '1d',
      'Australia/Lord_Howe',
      '2024-01-01T00:00',
      '2026-04-04T20:00Z',
      '2026-04-04T13:00 2026-04-05T13:30',
    ],
    [
      'the month’s end, without drift',
      '1M',
      'UTC',
      '2026-01-31T00:00',
      '2026-03-05T00:00Z',
      '2026-02-28T00:00 2026-03-31T00:00',
    ],
    [
      'weeks from a Monday',
      '1w',
      'Europe/Berlin',
      '2024-01-01T00:00',
      '2026-11-21T12:00Z',
      '2026-11-15T23:00 2026-11-22T23:00',
    ],
    [
      'fiscal quarters',
      '1Q',
      'UTC',
      '2026-02-01T00:00',
      '2026-11-21T12:00Z',
      '2026-11-01T00:00 2027-02-01T00:00',
    ],
    [
      'hours of the clock that are not skipped',
      '12h',
      'Europe/Berlin',
      '2026-01-01T00:00',
      '2026-07-01T00:00Z',
      '2026-06-30T23:00 2026-07-01T11:00',
    ],
    [
      'a start that is yet to come',
      '1Y',
      'UTC',
      '2030-07-01T00:00',
      '2026-11-21T12:00Z',
      '2026-07-01T00:00 2027-07-01T00:00',
    ],
    [
      'a midnight that the clocks skip',
      '1d',
      'America/Asuncion',
      '2024-01-01T00:00',
      '2023-10-01T12:00Z',
      '2023-10-01T04:00 2023-10-02T03:00',
    ],
  ])('periodAt() follows %s', (_, duration, timeZone, start, at, expected) => {
    expect(period(calendar(duration, timeZone, start), at)).toBe(expected);
  });

  test('periodAt() cuts all time into months that begin on the first at midnight, none of them longer than the longest', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Auckland',
    );
    const instants = fc.integer({ min: Date.parse('2000-01-01Z'), max: Date.parse('2040-01-01Z') });
    fc.assert(
      fc.property(zones, instants, (timeZone, atMillis) => {
        const window = calendar('1M', timeZone);
        const { fromMillis, toMillis } = periodAt(window, atMillis);
        const local = (millis: number) =>
          new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
            millis,
          );
        expect(local(fromMillis).slice(8)).toBe('01 00:00');
        expect(local(fromMillis).slice(0, 7)).toBe(local(atMillis).slice(0, 7));
        expect(local(toMillis - 1).slice(0, 7)).toBe(local(atMillis).slice(0, 7));
        expect(periodAt(window, toMillis).fromMillis).toBe(toMillis);
        expect((toMillis - fromMillis) / 1000).toBeLessThanOrEqual(longestPeriodSeconds(window));
        // Known to the coarsest counts.
        expect(fromMillis % 900_000).toBe(0);
      }),
    );
  });
});
