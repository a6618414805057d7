import { describe, expect, test } from 'vitest';
import { TenantLimits } from '../../../ingest/receiver/tenant-limits.ts';
import { BURST_SECONDS } from '../../../ingest/receiver/token-bucket.ts';

function limitsOf(rates: { bytes: number; records: number }, maxTenants = 3) {
  const clock = { now: 1_000_000 };
  return { clock, limits: new TenantLimits({ rates, maxTenants, now: () => clock.now }) };
}
const bytes = (count: number) => ({ bytes: count, records: 0 });

describe('TenantLimits', () => {
  test('keeps nothing and refuses nothing without a rate', () => {
    const { limits } = limitsOf({ bytes: 0, records: 0 });
    limits.charge('a', { bytes: 1e12, records: 1e12 });
    expect(limits.check('a')).toBeUndefined();
    expect(limits.size).toBe(0);
  });

  test('lets a burst through, then tells how long to wait, however large what was sent is', () => {
    const { clock, limits } = limitsOf({ bytes: 100, records: 0 });
    limits.charge('a', bytes(100 * BURST_SECONDS - 1));
    expect(limits.check('a')).toBeUndefined();
    limits.charge('a', bytes(1000));
    const throttle = limits.check('a');
    expect(throttle).toEqual({ limit: 'bytes', retrySeconds: 10 });
    clock.now += 9990;
    expect(limits.check('a')?.limit).toBe('bytes');
    clock.now += 10;
    expect(limits.check('a')).toBeUndefined();
  });

  test('holds the rate over time', () => {
    const { clock, limits } = limitsOf({ bytes: 100, records: 0 });
    let sent = 0;
    for (let i = 0; i < 10_000; i++, clock.now += 10) {
      if (limits.check('a') !== undefined) continue;
      limits.charge('a', bytes(37));
      sent += 37;
    }
    expect(sent / 100).toBeGreaterThan(100);
    expect(sent / 100).toBeLessThan(100 + BURST_SECONDS + 1);
  });

  test('tells of the limit that takes longer', () => {
    const { limits } = limitsOf({ bytes: 10, records: 100 });
    limits.charge('a', { bytes: 51, records: 10_500 });
    expect(limits.check('a')).toMatchObject({ limit: 'records', retrySeconds: expect.closeTo(100, 0) });
  });

  test('gives back what is charged negatively, up to a full allowance', () => {
    const { limits } = limitsOf({ bytes: 10, records: 0 });
    limits.charge('a', bytes(60));
    limits.charge('a', bytes(-60_000));
    limits.charge('a', bytes(49));
    expect(limits.check('a')).toBeUndefined();
    limits.charge('a', bytes(1));
    expect(limits.check('a')).toBeDefined();
  });

  test('tells tenants apart', () => {
    const { limits } = limitsOf({ bytes: 10, records: 0 });
    limits.charge('a', bytes(1000));
    expect(limits.check('a')).toBeDefined();
    expect(limits.check('b')).toBeUndefined();
  });

  test('fills nothing when the clock is set back', () => {
    const { clock, limits } = limitsOf({ bytes: 10, records: 0 });
    limits.charge('a', bytes(60));
    clock.now -= 3_600_000;
    expect(limits.check('a')).toBeDefined();
    clock.now += 2000;
    expect(limits.check('a')).toBeUndefined();
  });

  test('forgets quiet tenants, and lets those beyond the ceiling share one allowance', () => {
    const { clock, limits } = limitsOf({ bytes: 10, records: 0 }, 3);
    for (const tenant of ['a', 'b', 'c']) limits.charge(tenant, bytes(1000));
    limits.charge('d', bytes(60));
    expect(limits.size).toBe(3);
    expect(limits.check('e')).toBeDefined();
    expect(limits.check('a')).toBeDefined();
    clock.now += 200_000;
    expect(limits.check('e')).toBeUndefined();
    expect(limits.size).toBe(1);
  });
});
