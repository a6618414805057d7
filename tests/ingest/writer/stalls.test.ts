import { describe, expect, test } from 'vitest';
import { Stalls } from '../../../ingest/writer/stalls.ts';

const at = (partition: number) => ({ topic: 'otlp_logs', partition });

describe('Stalls', () => {
  test('tells of a partition that has failed for a minute, in the same words while it lasts', () => {
    let now = 0;
    const stalls = new Stalls({ now: () => now });
    stalls.failed(at(1), 'an INSERT failed (timeout)');
    now = 59_999;
    stalls.failed(at(1), 'an INSERT failed (memory)');
    expect(stalls.problem).toBeUndefined();
    now = 60_000;
    const told = 'otlp_logs/1 cannot be stored since 1970-01-01T00:00:00.000Z: an INSERT failed (memory)';
    expect(stalls.problem).toBe(told);
    now = 999_000;
    expect(stalls.problem).toBe(told);
    stalls.ended(at(1));
    expect(stalls.problem).toBeUndefined();
  });

  test('begins anew after a success, and names the oldest of several', () => {
    let now = 0;
    const stalls = new Stalls({ now: () => now, afterMillis: 10 });
    stalls.failed(at(1), 'one');
    stalls.failed(at(2), 'two');
    stalls.ended(at(1));
    now = 5;
    stalls.failed(at(1), 'one');
    now = 10;
    expect(stalls.problem).toMatch(/^otlp_logs\/2 cannot .*: two$/);
    now = 15;
    expect(stalls.problem).toMatch(/^otlp_logs\/2, and 1 more cannot .*: two$/);
  });
});
