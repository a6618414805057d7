import { describe, expect, test } from 'vitest';
import { letterFilter } from '../../../ingest/dead-letters/letter-filter.ts';

const NOW = Date.UTC(2026, 0, 31, 12);

describe('letterFilter()', () => {
  test.each([
    ['90s', NOW - 90_000],
    ['15m', NOW - 900_000],
    ['2h', NOW - 7_200_000],
    ['7d', NOW - 7 * 86_400_000],
    ['2026-01-31T11:00:00Z', NOW - 3_600_000],
  ])('takes %s as an age or an instant', (since, sinceMillis) => {
    expect(letterFilter({ since, topic: 'otlp_logs' }, NOW)).toEqual({ topic: 'otlp_logs', sinceMillis });
  });

  test.each([
    [{ since: 'yesterday' }, '--since yesterday; it may be: an age'],
    [{ topic: 'spans' }, '--topic spans; it may be: otlp_spans, otlp_traces, otlp_metrics, otlp_logs'],
    [
      { reason: 'expired' },
      '--reason expired; it may be: undecodable, damaged, too-large, too-old, too-far-ahead',
    ],
  ])('refuses %o and says what may be given', (options, message) => {
    expect(() => letterFilter(options, NOW)).toThrow(message);
    expect(() => letterFilter(options, NOW)).toThrow(expect.objectContaining({ code: 'invalid-filter' }));
  });
});
