import { describe, expect, it } from 'vitest';
import { timeNanos } from '../../../../engine/core/predicates/time-text.ts';

describe('timeNanos()', () => {
  it.each([
    ['1970-01-01', '%Y-%m-%d', 0n],
    ['1969-12-31T23:59:59Z', '%FT%T%z', -1_000_000_000n],
    ['2026-09-21 14:13:20.123', '%F %T.%L', 1_790_000_000_123_000_000n],
    ['2026-09-21 14:13:20.123456', '%F %T.%f', 1_790_000_000_123_456_000n],
    ['2026-09-21 14:13:20.123456789', '%F %T.%s', 1_790_000_000_123_456_789n],
    ['21.09.2026 (16:13:20 +0200)', '%d.%m.%Y (%H:%M:%S %z)', 1_790_000_000_000_000_000n],
    ['2026-09-21T10:43:20-03:30', '%FT%T%z', 1_790_000_000_000_000_000n],
    ['100% 2026', '100%% %Y', 1_767_225_600_000_000_000n],
  ])('reads %s by %s', (text, format, nanos) => {
    expect(timeNanos(text, format)).toBe(nanos);
  });

  it.each([
    ['a day that is not', '2026-02-29', '%F'],
    ['an hour that is not', '2026-01-01 24:00:00', '%F %T'],
    ['a month that is not', '2026-13-01', '%F'],
    ['more than the format', '2026-01-01 ', '%F'],
    ['another sign than the format has', '2026x01-01', '%Y.%m-%d'],
    ['a format without a year', '12:00:00', '%T'],
    ['an unknown directive', '2026 Jan', '%Y %b'],
    ['a directive twice', '2026 2026', '%Y %Y'],
    ['a directive without a name', '2026%', '%Y%'],
    ['a year of two digits', '0026-01-01', '%F'],
  ])('has no answer for %s', (_, text, format) => {
    expect(timeNanos(text, format)).toBeUndefined();
  });
});
