import { describe, expect, test } from 'vitest';
import { TenantNameError, tenantHeaderName, tenantOf } from '../../../ingest/receiver/tenant-name.ts';

describe('tenantHeaderName()', () => {
  test('lowers the name as headers are read', () => {
    expect(tenantHeaderName('X-Scope-OrgID')).toBe('x-scope-orgid');
    expect(tenantHeaderName('')).toBe('');
  });

  test.each(['x tenant', 'x:tenant', ':path', 'x-tenant-bin', 'ä'])('refuses %j', (name) => {
    expect(() => tenantHeaderName(name)).toThrow(RangeError);
  });
});

describe('tenantOf()', () => {
  const of = (value: string | undefined) =>
    tenantOf(value === undefined ? {} : { 'x-scope-orgid': value }, 'x-scope-orgid');

  test.each(['a', 'Team-7_(eu).*!', 'x'.repeat(150)])('takes %j', (name) => {
    expect(of(name)).toBe(name);
  });

  test('is the single tenant without a header, a value, or a header to look for', () => {
    expect(of(undefined)).toBe('');
    expect(of('')).toBe('');
    expect(tenantOf({ 'x-scope-orgid': 'a' }, '')).toBe('');
  });

  test.each(['x'.repeat(151), 'a b', 'a/b', "a'b", 'a"b', 'a\\b', 'a|b', 'a, b', 'ä', 'a\u0000'])(
    'refuses %j',
    (name) => {
      expect(() => of(name)).toThrow(TenantNameError);
    },
  );
});
